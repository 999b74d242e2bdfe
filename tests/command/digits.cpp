// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/digits.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

TEST_CASE("GetData: request") {
    CHECK(GetData{"enter-pin"}.request() == R"(GET DATA "enter-pin" 2000 255)");
    CHECK(GetData{"enter-pin", 5s, 4}.request() == R"(GET DATA "enter-pin" 5000 4)");
    CHECK(GetData{"", 0ms, 1}.request() == R"(GET DATA "" 0 1)");
    CHECK(GetData{"f", forever, 1023}.request() == R"(GET DATA "f" -1 1023)");
    CHECK(GetData{"f", 2147483647ms}.request() == R"(GET DATA "f" 2147483647 255)");
}

TEST_CASE("GetData: values out of range are refused") {
    check_refused(GetData{"f", 5s, 0}, "GET DATA: max_digits is 0, not 1 to 1023");
    check_refused(GetData{"f", 5s, -1}, "GET DATA: max_digits is -1, not 1 to 1023");
    check_refused(GetData{"f", 5s, 1024}, "GET DATA: max_digits is 1024, not 1 to 1023");
    check_refused(GetData{"f", 2147483648ms},
                  "GET DATA: argument 2 does not fit Asterisk's 32 bits: 2147483648");
    check_refused(GetData{"f", -2147483649ms},
                  "GET DATA: argument 2 does not fit Asterisk's 32 bits: -2147483649");
}

TEST_CASE("GetData: reply") {
    auto [line, digits, timed_out] = GENERATE(table<std::string, std::string, bool>({
        {"200 result=1234", "1234", false},
        {"200 result=0012", "0012", false},
        {"200 result=0", "0", false},
        {"200 result=1", "1", false},
        {"200 result=*12*", "*12*", false},
        {"200 result=AB0D", "AB0D", false},
        {"200 result=123456789012345678901234567890", "123456789012345678901234567890", false},
        {"200 result=", "", false},
        {"200 result=12 (timeout)", "12", true},
        {"200 result=1 (timeout)", "1", true},
        {"200 result= (timeout)", "", true},
    }));
    CAPTURE(line);
    const auto got = result_of(GetData{"f"}, line);
    CHECK(got.digits == digits);
    CHECK(got.timed_out == timed_out);
    CHECK_FALSE(got.stopped);
}

TEST_CASE("GetData: no entry") {
    check_failure(GetData{"f"}, "200 result=-1", "AGIAppError",
                  "the file is missing, or the channel hung up");
    check_unexpected(GetData{"f"}, "200 result=-2");
    check_unexpected(GetData{"f"}, "200 result=12a");
    check_unexpected(GetData{"f"}, "200 result=12 (hangup)");
    check_unexpected(GetData{"f"}, "200 result=12 endpos=5");
}

