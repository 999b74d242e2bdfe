// SPDX-License-Identifier: MIT
// Keys that the caller presses.

#include "catch.hpp"
#include "scenario.hpp"

namespace {

using namespace std::chrono_literals;

const live::Program get_data{
    "get_data", [](live::Session& session, live::ReportWriter& report) {
        const auto ask = [&](const std::string& name) {
            const auto entry = agi::GetData{"beep", 700ms, 3}(session);
            report(name + ".digits", entry.digits);
            report(name + ".timed_out", entry.timed_out);
        };
        for (const char* name : {"count", "hash", "only_hash", "partial", "silence"}) ask(name);
        live::attempt(report, "missing", [&] { agi::GetData{"no-such-file", 300ms, 3}(session); });
    }};

const live::Program wait_for_digit{
    "wait_for_digit", [](live::Session& session, live::ReportWriter& report) {
        const auto wait = [&](const std::string& name, std::chrono::milliseconds timeout) {
            const auto waited = agi::WaitForDigit{timeout}(session);
            report(name + ".digit", live::key_name(waited.digit));
            report(name + ".timed_out", waited.timed_out);
        };
        wait("key", 10s);
        wait("silence", 300ms);
    }};

}  // namespace

TEST_CASE("GetData: number of keys, #, silence, missing file") {
    live::Scenario call{get_data};
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
    live::Scenario call{wait_for_digit};
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
