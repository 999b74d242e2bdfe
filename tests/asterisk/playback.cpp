// SPDX-License-Identifier: MIT
// Prompts on a live channel: the whole file, a key that stops it, a file that is missing, winding.

#include "catch.hpp"
#include "scenario.hpp"

#include <string>

using namespace live;
using namespace std::chrono_literals;

namespace {

LIVE_PROGRAM(stream_file) {
    reported_prompt(session, report, "whole", agi::StreamFile{"beep"});
    reported_prompt(session, report, "key", agi::StreamFile{"tt-weasels", "5#"});
    reported_prompt(session, report, "offset", agi::StreamFile{"tt-weasels", "", {{20000}}});
    reported_prompt(session, report, "missing", agi::StreamFile{"no-such-file"});
    reported_prompt(session, report, "after", agi::StreamFile{"beep"});
}

void controlled(Session& session, ReportWriter& report, const std::string& name,
                const agi::ControlStreamFile& command) {
    attempt(report, name, [&] {
        const auto played = command(session);
        report(name + ".key", key_name(played.digit));
        report(name + ".end", played.end_of_file);
        report(name + ".endpos", played.endpos ? played.endpos->count() : -1);
    });
    report(name + ".status", agi::GetVariable{"CPLAYBACKSTATUS"}(session).value_or("unset"));
    report(name + ".stopkey", agi::GetVariable{"CPLAYBACKSTOPKEY"}(session).value_or("unset"));
    report(name + ".position", agi::GetVariable{"CPLAYBACKOFFSET"}(session).value_or("unset"));
}

agi::ControlStreamFile from(const std::string& file, std::chrono::milliseconds offset) {
    agi::ControlStreamFile command{file};
    command.offset = offset;
    return command;
}

LIVE_PROGRAM(control_ends) {
    controlled(session, report, "whole", {"beep"});
    controlled(session, report, "offset", from("tt-weasels", 2600ms));
    controlled(session, report, "from end", from("tt-weasels", -300ms));
    controlled(session, report, "missing", {"no-such-file"});
}

LIVE_PROGRAM(control_keys) {
    controlled(session, report, "stop", {"tt-weasels", "5", 1s});
    controlled(session, report, "default", {"tt-weasels", "9", 2s});
    agi::ControlStreamFile no_winding{"tt-weasels", "#*", 1s, agi::no_key, agi::no_key};
    controlled(session, report, "off", no_winding);
    agi::ControlStreamFile own_keys{"tt-weasels", "0#", 1s, '6', '4', '8'};
    controlled(session, report, "own", own_keys);
}

LIVE_PROGRAM(control_hang_up) {
    attempt(report, "playing", [&] { agi::ControlStreamFile{"tt-weasels"}(session); });
    report("end", agi::GetVariable{"CPLAYBACKSTATUS"}(session).value_or("unset"));
}

}  // namespace

TEST_CASE("StreamFile: whole file, key, offset, missing file") {
    Scenario call{stream_file};
    call.wait_for_command("STREAM FILE \"tt-weasels\" \"5#\"");
    call.press("15");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["whole"] == "done");
    CHECK(report["whole.key"] == "none");
    CHECK(report["whole.endpos"] == "3520");  // 726 bytes of GSM

    CHECK(report["key"] == "done");
    CHECK(report["key.key"] == "5");
    CHECK(std::stol(report["key.endpos"]) > 0);
    CHECK(std::stol(report["key.endpos"]) < 20000);

    CHECK(report["offset.key"] == "none");
    CHECK(report["offset.endpos"] == "23680");

    CHECK(report["missing"] == "AGIAppError");
    CHECK_THAT(report["missing.what"], Catch::Matchers::ContainsSubstring("no-such-file"));

    CHECK(report["after.endpos"] == report["whole.endpos"]);
    CHECK(call.status() == "FAILURE");  // the missing file is enough
}

TEST_CASE("ControlStreamFile: whole file, from an offset, from the end, missing file") {
    Scenario call{control_ends};
    const auto report = call.report();
    INFO(report["error"]);

    for (const char* name : {"whole", "offset", "from end"}) {
        INFO(name);
        CHECK(report[std::string{name}] == "done");
        CHECK(report[std::string{name} + ".key"] == "none");
        CHECK(report[std::string{name} + ".end"] == "true");
        CHECK(report[std::string{name} + ".endpos"] == "-1");
        CHECK(report[std::string{name} + ".status"] == "SUCCESS");
    }
    CHECK(report["missing"] == "AGIAppError");
    CHECK(report["missing.status"] == "ERROR");
    CHECK(call.status() == "FAILURE");
}

TEST_CASE("ControlStreamFile: stop key, winding, keys switched off, own keys, pause") {
    Scenario call{control_keys};
    call.wait_for_command("CONTROL STREAM FILE");
    call.press("5");
    call.wait_for_command("CONTROL STREAM FILE");
    call.press("#");  // 2 s on
    call.press("*#*#9");
    call.wait_for_command("CONTROL STREAM FILE");
    call.press("*");
    call.wait_for_command("CONTROL STREAM FILE");
    call.press("6");  // on
    call.press("4");  // back
    call.press("8");  // pause
    call.press("8");  // go on
    call.press("0");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["stop.key"] == "5");
    CHECK(report["stop.end"] == "false");
    CHECK(report["stop.endpos"] == report["stop.position"]);
    CHECK(report["stop.status"] == "USERSTOPPED");
    CHECK(report["stop.stopkey"] == "5");
    CHECK(report["default.key"] == "9");
    CHECK(std::stol(report["default.endpos"]) >= 2000);
    CHECK(report["off.key"] == "*");
    CHECK(report["own.key"] == "0");
    CHECK(std::stol(report["own.endpos"]) >= 0);
    CHECK(std::stol(report["own.endpos"]) < 2000);
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("ControlStreamFile: a hang-up") {
    Scenario call{control_hang_up};
    call.wait_for_command("CONTROL STREAM FILE");
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["playing"] == "AGIResultHangup");
    CHECK(report["end"] == "ERROR");
    CHECK(call.status() == "HANGUP");
}
