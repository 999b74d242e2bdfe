// SPDX-License-Identifier: MIT
// Each allocation, descriptor and thread of a call over AMI fails once, in turn: the source goes on, the
// next call is served, and no handler waits for ever.

#include "fastagi/failing.hpp"

#include "asyncagi/running_source.hpp"
#include "catch.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <system_error>

using namespace asyncagi_tests;
using namespace std::chrono_literals;
using agi::asyncagi::control;
using fastagi_tests::Failing;

namespace {

void spare() { Failing::spare_this_thread(true); }

constexpr long most = 5000;  // more than there are

/// From one failure to the next. Each of them takes a new login or the next tick: all are tried where
/// AGI_EVERY_FAILURE is set, and every seventh by default.
long stride() { return std::getenv("AGI_EVERY_FAILURE") != nullptr ? 1 : 7; }

/// The whole life of a call.
void handler(Call& call, Notes& notes) {
    const auto keys = control(call).on_event("DTMFEnd", [](const agi::ami::Message&) {});
    agi::SetVariable{"A", "B"}(call);
    call.send("STREAM FILE x \"\"");
    control(call).stop();
    agi::Noop{}(call);
    notes.add(std::string{call.environment().uniqueid()});
}

}  // namespace

TEST_CASE("Failing: whatever fails in a call over AMI, the next one is served") {
    spare();
    FakePbx pbx{spare};
    Notes notes;
    const RunningSource running{pbx, [&](Server& server, Source&) {
                                    server.fallback([&](Call& call) { handler(call, notes); });
                                }};
    const auto is_served = [&](const std::string& id) {
        pbx.call(id, "x");
        if (!eventually([&] { return !pbx.channel(id).async; })) return false;
        const Lines lines = notes.lines();
        return std::find(lines.begin(), lines.end(), id) != lines.end();
    };
    REQUIRE(is_served("0"));
    long failed = 0;
    for (long n = 1; n < most; n += stride()) {
        CAPTURE(n);
        const std::string id = std::to_string(n);
        Failing::at(n, true);
        pbx.call(id, "x");
        pbx.event("DTMFEnd", id, "Digit: 1\r\n");
        REQUIRE(eventually([&] { return !pbx.channel(id).async || Failing::happened(); }));
        const bool happened = Failing::stop();
        if (!happened) break;
        failed = n;
        const bool served = is_served("next" + id);
        CAPTURE(running.log());
        REQUIRE(served);
        // One that was given up waits for the dead man's switch.
        pbx.hang_up(id);
        REQUIRE(eventually([&] { return running.counts().connections == 0; }));
    }
    CHECK(failed > 100);
    CHECK(failed < most - stride());
    CHECK(running.counts().active == 0);
}

TEST_CASE("Failing: whatever fails in a call that is begun, its outcome is told once") {
    spare();
    FakePbx pbx{spare};
    RunningSource running{pbx, [](Server&, Source&) {}};
    long failed = 0;
    for (long n = 1; n < most; n += stride()) {
        CAPTURE(n);
        pbx.callee(n % 2 == 0 ? FakePbx::Callee::answers : FakePbx::Callee::busy);
        std::atomic<int> told{0};
        Failing::at(n, true);
        const std::string id = running.source.originate(
            {"PJSIP/42", {"out"}}, [](Call& call) { agi::Noop{}(call); },
            [&](const agi::asyncagi::Outcome&) { ++told; });
        REQUIRE(eventually([&] { return told == 1 || Failing::happened(); }));
        if (told == 0) {  // the next tick, or the next login, tells it
            if (Failing::stop()) pbx.hang_up(id);
            const bool soon = eventually([&] { return told == 1; });
            CAPTURE(running.log());
            REQUIRE(soon);
        }
        const bool happened = Failing::stop();
        pbx.hang_up(id);
        REQUIRE(eventually([&] { return running.counts().connections == 0; }));
        CHECK(told == 1);
        if (!happened) {
            if (n % 2 == 0) break;  // also not in one that was answered
            continue;
        }
        failed = n;
    }
    CHECK(failed > 20);
    CHECK(failed < most - stride());
}

TEST_CASE("Failing: whatever fails in its begin and its end, a source begins and ends") {
    spare();
    FakePbx pbx{spare};
    pbx.call_is_there("1", {"x", "other"});
    fastagi_tests::Running running;
    running.server.expect_adopted();
    running.run();
    for (long n = 1; n < most; n += stride()) {
        CAPTURE(n);
        agi::asyncagi::SourceOptions options = source_options(pbx);
        options.ami.log = {};
        Failing::at(n, true);
        Failing::spare_this_thread(false);
        try {
            const int logins = pbx.logins();
            Source source{running.server, std::move(options)};
            source.start();
            eventually([&] { return pbx.logins() > logins; });
        } catch (const std::bad_alloc&) {
            // As it should.
        } catch (const std::system_error&) {
            // There is no thread.
        }
        spare();
        if (!Failing::stop()) break;
        REQUIRE(n < most - stride());
    }
}
