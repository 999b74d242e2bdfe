// SPDX-License-Identifier: MIT
// The SAY commands: said to the end, stopped by a key, and what was played for it.

#include "catch.hpp"
#include "scenario.hpp"

#include <string>
#include <vector>

using namespace live;
using namespace std::chrono_literals;

namespace {

/// 2026-03-14 15:09:26 UTC, a Saturday.
constexpr std::chrono::system_clock::time_point pi_day{1773500966s};

LIVE_PROGRAM(say_letters) {
    reported_key(session, report, "plain", agi::SayAlpha{"b", "1"});
    reported_key(session, report, "none", agi::SayAlpha{"aB", "1", agi::SayCase::none});
    reported_key(session, report, "nothing", agi::SayAlpha{""});
    reported_key(session, report, "phonetic", agi::SayPhonetic{"x9"});
}

LIVE_PROGRAM(say_cases) {
    reported_key(session, report, "all", agi::SayAlpha{"aB", "1", agi::SayCase::all});
    reported_key(session, report, "upper", agi::SayAlpha{"aB", "1", agi::SayCase::upper});
    reported_key(session, report, "lower", agi::SayAlpha{"aB", "1", agi::SayCase::lower});
}

LIVE_PROGRAM(say_numbers) {
    reported_key(session, report, "digits", agi::SayDigits{"07*"});
    reported_key(session, report, "number", agi::SayNumber{21});
    reported_key(session, report, "gender", agi::SayNumber{-3, "1", agi::Gender::feminine});
    attempt(report, "no digits", [&] { agi::SayDigits{"*12"}(session); });
}

LIVE_PROGRAM(say_times) {
    reported_key(session, report, "format", agi::SayDatetime{pi_day, "", "HM", "UTC"});
    reported_key(session, report, "zone", agi::SayDatetime{pi_day, "", "HM", "Asia/Tokyo"});
    reported_key(session, report, "file", agi::SayDatetime{pi_day, "", "'beep'S"});
    reported_key(session, report, "time", agi::SayTime{pi_day});
}

LIVE_PROGRAM(say_date) { reported_key(session, report, "date", agi::SayDate{pi_day}); }

LIVE_PROGRAM(say_until_a_key) {
    reported_key(session, report, "alpha", agi::SayAlpha{"abcdefghijklm", "12"});
    reported_key(session, report, "digits", agi::SayDigits{"1234567890", "12"});
    reported_key(session, report, "number", agi::SayNumber{123456789, "12"});
    reported_key(session, report, "phonetic", agi::SayPhonetic{"abcdefghijklm", "12"});
    reported_key(session, report, "date", agi::SayDate{pi_day, "12"});
    reported_key(session, report, "time", agi::SayTime{pi_day, "12"});
    reported_key(session, report, "datetime", agi::SayDatetime{pi_day, "12"});
    reported_key(session, report, "zone", agi::SayDatetime{pi_day, "12", {}, "Asia/Tokyo"});
}

LIVE_PROGRAM(say_to_nobody) { reported_key(session, report, "number", agi::SayNumber{123456789}); }

using Names = std::vector<std::string>;

/// Each command came to its end, and no key was pressed.
void check_said(Scenario& call, const Names& commands, const Names& sounds) {
    const auto report = call.report();
    INFO(report["error"]);
    for (const auto& name : commands) {
        INFO(name);
        CHECK(report[name] == "done");
        CHECK(report[name + ".key"] == "none");
    }
    CHECK(call.said() == sounds);
    CHECK(call.status() == "SUCCESS");
}

}  // namespace

TEST_CASE(
    "SayAlpha, SayDigits, SayNumber, SayPhonetic, SayDate, SayTime, SayDatetime: to the end") {
    Scenario letters{say_letters};
    Scenario cases{say_cases};
    Scenario numbers{say_numbers};
    Scenario times{say_times};
    Scenario date{say_date};

    check_said(letters, {"plain", "none", "nothing", "phonetic"},
               {"letters/b", "letters/a", "letters/b", "phonetic/x_p", "phonetic/9_p"});
    if (Asterisk::get().version() > 16) {
        check_said(cases, {"all", "upper", "lower"},
                   {"lowercase", "letters/a", "uppercase", "letters/b", "letters/a", "uppercase",
                    "letters/b", "lowercase", "letters/a", "letters/b"});
    } else {  // it looks for a sound file lowercaseletters/a
        CHECK(cases.report()["all"] == "AGIAppError");
        CHECK(cases.report()["upper"] == "done");
        CHECK(cases.report()["lower"] == "AGIAppError");
        CHECK(cases.said() == Names{"letters/a", "uppercase", "letters/b"});
    }
    check_said(numbers, {"digits", "number", "gender"},
               {"digits/0", "digits/7", "digits/star", "digits/20", "digits/1", "digits/minus",
                "digits/3"});
    CHECK(numbers.report()["no digits"] == "AGIArgumentError");
    check_said(times, {"format", "zone", "file", "time"},
               {"digits/15", "digits/oh", "digits/9", "digits/oh", "digits/oh", "digits/9", "beep",
                "digits/20", "digits/6", "digits/3", "digits/oh", "digits/9", "digits/p-m"});
    check_said(date, {"date"},
               {"digits/day-6", "digits/mon-2", "digits/14", "digits/2", "digits/thousand",
                "digits/20", "digits/6"});
}

TEST_CASE("Say: a key stops each of them") {
    Scenario call{say_until_a_key};
    for (int i = 0; i < 8; ++i) {
        call.wait_for_command("SAY");
        call.press("32");
    }
    const auto report = call.report();
    INFO(report["error"]);

    for (const char* name :
         {"alpha", "digits", "number", "phonetic", "date", "time", "datetime", "zone"}) {
        INFO(name);
        CHECK(report[name] == "done");
        CHECK(report[std::string{name} + ".key"] == "2");
    }
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("SayNumber: a hang-up") {
    Scenario call{say_to_nobody};
    call.wait_for_command("SAY NUMBER");
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["number"] == "AGIResultHangup");
    CHECK(call.status() == "HANGUP");
}
