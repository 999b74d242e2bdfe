// SPDX-License-Identifier: MIT
// The caller hangs up, and the program goes on.

#include "catch.hpp"
#include "scenario.hpp"

#include <thread>

using namespace live;
using namespace std::chrono_literals;

namespace {

/// What still works when the caller is gone.
void dead_mode(Session& session, ReportWriter& report) {
    report("variable", agi::GetVariable{"GIVEN"}(session).value_or("unset"));
    agi::Noop{}(session);
    attempt(report, "stream", [&] { agi::StreamFile{"beep"}(session); });
    report("hung_up", session.hung_up());
    agi::SetVariable{"AFTER", "still here"}(session);
    report("end", "reached");
}

LIVE_PROGRAM(hang_up_idle) {
    agi::Noop{}(session);
    for (int i = 0; i < 1000 && !Program::caller_gone(); ++i) std::this_thread::sleep_for(10ms);
    report("signal", Program::caller_gone());
    dead_mode(session, report);
}

LIVE_PROGRAM(hang_up_playing) {
    attempt(report, "playing", [&] { agi::StreamFile{"tt-weasels"}(session); });
    dead_mode(session, report);
}

void check_dead_mode(Call& call, const Report& report) {
    CHECK(report["variable"] == "from the call");
    CHECK(report["stream"] == "AGIDeadChannelError");
    CHECK(report["hung_up"] == "true");
    CHECK(call.variable("AFTER") == "still here");
    CHECK(report["end"] == "reached");
    CHECK(call.status() == "HANGUP");
    CHECK(Asterisk::get().children() == 0);
}

Setup with_variable() {
    Setup setup;
    setup.variables = {{"GIVEN", "from the call"}};
    return setup;
}

}  // namespace

TEST_CASE("Hang-up: an idle program goes on in dead mode") {
    Scenario call{hang_up_idle, with_variable()};
    call.wait_for_command("NOOP");
    CHECK(Asterisk::get().children() == 1);
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["signal"] == "true");
    check_dead_mode(call, report);
}

TEST_CASE("Hang-up: a prompt ends, the program goes on in dead mode") {
    Scenario call{hang_up_playing, with_variable()};
    call.wait_for_command("STREAM FILE");
    call.hang_up();
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["playing"] == "AGIResultHangup");
    check_dead_mode(call, report);
}
