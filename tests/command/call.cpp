// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/call.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

TEST_CASE("Answer: request") { CHECK(Answer{}.request() == "ANSWER"); }

TEST_CASE("Answer: reply") {
    CHECK_NOTHROW(result_of(Answer{}, "200 result=0"));
    check_failure(Answer{}, "200 result=-1", "AGIAppError", "not answered");
    check_unexpected(Answer{}, "200 result=1");
}

TEST_CASE("Hangup: request") {
    CHECK(Hangup{}.request() == "HANGUP");
    CHECK(Hangup{"PJSIP/100-00000001"}.request() == R"(HANGUP "PJSIP/100-00000001")");
    CHECK(Hangup{""}.request() == R"(HANGUP "")");
}

TEST_CASE("Hangup: reply") {
    CHECK_NOTHROW(result_of(Hangup{}, "200 result=1"));
    check_failure(Hangup{"PJSIP/none-1"}, "200 result=-1", "AGIAppError", "no such channel");
    check_unexpected(Hangup{}, "200 result=0");
}

TEST_CASE("ChannelStatus: request") {
    CHECK(ChannelStatus{}.request() == "CHANNEL STATUS");
    CHECK(ChannelStatus{"Local/run@agi-00000005;2"}.request() ==
          R"(CHANNEL STATUS "Local/run@agi-00000005;2")");
    CHECK(ChannelStatus{""}.request() == R"(CHANNEL STATUS "")");
}

TEST_CASE("ChannelStatus: reply") {
    auto [line, state, muted] = GENERATE(table<std::string, ChannelState, bool>({
        {"200 result=0", ChannelState::down, false},
        {"200 result=1", ChannelState::reserved, false},
        {"200 result=2", ChannelState::off_hook, false},
        {"200 result=3", ChannelState::dialing, false},
        {"200 result=4", ChannelState::ring, false},
        {"200 result=5", ChannelState::ringing, false},
        {"200 result=6", ChannelState::up, false},
        {"200 result=7", ChannelState::busy, false},
        {"200 result=8", ChannelState::dialing_off_hook, false},
        {"200 result=9", ChannelState::pre_ring, false},
        {"200 result=65536", ChannelState::down, true},
        {"200 result=65542", ChannelState::up, true},
    }));
    CAPTURE(line);
    const auto got = result_of(ChannelStatus{}, line);
    CHECK(got.state == state);
    CHECK(got.muted == muted);
}

TEST_CASE("ChannelStatus: a state without a name is kept") {
    auto [line, number, muted] = GENERATE(table<std::string, int, bool>({
        {"200 result=10", 10, false},
        {"200 result=65535", 65535, false},
        {"200 result=65546", 10, true},
        {"200 result=131078", 131078, false},
    }));
    CAPTURE(line);
    const auto got = result_of(ChannelStatus{}, line);
    CHECK(static_cast<int>(got.state) == number);
    CHECK(got.muted == muted);
}

TEST_CASE("ChannelStatus: no such channel") {
    check_failure(ChannelStatus{"x"}, "200 result=-1", "AGIAppError", "no such channel");
    check_unexpected(ChannelStatus{"x"}, "200 result=-2");
}

