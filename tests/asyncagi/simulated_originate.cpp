// SPDX-License-Identifier: MIT
// Calls that a program begins on a simulated manager interface, and what becomes of each.

#include "asyncagi/calls.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>

#include <atomic>
#include <string>

using namespace std::chrono_literals;
using namespace asyncagi_tests;
namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;
using asyncagi::Attempt;

namespace {

agi::testing::OnOriginate always(Attempt attempt) {
    return [attempt](const agi::ami::Message&) {
        agi::testing::Origination what;
        what.attempt = attempt;
        what.asterisk.arguments = {"route"};
        what.text = "not today";
        return what;
    };
}
void no_routes(fastagi::Server&, asyncagi::Source&) {}

}  // namespace

TEST_CASE("SimulatedManager: what becomes of a call that is begun is what the test says") {
    const Attempt attempt =
        GENERATE(Attempt::answered, Attempt::abandoned, Attempt::busy, Attempt::no_answer,
                 Attempt::congestion, Attempt::failed, Attempt::refused, Attempt::unknown);
    CAPTURE(name_of(attempt));
    SimulatedManager manager;
    manager.on_originate(always(attempt));
    AsyncServer server{manager, no_routes};
    Handed<asyncagi::Outcome> outcome;
    std::atomic<int> handled{0};
    const std::string id = server.source().originate(
        {"PJSIP/42@trunk", {"campaign", "s", 1}, 10s}, [&](fastagi::Call&) { ++handled; },
        [&](const asyncagi::Outcome& o) { outcome.set(o); });
    const asyncagi::Outcome got = outcome.get();
    CHECK(name_of(got.attempt) == name_of(attempt));
    CHECK(got.id == id);
    if (attempt == Attempt::refused) CHECK(got.text == "not today");
    const auto calls = manager.calls();
    CHECK(calls.size() == (attempt == Attempt::answered ? 1 : 0));
    for (const auto& call : calls) CHECK(call.finish().agistatus() == "SUCCESS");
    CHECK(handled == (attempt == Attempt::answered ? 1 : 0));
}

TEST_CASE("SimulatedManager: without a say, calls that are begun are refused") {
    SimulatedManager manager;
    AsyncServer server{manager, no_routes};
    Handed<std::string> text;
    server.source().originate(
        {"PJSIP/42", {"x"}}, [](fastagi::Call&) {},
        [&](const asyncagi::Outcome& o) {
            text.set(std::string{name_of(o.attempt)} + ": " + o.text);
        });
    CHECK(text.get() == "refused: Originate failed");
}

TEST_CASE("SimulatedManager: a call that is begun is the one that was asked for") {
    SimulatedManager manager;
    Handed<std::string> asked;
    manager.on_originate([&](const agi::ami::Message& action) {
        asked.set(std::string{action["Channel"]} + ' ' + std::string{action["Timeout"]});
        agi::testing::Origination what;
        what.asterisk.channel.sounds = {{"appointment", 3s}};
        what.asterisk.channel.caller.during("appointment").press("1");
        what.asterisk.arguments = {"remind"};
        return what;
    });
    AsyncServer server{manager, no_routes};
    Handed<std::string> seen;
    asyncagi::Originate call;
    call.channel = "PJSIP/42@trunk";
    call.to = {"campaign", "s", 3};
    call.timeout = 5s;
    call.caller_id = "Surgery <5550100>";
    call.account = "surgery";
    call.variables = {{"JOB", R"(a,b "c" \d)"}, {"EMPTY", ""}};
    const std::string id = server.source().originate(call, [&](fastagi::Call& c) {
        const auto& e = c.environment();
        const auto key = agi::StreamFile{"appointment", "1"}(c).digit;
        seen.set(std::string{e.uniqueid()} + '|' + std::string{e.calleridname().value_or("?")} +
                 '|' + std::string{e.callerid().value_or("?")} + '|' + std::string{e.context()} +
                 ',' + std::string{e.extension()} + '|' + agi::GetVariable{"JOB"}(c).value_or("?") +
                 '|' + agi::GetVariable{"EMPTY"}(c).value_or("?") + '|' + key.value_or('-'));
    });
    CHECK(asked.get() == "PJSIP/42@trunk 5000");
    CHECK(seen.get() == id + R"(|Surgery|5550100|campaign,s|a,b "c" \d||1)");
    const Asterisk after = manager.calls().at(0).finish();
    CHECK(after.entry("agi_type") == "PJSIP");
    CHECK(after.entry("agi_accountcode") == "surgery");
    CHECK(after.channel.answered);
}

TEST_CASE("SimulatedManager: no more calls in the air than were allowed") {
    SimulatedManager manager;
    manager.on_originate(always(Attempt::answered));
    auto options = AsyncServer::quiet_options(manager);
    options.max_originated = 2;
    options.originate_rate = 1000;
    AsyncServer server{manager, options, no_routes};
    std::atomic<int> now{0};
    std::atomic<int> most{0};
    std::atomic<int> answered{0};
    for (int i = 0; i < 6; ++i) {
        server.source().originate(
            {"PJSIP/42", {"x"}},
            [&](fastagi::Call& call) {
                most = std::max(most.load(), ++now);
                agi::Noop{}(call);
                --now;
            },
            [&](const asyncagi::Outcome& o) {
                if (o.attempt == Attempt::answered) ++answered;
            });
    }
    CHECK(fastagi_tests::eventually([&] { return manager.calls().size() == 6; }));
    for (const auto& call : manager.calls()) CHECK(call.finish().agistatus() == "SUCCESS");
    CHECK(answered == 6);
    CHECK(most <= 2);
}
