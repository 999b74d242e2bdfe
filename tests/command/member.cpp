// SPDX-License-Identifier: MIT
// The types of which a command's members are.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/variable.hpp>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

using namespace agi;
using namespace std::chrono_literals;

namespace {

/// A type that says itself how it reads as text.
struct Named {
    operator std::string() const { return "named"; }
};

std::string message_of(const AGIArgumentError& error) { return error.what(); }

const char* const none = nullptr;

}  // namespace

TEST_CASE("Text: made from all that is text") {
    char buffer[] = "beep";
    char* const pointer = buffer;
    const std::string text{"beep"};
    CHECK(Text{"beep"} == "beep");
    CHECK(Text{pointer} == "beep");
    CHECK(Text{text} == "beep");
    CHECK(Text{std::string_view{text}} == "beep");
    CHECK(Text{std::string{text}} == "beep");
    CHECK(Text{Named{}} == "named");
    CHECK(Text{std::string_view{"a\0b", 3}}.size() == 3);
}

TEST_CASE("Text: a string that is given away is not copied") {
    std::string text(100, 'x');
    const char* const bytes = text.data();
    CHECK(Text{std::move(text)}.data() == bytes);
}

TEST_CASE("Text: reads as a std::string, and stays one that can be changed") {
    StreamFile play{"beep"};
    const std::string& text = play.file;
    play.file += "-long";
    CHECK(text == "beep-long");
    play.file = "other";
    CHECK(play.request() == R"(STREAM FILE "other" "")");
}

TEST_CASE("Text, OptionalText: a null pointer is refused, not read") {
    char* const changeable = nullptr;
    try {
        static_cast<void>(StreamFile{none});
        FAIL("not refused");
    } catch (const AGIArgumentError& error) {
        CHECK(message_of(error) == "a null pointer where text belongs");
    }
    CHECK_THROWS_AS(StreamFile{changeable}, AGIArgumentError);
    CHECK_THROWS_AS(Hangup{none}, AGIArgumentError);
    CHECK_THROWS_AS(Hangup{changeable}, AGIArgumentError);
    CHECK_THROWS_AS((SetVariable{"X", std::getenv("AGI_NO_SUCH_NAME")}), AGIArgumentError);
    CHECK_THROWS_AS((SetVariable{std::getenv("AGI_NO_SUCH_NAME"), "x"}), AGIArgumentError);
}

TEST_CASE("OptionalText: text, or none") {
    char buffer[] = "one";
    char* const pointer = buffer;
    const std::optional<std::string> text{"one"};
    const std::string named = "one";
    for (const Hangup& hangup : {Hangup{"one"}, Hangup{pointer}, Hangup{text}, Hangup{named},
                                 Hangup{std::string_view{"one"}}}) {
        CHECK(hangup.request() == R"(HANGUP "one")");
    }
    for (const Hangup& hangup :
         {Hangup{}, Hangup{{}}, Hangup{std::nullopt}, Hangup{std::optional<std::string>{}}}) {
        CHECK(hangup.request() == "HANGUP");
    }
}

TEST_CASE("Time: any duration that loses nothing, in the member's unit") {
    CHECK(WaitForDigit{5s}.timeout == 5000ms);
    CHECK(WaitForDigit{std::chrono::hours{1}}.request() == "WAIT FOR DIGIT 3600000");
    CHECK(ControlStreamFile{"x", "", 2s}.skip == 2000ms);
    CHECK(ControlStreamFile{"x", "", std::nullopt}.skip == std::nullopt);
    CHECK(ControlStreamFile{"x", "", std::optional{250ms}}.skip == 250ms);
    const std::chrono::milliseconds time = WaitForDigit{5s}.timeout;
    CHECK(time + 1ms == 5001ms);
}

TEST_CASE("Flag: true or false") {
    CHECK(SetMusic{true}.request() == "SET MUSIC \"on\"");
    CHECK(SetMusic{false}.request() == "SET MUSIC \"off\"");
    CHECK(SetMusic{}.on);
}

TEST_CASE("DigitSet: one key as a char") {
    CHECK(StreamFile{"x", '#'}.request() == R"(STREAM FILE "x" "#")");
    CHECK_THROWS_AS((StreamFile{"x", 'x'}), AGIArgumentError);
    CHECK_THROWS_AS((StreamFile{"x", '\0'}), AGIArgumentError);
    CHECK_THROWS_AS((StreamFile{"x", none}), AGIArgumentError);
    char keys[] = "12";
    char* const pointer = keys;
    CHECK(StreamFile{"x", pointer}.escape_digits.view() == "12");
}

TEST_CASE("Commands are aggregates") {
    CHECK(std::is_aggregate_v<StreamFile>);
    CHECK(std::is_aggregate_v<GetData>);
    CHECK(std::is_aggregate_v<SetVariable>);
}
