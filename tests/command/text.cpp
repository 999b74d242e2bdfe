// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/text.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

TEST_CASE("ReceiveChar: request") {
    CHECK(ReceiveChar{}.request() == "RECEIVE CHAR -1");
    CHECK(ReceiveChar{1s}.request() == "RECEIVE CHAR 1000");
    CHECK(ReceiveChar{0ms}.request() == "RECEIVE CHAR 0");
    check_refused(ReceiveChar{2147483648ms},
                  "RECEIVE CHAR: argument 1 does not fit Asterisk's 32 bits: 2147483648");
}

TEST_CASE("ReceiveChar: reply") {
    auto [line, byte, empty_message] = GENERATE(table<std::string, std::optional<int>, bool>({
        {"200 result=65", 65, false},
        {"200 result=195", 195, false},
        {"200 result=0", 0, false},
        {"200 result=255", 255, false},
        {"200 result=0 (timeout)", std::nullopt, true},
        {"200 result=-1 (hangup)", std::nullopt, false},
        {"200 result=-1", std::nullopt, false},
    }));
    CAPTURE(line);
    const auto result = result_of(ReceiveChar{1s}, line);
    CHECK(result.byte == byte);
    CHECK(result.empty_message == empty_message);
}

TEST_CASE("ReceiveChar: a number that is no byte") {
    check_unexpected(ReceiveChar{1s}, "200 result=256");
    check_unexpected(ReceiveChar{1s}, "200 result=-2");
    check_unexpected(ReceiveChar{1s}, "200 result=A");
}

TEST_CASE("ReceiveText: request") {
    CHECK(ReceiveText{}.request() == "RECEIVE TEXT -1");
    CHECK(ReceiveText{1s}.request() == "RECEIVE TEXT 1000");
    CHECK(ReceiveText{0ms}.request() == "RECEIVE TEXT 0");
}

TEST_CASE("ReceiveText: reply") {
    auto [line, text] = GENERATE(table<std::string, std::optional<std::string>>({
        {"200 result=1 (hi there)", "hi there"},
        {"200 result=1 ()", ""},
        {"200 result=1 (a)b)", "a)b"},
        {"200 result=1 (two\nlines)", "two\nlines"},
        {"200 result=-1", std::nullopt},
    }));
    CAPTURE(line);
    CHECK(result_of(ReceiveText{1s}, line) == text);
}

TEST_CASE("ReceiveText: a reply without its text") {
    check_unexpected(ReceiveText{1s}, "200 result=1");
    check_unexpected(ReceiveText{1s}, "200 result=0");
}

TEST_CASE("ReceiveChar, ReceiveText: how long Asterisk may take") {
    CHECK(ReceiveChar{3s}.longest() == 3s);
    CHECK(ReceiveChar{}.longest() == std::nullopt);
    CHECK(ReceiveText{0ms}.longest() == 0s);
    CHECK(ReceiveText{}.longest() == std::nullopt);
}

TEST_CASE("SendText: request") {
    CHECK(SendText{"hi \"you\""}.request() == R"(SEND TEXT "hi \"you\"")");
    CHECK(SendText{""}.request() == R"(SEND TEXT "")");
    CHECK(SendText{42}.request() == R"(SEND TEXT "42")");
    check_refused(SendText{"a\nb"}, R"(SEND TEXT: argument 1 has a line feed at byte 1: "a\nb")");
}

TEST_CASE("SendText: reply") {
    CHECK_NOTHROW(result_of(SendText{"x"}, "200 result=0"));
    check_failure(SendText{"x"}, "200 result=-1", "AGIAppError",
                  "not sent: the channel has no text, or hung up");
    check_unexpected(SendText{"x"}, "200 result=1");
}

TEST_CASE("SendImage: request and reply") {
    CHECK(SendImage{"logo"}.request() == R"(SEND IMAGE "logo")");
    CHECK_NOTHROW(result_of(SendImage{"x"}, "200 result=0"));
    check_failure(SendImage{"x"}, "200 result=-1", "AGIAppError", "not sent: the channel hung up");
    check_unexpected(SendImage{"x"}, "200 result=1");
}

TEST_CASE("TDDMode: request") {
    auto [mode, line] = GENERATE(table<TddMode, std::string>({
        {TddMode::off, R"(TDD MODE "off")"},
        {TddMode::on, R"(TDD MODE "on")"},
        {TddMode::mate, R"(TDD MODE "mate")"},
        {TddMode::tdd, R"(TDD MODE "tdd")"},
    }));
    CHECK(TDDMode{mode}.request() == line);
    CHECK(TDDMode{}.request() == R"(TDD MODE "on")");
}

TEST_CASE("TDDMode: reply") {
    CHECK(result_of(TDDMode{}, "200 result=1"));
    CHECK_FALSE(result_of(TDDMode{}, "200 result=0"));
    check_unexpected(TDDMode{}, "200 result=-1");
    check_unexpected(TDDMode{}, "200 result=2");
}
