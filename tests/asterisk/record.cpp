// SPDX-License-Identifier: MIT
// Recordings: why they end, and the file that is left.

#include "catch.hpp"
#include "scenario.hpp"

#include <filesystem>
#include <string>
#include <thread>

using namespace live;
using namespace std::chrono_literals;

namespace {

std::string recording(const std::string& name) {
    return Asterisk::get().setting("AST_DIR") + "/spool/recording/" + name;
}

agi::RecordFile to(Session& session, const std::string& name, const char* stop_keys = "") {
    return {std::string{session.environment().argument(3).value()} + name, "wav", stop_keys};
}

void recorded(Session& session, ReportWriter& report, const std::string& name,
              const agi::RecordFile& command) {
    attempt(report, name, [&] {
        const auto result = command(session);
        constexpr const char* ends[] = {"digit", "timeout", "hangup", "beep_interrupted"};
        report(name + ".end", ends[static_cast<int>(result.ended_by)]);
        report(name + ".key", key_name(result.digit));
        report(name + ".endpos", result.endpos.samples);
        report(name + ".hung_up", session.hung_up());
    });
}

LIVE_PROGRAM(record_digit) { recorded(session, report, "digit", to(session, "digit", "12")); }

LIVE_PROGRAM(record_limit) {
    auto command = to(session, "limit", "12");
    command.timeout = 600ms;
    recorded(session, report, "limit", command);
    command.timeout = 300ms;
    command.offset = agi::SampleOffset{1600};
    recorded(session, report, "offset", command);
    command = to(session, "beep");
    command.timeout = 300ms;
    command.beep = true;
    recorded(session, report, "beep", command);
    command = {"/no/such/folder/x"};
    command.timeout = 300ms;
    recorded(session, report, "unwritable", command);
    command = to(session, "format");
    command.format = "no-such-format";
    recorded(session, report, "format", command);
}

LIVE_PROGRAM(record_silence) {
    auto command = to(session, "silence");
    command.silence = 1s;
    command.timeout = 20s;
    recorded(session, report, "silence", command);
}

LIVE_PROGRAM(record_beep_key) {
    auto command = to(session, "interrupted", "12");
    command.beep = true;
    command.timeout = 5s;
    recorded(session, report, "interrupted", command);
}

LIVE_PROGRAM(record_hang_up) {
    agi::Noop{}(session);
    recorded(session, report, "hang-up", to(session, "hang-up"));
    report("source", session.hangup_source() == agi::HangupSource::reply);
    attempt(report, "dead", [&] { agi::StreamFile{"beep"}(session); });
}

Setup caller(const char* does) {
    Setup setup;
    setup.agi = ',' + recording("");
    setup.caller = does;
    return setup;
}

/// What the file holds in 16-bit samples, without the 44 bytes of its header.
std::string samples(const std::string& name) {
    return std::to_string((std::filesystem::file_size(recording(name + ".wav")) - 44) / 2);
}

}  // namespace

TEST_CASE("RecordFile: a key ends it, its last 200 ms are cut") {
    Scenario call{record_digit, caller("audio")};
    call.wait_for_command("RECORD FILE");
    std::this_thread::sleep_for(500ms);
    call.press("31");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["digit.end"] == "digit");
    CHECK(report["digit.key"] == "1");
    CHECK(std::stol(report["digit.endpos"]) > 0);
    CHECK(report["digit.endpos"] == samples("digit"));
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("RecordFile: time limit, offset, beep, unwritable file") {
    Scenario call{record_limit, caller("audio")};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["limit.end"] == "timeout");
    CHECK(report["limit.key"] == "none");
    CHECK(report["limit.hung_up"] == "false");
    CHECK(std::stol(report["limit.endpos"]) > 1600);
    CHECK(report["offset.end"] == "timeout");
    CHECK(std::stol(report["offset.endpos"]) > 1600);
    CHECK(report["offset.endpos"] == samples("limit"));
    CHECK(report["beep.end"] == "timeout");
    CHECK(report["beep.endpos"] == samples("beep"));
    CHECK(report["unwritable"] == "AGIAppError");
    CHECK_THAT(report["unwritable.what"], Catch::Matchers::ContainsSubstring("writefile"));
    CHECK(report["format"] == "AGIAppError");
    CHECK(call.status() == "FAILURE");
}

TEST_CASE("RecordFile: silence, a key in the beep, a hang-up") {
    Scenario silent{record_silence, caller("quiet")};
    Scenario interrupted{record_beep_key, caller("audio")};
    interrupted.wait_for_command("RECORD FILE");
    interrupted.press("2");
    Scenario gone{record_hang_up, caller("audio")};
    gone.wait_for_command("RECORD FILE");
    std::this_thread::sleep_for(300ms);
    gone.hang_up();

    const auto beep = interrupted.report();
    CHECK(beep["interrupted.end"] == "beep_interrupted");
    CHECK(beep["interrupted.key"] == "2");
    CHECK(beep["interrupted.endpos"] == "0");
    CHECK(beep["interrupted.hung_up"] == "false");
    CHECK(interrupted.status() == "SUCCESS");

    const auto hang_up = gone.report();
    CHECK(hang_up["hang-up.end"] == "hangup");
    CHECK(hang_up["hang-up.key"] == "none");
    CHECK(hang_up["hang-up.hung_up"] == "true");
    CHECK(hang_up["hang-up.endpos"] == samples("hang-up"));
    CHECK(hang_up["source"] == "true");
    CHECK(hang_up["dead"] == "AGIDeadChannelError");

    const auto silence = silent.report();
    CHECK(silence["silence.end"] == "timeout");
    CHECK(silence["silence.key"] == "none");
    CHECK(std::stol(silence["silence.endpos"]) < 10 * 8000);
    CHECK(silence["silence.endpos"] == samples("silence"));
    CHECK(silent.status() == "SUCCESS");
}