TEST_CASE("GetOption: request") {
    CHECK(GetOption{"menu"}.request() == R"(GET OPTION "menu" "" 5000)");
    CHECK(GetOption{"menu", "123"}.request() == R"(GET OPTION "menu" "123" 5000)");
    CHECK(GetOption{"menu", "*#", 0ms}.request() == R"(GET OPTION "menu" "*#" 0)");
    CHECK(GetOption{"menu", DigitSet::all(), forever}.request() ==
          R"(GET OPTION "menu" "0123456789*#ABCD" -1)");
}

TEST_CASE("GetOption: reply") {
    auto [line, digit, endpos] = GENERATE(table<std::string, std::optional<char>, long long>({
        {"200 result=50 endpos=16000", '2', 16000},
        {"200 result=48 endpos=0", '0', 0},
        {"200 result=35 endpos=1", '#', 1},
        {"200 result=42 endpos=1", '*', 1},
        {"200 result=68 endpos=1", 'D', 1},
        {"200 result=0 endpos=16000", std::nullopt, 16000},
        {"200 result=0 endpos=0", std::nullopt, 0},
    }));
    CAPTURE(line);
    const auto got = result_of(GetOption{"f"}, line);
    CHECK(got.digit == digit);
    CHECK(got.endpos.samples == endpos);
    CHECK_FALSE(got.stopped);
}

TEST_CASE("GetOption: not played") {
    const std::string why = "not played, or the channel hung up";
    check_failure(GetOption{"f"}, "200 result=-1 endpos=900", "AGIAppError", why);
    check_failure(GetOption{"f"}, "200 result=-1 endpos=0", "AGIAppError", why);
    check_unexpected(GetOption{"f"}, "200 result=0");
    check_unexpected(GetOption{"f"}, "200 result=50 endpos=");
    check_unexpected(GetOption{"f"}, "200 result=50 endpos=x");
    check_unexpected(GetOption{"f"}, "200 result=1 endpos=0");
}

TEST_CASE("WaitForDigit: request") {
    CHECK(WaitForDigit{}.request() == "WAIT FOR DIGIT -1");
    CHECK(WaitForDigit{5s}.request() == "WAIT FOR DIGIT 5000");
    CHECK(WaitForDigit{0ms}.request() == "WAIT FOR DIGIT 0");
    check_refused(WaitForDigit{2147483648ms},
                  "WAIT FOR DIGIT: argument 1 does not fit Asterisk's 32 bits: 2147483648");
}

TEST_CASE("WaitForDigit: reply") {
    using Control = std::optional<StreamControl>;
    auto [line, digit, timed_out, stopped, control] =
        GENERATE(table<std::string, std::optional<char>, bool, bool, Control>({
            {"200 result=48", '0', false, false, std::nullopt},
            {"200 result=49", '1', false, false, std::nullopt},
            {"200 result=57", '9', false, false, std::nullopt},
            {"200 result=35", '#', false, false, std::nullopt},
            {"200 result=42", '*', false, false, std::nullopt},
            {"200 result=65", 'A', false, false, std::nullopt},
            {"200 result=68", 'D', false, false, std::nullopt},
            {"200 result=0", std::nullopt, true, false, std::nullopt},
            {"200 result=1", std::nullopt, false, true, std::nullopt},
            {"200 result=1000", std::nullopt, false, false, StreamControl::stop},
            {"200 result=1001", std::nullopt, false, false, StreamControl::pause},
            {"200 result=1002", std::nullopt, false, false, StreamControl::restart},
            {"200 result=1003", std::nullopt, false, false, StreamControl::rewind},
            {"200 result=1004", std::nullopt, false, false, StreamControl::forward},
        }));
    CAPTURE(line);
    const auto got = result_of(WaitForDigit{5s}, line);
    CHECK(got.digit == digit);
    CHECK(got.timed_out == timed_out);
    CHECK(got.stopped == stopped);
    CHECK(got.control == control);
}

TEST_CASE("WaitForDigit: no answer") {
    check_failure(WaitForDigit{5s}, "200 result=-1", "AGIAppError", "the channel hung up");
    check_unexpected(WaitForDigit{5s}, "200 result=2");
    check_unexpected(WaitForDigit{5s}, "200 result=69");
    check_unexpected(WaitForDigit{5s}, "200 result=999");
    check_unexpected(WaitForDigit{5s}, "200 result=1005");
    check_unexpected(WaitForDigit{5s}, "200 result=304");
}

TEST_CASE("GetData, GetOption, WaitForDigit: stopped without a reply") {
    const auto data = GetData::when_stopped();
    CHECK(data.stopped);
    CHECK(data.digits.empty());
    CHECK_FALSE(data.timed_out);
    const auto option = GetOption::when_stopped();
    CHECK(option.stopped);
    CHECK(option.digit == std::nullopt);
    CHECK(option.endpos == SampleOffset{0});
    const auto wait = WaitForDigit::when_stopped();
    CHECK(wait.stopped);
    CHECK(wait.digit == std::nullopt);
    CHECK_FALSE(wait.timed_out);
}

TEST_CASE("GetData, GetOption, WaitForDigit: how long Asterisk may take") {
    CHECK(GetData{"f", 5s, 4}.longest() == 20s);
    CHECK(GetData{"f", 0ms, 3}.longest() == 12s);
    CHECK(GetData{"f", 2147483647ms, 1023}.longest() == 2147483647ms * 1023);
    CHECK(GetData{"f", forever}.longest() == std::nullopt);
    CHECK(GetOption{"f"}.longest() == 5s);
    CHECK(GetOption{"f", "", 0ms}.longest() == 0s);
    CHECK(GetOption{"f", "", forever}.longest() == std::nullopt);
    CHECK(WaitForDigit{3s}.longest() == 3s);
    CHECK(WaitForDigit{}.longest() == std::nullopt);
}
