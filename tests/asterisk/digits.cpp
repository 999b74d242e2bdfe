// SPDX-License-Identifier: MIT
// Keys that the caller presses.

#include "catch.hpp"
#include "scenario.hpp"

#include <string>
#include <thread>

using namespace live;
using namespace std::chrono_literals;

namespace {

LIVE_PROGRAM(get_data) {
    const auto ask = [&](const std::string& name) {
        const auto entry = agi::GetData{"beep", 700ms, 3}(session);
        report(name + ".digits", entry.digits);
        report(name + ".timed_out", entry.timed_out);
    };
    for (const char* name : {"count", "hash", "only_hash", "partial", "silence"}) ask(name);
    attempt(report, "missing", [&] { agi::GetData{"no-such-file", 300ms, 3}(session); });
}

LIVE_PROGRAM(wait_for_digit) {
    const auto wait = [&](const std::string& name, std::chrono::milliseconds timeout) {
        const auto waited = agi::WaitForDigit{timeout}(session);
        report(name + ".digit", key_name(waited.digit));
        report(name + ".timed_out", waited.timed_out);
    };
    wait("key", 10s);
    wait("silence", 300ms);
}

LIVE_PROGRAM(get_option) {
    reported_prompt(session, report, "in", agi::GetOption{"tt-weasels", "12", 300ms});
    reported_prompt(session, report, "behind", agi::GetOption{"beep", "12", 5s});
    reported_prompt(session, report, "silence", agi::GetOption{"beep", "12", 300ms});
    reported_prompt(session, report, "no wait", agi::GetOption{"beep", "12", 0ms});
    reported_prompt(session, report, "missing", agi::GetOption{"no-such-file", "12", 300ms});
}

LIVE_PROGRAM(get_option_hang_up) {
    reported_prompt(session, report, "prompt", agi::GetOption{"tt-weasels", "12", 300ms});
    report("hung_up", session.hung_up());
}

LIVE_PROGRAM(every_key) {
    std::string keys;
    for (int i = 0; i < 16; ++i) {
        keys += key_name(agi::WaitForDigit{5s}(session).digit);
    }
    report("keys", keys);
    report("now", agi::WaitForDigit{0ms}(session).timed_out);
    const auto entry = agi::GetData{"", 5s, 15}(session);
    report("entry", entry.digits);
    report("timed_out", entry.timed_out);
    attempt(report, "hang-up", [&] { agi::WaitForDigit{}(session); });
}

}  // namespace

TEST_CASE("GetData: number of keys, #, silence, missing file") {
    Scenario call{get_data};
    for (const char* keys : {"042", "07#", "#", "9"}) {
        call.wait_for_command("GET DATA");
        call.press(keys);
    }
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["count.digits"] == "042");
    CHECK(report["count.timed_out"] == "false");
    CHECK(report["hash.digits"] == "07");
    CHECK(report["hash.timed_out"] == "false");
    CHECK(report["only_hash.digits"].empty());
    CHECK(report["only_hash.timed_out"] == "false");
    CHECK(report["partial.digits"] == "9");
    CHECK(report["partial.timed_out"] == "true");
    CHECK(report["silence.digits"].empty());
    CHECK(report["silence.timed_out"] == "true");
    CHECK(report["missing"] == "AGIAppError");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("WaitForDigit: a key, silence") {
    Scenario call{wait_for_digit};
    call.wait_for_command("WAIT FOR DIGIT");
    call.press("*");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["key.digit"] == "*");
    CHECK(report["key.timed_out"] == "false");
    CHECK(report["silence.digit"] == "none");
    CHECK(report["silence.timed_out"] == "true");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("GetOption: a key in the prompt, behind it, silence, no wait, missing file") {
    Scenario call{get_option};
    call.wait_for_command("GET OPTION \"tt-weasels\"");
    call.press("32");
    call.wait_for_command("GET OPTION \"beep\" \"12\" 5000");
    std::this_thread::sleep_for(1s);  // the beep has 0.4
    call.press("1");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["in.key"] == "2");
    CHECK(std::stol(report["in.endpos"]) < 23000);
    CHECK(report["behind.key"] == "1");
    CHECK(report["behind.endpos"] == "3520");
    CHECK(report["silence.key"] == "none");
    CHECK(report["silence.endpos"] == "3520");
    CHECK(report["no wait.key"] == "none");
    CHECK(report["missing"] == "AGIAppError");
    CHECK(call.status() == "FAILURE");
}

TEST_CASE("GetOption: a hang-up in the prompt") {
    Scenario call{get_option_hang_up};
    call.wait_for_command("GET OPTION");
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["prompt"] == "AGIResultHangup");
    CHECK(call.status() == "HANGUP");
}

TEST_CASE("WaitForDigit, GetData: every key that a telephone can have") {
    Scenario call{every_key};
    for (const char key : std::string{"0123456789*#ABCD"}) {
        call.wait_for_command("WAIT FOR DIGIT 5000");
        call.press({&key, 1});
    }
    call.wait_for_command("GET DATA");
    call.press("0123456789*ABCD");
    call.wait_for_command("WAIT FOR DIGIT -1");
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["keys"] == "0123456789*#ABCD");
    CHECK(report["now"] == "true");
    CHECK(report["entry"] == "0123456789*ABCD");
    CHECK(report["timed_out"] == "false");
    CHECK(report["hang-up"] == "AGIResultHangup");
    CHECK(call.status() == "HANGUP");
}