TEST_CASE("SetCallerid: request") {
    auto [number, name, line] = GENERATE(table<std::string, std::string, std::string>({
        {"1234", "", R"(SET CALLERID "1234")"},
        {"+49301234", "", R"(SET CALLERID "+49301234")"},
        {"*12#", "", R"(SET CALLERID "*12#")"},
        {"1234", "Ann", R"(SET CALLERID "\"Ann\" <1234>")"},
        {"1234", "Ann Lee", R"(SET CALLERID "\"Ann Lee\" <1234>")"},
        {"", "Ann", R"(SET CALLERID "\"Ann\" <>")"},
        {"1234", R"(the "B" \)", R"(SET CALLERID "\"the \\\"B\\\" \\\\\" <1234>")"},
        {"1234", "A <B>", R"(SET CALLERID "\"A <B>\" <1234>")"},
    }));
    CHECK(SetCallerid{number, name}.request() == line);
}

TEST_CASE("SetCallerid: a number that does not look like one is put in brackets") {
    auto [number, line] = GENERATE(table<std::string, std::string>({
        {"alice", R"(SET CALLERID "<alice>")"},
        {"12 34", R"(SET CALLERID "<12 34>")"},
        {"1-2", R"(SET CALLERID "<1-2>")"},
        {"", R"(SET CALLERID "<>")"},
    }));
    CHECK(SetCallerid{number}.request() == line);
}

TEST_CASE("SetCallerid: a number with a mark of the syntax is refused") {
    check_refused(SetCallerid{"1<2"}, R"(SET CALLERID: number has a quote or a bracket: "1<2")");
    check_refused(SetCallerid{"1>2", "Ann"},
                  R"(SET CALLERID: number has a quote or a bracket: "1>2")");
    check_refused(SetCallerid{"\"1", "Ann"},
                  R"(SET CALLERID: number has a quote or a bracket: "\"1")");
}

TEST_CASE("SetCallerid: up to 255 bytes") {
    CHECK_NOTHROW(SetCallerid{std::string(255, '1')}.request());
    check_refused(SetCallerid{std::string(256, '1')},
                  "SET CALLERID: the size is 256, not 0 to 255");
    CHECK_NOTHROW(SetCallerid{std::string(253, 'x')}.request());
    check_refused(SetCallerid{std::string(254, 'x')},
                  "SET CALLERID: the size is 256, not 0 to 255");
    CHECK_NOTHROW(SetCallerid{"1234", std::string(246, 'x')}.request());
    check_refused(SetCallerid{"1234", std::string(247, 'x')},
                  "SET CALLERID: the size is 256, not 0 to 255");
    check_refused(SetCallerid{"1234", std::string(124, '"')},
                  "SET CALLERID: the size is 257, not 0 to 255");
}

TEST_CASE("SetCallerid: reply") {
    CHECK_NOTHROW(result_of(SetCallerid{"1"}, "200 result=1"));
    check_unexpected(SetCallerid{"1"}, "200 result=0");
}

TEST_CASE("SetAutohangup: request") {
    auto [time, line] = GENERATE(table<std::chrono::milliseconds, std::string>({
        {0ms, "SET AUTOHANGUP 0"},
        {10s, "SET AUTOHANGUP 10"},
        {1500ms, R"(SET AUTOHANGUP "1.500")"},
        {1ms, R"(SET AUTOHANGUP "0.001")"},
        {1010ms, R"(SET AUTOHANGUP "1.010")"},
        {2147483647ms, R"(SET AUTOHANGUP "2147483.647")"},
    }));
    CHECK(SetAutohangup{time}.request() == line);
    CHECK(SetAutohangup{}.request() == "SET AUTOHANGUP 0");
}

TEST_CASE("SetAutohangup: a time out of range is refused") {
    check_refused(SetAutohangup{-1ms}, "SET AUTOHANGUP: time is -1, not 0 to 2147483647");
    check_refused(SetAutohangup{2147483648ms},
                  "SET AUTOHANGUP: time is 2147483648, not 0 to 2147483647");
}

TEST_CASE("SetAutohangup: reply") {
    CHECK_NOTHROW(result_of(SetAutohangup{10s}, "200 result=0"));
    check_failure(SetAutohangup{10s}, "200 result=-1", "AGIAppError", "not set");
    check_unexpected(SetAutohangup{10s}, "200 result=1");
}

TEST_CASE("SetMusic: request") {
    CHECK(SetMusic{}.request() == R"(SET MUSIC "on")");
    CHECK(SetMusic{true}.request() == R"(SET MUSIC "on")");
    CHECK(SetMusic{false}.request() == R"(SET MUSIC "off")");
    CHECK(SetMusic{true, "jazz"}.request() == R"(SET MUSIC "on" "jazz")");
    CHECK(SetMusic{false, ""}.request() == R"(SET MUSIC "off" "")");
}

TEST_CASE("SetMusic: reply") {
    CHECK_NOTHROW(result_of(SetMusic{}, "200 result=0"));
    check_failure(SetMusic{}, "200 result=-1", "AGIAppError", "not set");
    check_unexpected(SetMusic{}, "200 result=1");
}
