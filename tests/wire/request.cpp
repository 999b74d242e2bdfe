// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/request.hpp>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

using namespace agi;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using wire::Request;
using wire::WithCarriageReturn;

namespace {

/// The message of the AGIArgumentError that the call throws.
template <class Call>
std::string refusal(const Call& call) {
    try {
        call();
    } catch (const AGIArgumentError& error) {
        return error.what();
    }
    return "not refused";
}

}  // namespace

TEST_CASE("Request: a verb alone") {
    CHECK(Request{"ANSWER"} == "ANSWER");
    CHECK(Request{"GET DATA"} == "GET DATA");
}

TEST_CASE("Request: text is always quoted") {
    const char* const pointer = "c text";
    CHECK(Request{"NOOP", "literal"} == R"(NOOP "literal")");
    CHECK(Request{"NOOP", pointer} == R"(NOOP "c text")");
    CHECK(Request{"NOOP", std::string{"a string"}} == R"(NOOP "a string")");
    CHECK(Request{"NOOP", std::string_view{"a view"}} == R"(NOOP "a view")");
    CHECK(Request{"NOOP", ""} == R"(NOOP "")");
    CHECK(Request{"NOOP", std::string_view{}} == R"(NOOP "")");
    CHECK(Request{"NOOP", R"(a "b" \c)"} == R"(NOOP "a \"b\" \\c")");
    CHECK(Request{"NOOP", DigitSet{"12#"}} == R"(NOOP "12#")");
    CHECK(Request{"NOOP", DigitSet{}} == R"(NOOP "")");
}

TEST_CASE("Request: numbers stand bare") {
    CHECK(Request{"X", 0} == "X 0");
    CHECK(Request{"X", -1} == "X -1");
    CHECK(Request{"X", 4000000000U} == "X 4000000000");
    CHECK(Request{"X", std::numeric_limits<long long>::min()} == "X -9223372036854775808");
    CHECK(Request{"X", std::numeric_limits<unsigned long long>::max()} == "X 18446744073709551615");
    CHECK(Request{"X", std::int16_t{-5}} == "X -5");
    CHECK(Request{"X", std::uint8_t{65}} == "X 65");
    CHECK(Request{"X", std::int8_t{-65}} == "X -65");
    CHECK(Request{"X", SampleOffset{8000}} == "X 8000");
    CHECK(Request{"X", SampleOffset{-1}} == "X -1");
}

TEST_CASE("Request: a duration is the number of its own unit") {
    CHECK(Request{"X", 5000ms} == "X 5000");
    CHECK(Request{"X", 5s} == "X 5");
    CHECK(Request{"X", -1ms} == "X -1");
    CHECK(Request{"X", 0s} == "X 0");
    CHECK(Request{"X", std::chrono::duration<int>{7}} == "X 7");
    CHECK(Request{"X", std::chrono::duration<short, std::milli>{7}} == "X 7");
}

TEST_CASE("Request: a duration fits into Asterisk's int") {
    constexpr long long most = std::numeric_limits<int>::max();
    constexpr long long least = std::numeric_limits<int>::min();
    CHECK(Request{"X", std::chrono::milliseconds{most}} == "X 2147483647");
    CHECK(Request{"X", std::chrono::milliseconds{least}} == "X -2147483648");
    CHECK(Request{"X", std::chrono::seconds{most}} == "X 2147483647");
    CHECK(refusal([&] {
              Request{"WAIT FOR DIGIT", std::chrono::milliseconds{most + 1}};
          }) == "WAIT FOR DIGIT: argument 1 does not fit Asterisk's 32 bits: 2147483648");
    CHECK(refusal([&] {
              Request{"X", "file", std::chrono::milliseconds{least - 1}};
          }) == "X: argument 2 does not fit Asterisk's 32 bits: -2147483649");
    CHECK(refusal([&] {
              Request{"X", std::chrono::seconds{most + 1}};
          }) == "X: argument 1 does not fit Asterisk's 32 bits: 2147483648");
}

TEST_CASE("Request: an absent optional is not sent") {
    CHECK(Request{"X", std::optional<int>{}} == "X");
    CHECK(Request{"X", std::optional<int>{3}} == "X 3");
    CHECK(Request{"X", std::optional<std::string>{"a b"}} == R"(X "a b")");
    CHECK(Request{"X", std::optional<std::string>{""}} == R"(X "")");
    CHECK(Request{"X", std::optional<std::string>{}} == "X");
    CHECK(Request{"X", std::optional<std::chrono::milliseconds>{5s}} == "X 5000");
    CHECK(Request{"X", std::optional<SampleOffset>{SampleOffset{9}}, 1} == "X 9 1");
    CHECK(Request{"X", std::optional<DigitSet>{DigitSet{"#"}}} == "X \"#\"");
    CHECK(Request{"X", 1, std::optional<int>{}, 2} == "X 1 2");
}

TEST_CASE("Request: arguments keep their order") {
    CHECK(Request{"GET DATA", "enter-pin", 5000ms, 4} == R"(GET DATA "enter-pin" 5000 4)");
    CHECK(Request{"STREAM FILE", "welcome", DigitSet{"12#"}, SampleOffset{}} ==
          R"(STREAM FILE "welcome" "12#" 0)");
}

TEST_CASE("Request: each byte value but three is sent, escaped where it must be") {
    for (int byte = 0; byte < 256; ++byte) {
        const char c = static_cast<char>(byte);
        const std::string text = std::string{"a"} + c + "b";
        CAPTURE(byte);
        if (c == '\n' || c == '\r' || c == '\0') {
            const std::string name = c == '\n'   ? "a line feed"
                                     : c == '\r' ? "a carriage return"
                                                 : "a NUL";
            const std::string shown = c == '\n' ? R"(\n)" : c == '\r' ? R"(\r)" : R"(\x00)";
            CHECK(refusal([&] {
                      Request{"SET VARIABLE", "X", text};
                  }) == "SET VARIABLE: argument 2 has " + name + " at byte 1: \"a" + shown + "b\"");
        } else if (c == '"' || c == '\\') {
            CHECK(Request{"NOOP", text} == std::string{"NOOP \"a\\"} + c + "b\"");
        } else {
            CHECK(Request{"NOOP", text} == std::string{"NOOP \"a"} + c + "b\"");
        }
    }
}

TEST_CASE("Request: a refused argument is named by verb, number and offset") {
    CHECK(refusal([] {
              Request{"NOOP", "ok", 5, "two\nlines"};
          }) == R"(NOOP: argument 3 has a line feed at byte 3: "two\nlines")");
    CHECK(refusal([] {
              Request{"GET FULL VARIABLE", "\n"};
          }) == R"(GET FULL VARIABLE: argument 1 has a line feed at byte 0: "\n")");
    CHECK(refusal([] {
              Request{"X", std::optional<int>{}, "\r"};
          }) == R"(X: argument 1 has a carriage return at byte 0: "\r")");
    CHECK(refusal([] {
              Request{"NOOP", std::string(1000, 'x') + '\n'};
          }) == "NOOP: argument 1 has a line feed at byte 1000: \"" + std::string(200, 'x') +
                    "...\" (1001 bytes)");
}

TEST_CASE("Request: a refusal carries the verb as its request") {
    try {
        Request{"SEND TEXT", "a\nb"};
        FAIL("not refused");
    } catch (const AGIArgumentError& error) {
        CHECK(error.request() == "SEND TEXT");
        CHECK(error.reply().code() == 0);
    }
}

TEST_CASE("Request: a null pointer is refused") {
    const char* const null = nullptr;
    CHECK(refusal([&] { Request{"NOOP", "a", null}; }) == "NOOP: argument 2 is a null pointer");
}

TEST_CASE("Request: WithCarriageReturn lets a CR through, and nothing else") {
    CHECK(Request{"NOOP", WithCarriageReturn{"a\rb\r"}} == "NOOP \"a\rb\r\"");
    CHECK(Request{"NOOP", WithCarriageReturn{"a\"b"}} == R"(NOOP "a\"b")");
    CHECK(refusal([] {
              Request{"NOOP", WithCarriageReturn{"a\rb\n"}};
          }) == R"(NOOP: argument 1 has a line feed at byte 3: "a\rb\n")");
    CHECK(refusal([] {
              Request{"NOOP", WithCarriageReturn{std::string_view{"\0", 1}}};
          }) == R"(NOOP: argument 1 has a NUL at byte 0: "\x00")");
    CHECK(refusal([] {
              Request{"NOOP", WithCarriageReturn{"a\r", CarriageReturn::refuse}};
          }) == R"(NOOP: argument 1 has a carriage return at byte 1: "a\r")");
}

namespace {

template <std::size_t... Index>
Request with_words(std::index_sequence<Index...> /*count*/) {
    return Request{"TWO WORDS", (static_cast<void>(Index), "x")...};
}

}  // namespace

TEST_CASE("Request: 64 words are the most, the verb's included") {
    const Request most = with_words(std::make_index_sequence<62>{});
    CHECK(wire::count_words(most) == 64);
    CHECK(refusal([] { with_words(std::make_index_sequence<63>{}); }) ==
          "TWO WORDS: has more than 64 words");
}

TEST_CASE("Request: copies and assigns around the size of its own buffer") {
    const std::size_t size = GENERATE(7U, 100U, 509U, 510U, 511U, 512U, 513U, 514U, 515U, 2000U);
    const std::size_t other_size = GENERATE(7U, 512U, 513U, 3000U);
    CAPTURE(size, other_size);
    const std::string text(size - 7, 'a');
    const std::string line = "NOOP \"" + text + '"';
    const Request request{"NOOP", text};
    REQUIRE(request.view().size() == size);
    CHECK(request == line);

    const Request copy{request};
    CHECK(copy == line);

    Request other{"NOOP", std::string(other_size - 7, 'b')};
    other = copy;
    CHECK(other == line);

    const Request moved{std::move(other)};
    CHECK(moved == line);
}

TEST_CASE("Request: reads as a string_view") {
    const Request request{"NOOP", "x"};
    const std::string_view view = request;
    CHECK(view == R"(NOOP "x")");
    CHECK(request.view() == view);
    CHECK(request == view);
    CHECK_FALSE(request != view);
    CHECK(request != "NOOP");
}

TEST_CASE("Request::raw: takes a line as it is") {
    const std::string line = GENERATE("", "NOOP", R"(  noop   "a b" 'c' \d)", "VERBOSE \x80\xff\t1",
                                      R"(NOOP failure)", R"( failure)", R"("failure")");
    CAPTURE(line);
    CHECK(Request::raw(line) == line);
}

TEST_CASE("Request::raw: takes lines of every length") {
    const std::string line = "NOOP " + std::string(GENERATE(500U, 507U, 508U, 509U, 9000U), 'x');
    CHECK(Request::raw(line) == line);
}

TEST_CASE("Request::raw: refuses what would break the session") {
    const auto [line, why] = GENERATE(table<std::string, std::string>({
        {"NOOP\n", R"(raw line: has a line feed at byte 4: "NOOP\n")"},
        {"NOOP a\nHANGUP", R"(raw line: has a line feed at byte 6: "NOOP a\nHANGUP")"},
        {"NOOP\r", R"(raw line: has a carriage return at byte 4: "NOOP\r")"},
        {std::string{"\0NOOP", 5}, R"(raw line: has a NUL at byte 0: "\x00NOOP")"},
        {"failure", R"(raw line: begins with `failure`, which ends the session: "failure")"},
        {"FAILURE", R"(raw line: begins with `failure`, which ends the session: "FAILURE")"},
        {"FaiLurex y", R"(raw line: begins with `failure`, which ends the session: "FaiLurex y")"},
    }));
    CAPTURE(line);
    CHECK(refusal([&raw = line] { Request::raw(raw); }) == why);
}

TEST_CASE("Request::raw: 64 words are the most") {
    std::string line = "NOOP";
    for (int i = 1; i < 64; ++i) line += " \"\"";
    CHECK(Request::raw(line) == line);
    CHECK(refusal([&] { Request::raw(line + " x"); }) == "raw line: has more than 64 words");
    CHECK(Request::raw(line + ' ') == line + ' ');
}
