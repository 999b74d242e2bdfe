// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/record.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

TEST_CASE("RecordFile: request") {
    CHECK(RecordFile{"r"}.request() == R"(RECORD FILE "r" "wav" "" -1)");
    CHECK(RecordFile{"r", "gsm", "#", 10s}.request() == R"(RECORD FILE "r" "gsm" "#" 10000)");
    CHECK(RecordFile{"r", "wav", "", 0ms}.request() == R"(RECORD FILE "r" "wav" "" 0)");
    CHECK(RecordFile{"r", "wav", "", forever, SampleOffset{8000}}.request() ==
          R"(RECORD FILE "r" "wav" "" -1 8000)");
    CHECK(RecordFile{"r", "wav", "", forever, {}, true}.request() ==
          R"(RECORD FILE "r" "wav" "" -1 "BEEP")");
    CHECK(RecordFile{"r", "wav", "", forever, {}, false, 3s}.request() ==
          R"(RECORD FILE "r" "wav" "" -1 "s=3")");
    CHECK(RecordFile{"r", "wav", "", forever, {}, true, 3s}.request() ==
          R"(RECORD FILE "r" "wav" "" -1 "BEEP" "s=3")");
    CHECK(RecordFile{"r", "wav", "#", 10s, SampleOffset{1}, true, 3s}.request() ==
          R"(RECORD FILE "r" "wav" "#" 10000 1 "BEEP" "s=3")");
    CHECK(RecordFile{"r", "wav", "#", 10s, SampleOffset{1}, false, 3s}.request() ==
          R"(RECORD FILE "r" "wav" "#" 10000 1 "s=3")");
}

TEST_CASE("RecordFile: values out of range are refused") {
    RecordFile record{"r"};
    record.silence = 0s;
    check_refused(record, "RECORD FILE: silence is 0, not 1 to 2147483");
    record.silence = -1s;
    check_refused(record, "RECORD FILE: silence is -1, not 1 to 2147483");
    record.silence = 2147484s;
    check_refused(record, "RECORD FILE: silence is 2147484, not 1 to 2147483");
    record.silence = 2147483s;
    CHECK_NOTHROW(record.request());
    record.timeout = 2147483648ms;
    check_refused(record, "RECORD FILE: argument 4 does not fit Asterisk's 32 bits: 2147483648");
}

TEST_CASE("RecordFile: reply") {
    auto [line, ended_by, digit, endpos] =
        GENERATE(table<std::string, RecordEnd, std::optional<char>, long long>({
            {"200 result=35 (dtmf) endpos=16000", RecordEnd::digit, '#', 16000},
            {"200 result=49 (dtmf) endpos=160", RecordEnd::digit, '1', 160},
            {"200 result=0 (timeout) endpos=80000", RecordEnd::timeout, std::nullopt, 80000},
            {"200 result=49 (timeout) endpos=79840", RecordEnd::timeout, std::nullopt, 79840},
            {"200 result=99982 (timeout) endpos=1", RecordEnd::timeout, std::nullopt, 1},
            {"200 result=-1 (hangup) endpos=25280", RecordEnd::hangup, std::nullopt, 25280},
            {"200 result=0 (hangup) endpos=0", RecordEnd::hangup, std::nullopt, 0},
            {"200 result=35 (randomerror) endpos=0", RecordEnd::beep_interrupted, '#', 0},
        }));
    CAPTURE(line);
    const auto got = result_of(RecordFile{"r"}, line);
    CHECK(got.ended_by == ended_by);
    CHECK(got.digit == digit);
    CHECK(got.endpos.samples == endpos);
}

TEST_CASE("RecordFile: not recorded") {
    const RecordFile record{"r", "wav", "#", 10s};
    check_failure(record, "200 result=-1 (writefile)", "AGIAppError", "the file cannot be written");
    check_failure(record, "200 result=-1 (waitfor) endpos=100", "AGIAppError",
                  "the channel failed");
    check_failure(record, "200 result=-1 (randomerror) endpos=0", "AGIAppError",
                  "no beep: its file is missing, or a hang-up");
    check_failure(record, "200 result=-1", "AGIAppError",
                  "not recorded: silence cannot be detected here");
}

TEST_CASE("RecordFile: a reply that is none of them") {
    const std::string line =
        GENERATE("200 result=0", "200 result=35", "200 result=-1 endpos=5", "200 result=35 (dtmf)",
                 "200 result=35 (dtmf) endpos=", "200 result=35 (DTMF) endpos=1",
                 "200 result=35 (dtmf)endpos=1", "200 result=0 (dtmf) endpos=1",
                 "200 result=1 (dtmf) endpos=1", "200 result=-1 (dtmf) endpos=1",
                 "200 result=x (timeout) endpos=1", "200 result= (timeout) endpos=1",
                 "200 result=35 (other) endpos=1", "200 result=0 (timeout)");
    check_unexpected(RecordFile{"r"}, line);
}

TEST_CASE("RecordFile: only (hangup) says that the call is over") {
    const auto says = [](const char* line) {
        return RecordFile::says_hangup(wire::parse_reply(line));
    };
    CHECK(says("200 result=-1 (hangup) endpos=25280"));
    CHECK(says("200 result=0 (hangup) endpos=25280"));
    CHECK_FALSE(says("200 result=-1 (waitfor) endpos=1"));
    CHECK_FALSE(says("200 result=-1 (randomerror) endpos=0"));
    CHECK_FALSE(says("200 result=0 (timeout) endpos=1"));
    CHECK_FALSE(says("200 result=-1"));
}

TEST_CASE("RecordFile: how long Asterisk may take") {
    CHECK(RecordFile{"r", "wav", "", 10s}.longest() == 10s);
    CHECK(RecordFile{"r"}.longest() == std::nullopt);
}
