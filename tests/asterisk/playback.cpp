// SPDX-License-Identifier: MIT
// Prompts on a live channel: the whole file, a key that stops it, a file that is missing.

#include "catch.hpp"
#include "scenario.hpp"

namespace {

using namespace std::chrono_literals;

const live::Program stream_file{
    "stream_file", [](live::Session& session, live::ReportWriter& report) {
        live::reported_prompt(session, report, "whole", agi::StreamFile{"beep"});
        live::reported_prompt(session, report, "key", agi::StreamFile{"tt-weasels", "5#"});
        live::reported_prompt(session, report, "missing", agi::StreamFile{"no-such-file"});
        live::reported_prompt(session, report, "after", agi::StreamFile{"beep"});
    }};

const live::Program say_number{
    "say_number", [](live::Session& session, live::ReportWriter& report) {
        report("whole", live::key_name(agi::SayNumber{7}(session)));
        report("key", live::key_name(agi::SayNumber{123456789, "12#"}(session)));
    }};

}  // namespace

TEST_CASE("StreamFile: whole file, key, missing file") {
    live::Scenario call{stream_file};
    call.wait_for_command("STREAM FILE \"tt-weasels\"");
    call.press("15");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["whole"] == "done");
    CHECK(report["whole.key"] == "none");
    CHECK(std::stol(report["whole.endpos"]) > 0);

    CHECK(report["key"] == "done");
    CHECK(report["key.key"] == "5");
    CHECK(std::stol(report["key.endpos"]) > 0);

    CHECK(report["missing"] == "AGIAppError");
    CHECK_THAT(report["missing.what"], Catch::Matchers::ContainsSubstring("no-such-file"));

    CHECK(report["after.endpos"] == report["whole.endpos"]);
    CHECK(call.status() == "FAILURE");  // the missing file is enough
}

TEST_CASE("SayNumber: the whole number, a key") {
    live::Scenario call{say_number};
    call.wait_for_command("SAY NUMBER 123456789");
    call.press("3#");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["whole"] == "none");
    CHECK(report["key"] == "#");
    CHECK(call.status() == "SUCCESS");
}
