// SPDX-License-Identifier: MIT
// What becomes of simulated calls when a connection to the manager interface, or a program, dies.

#include "asyncagi/calls.hpp"
#include "asyncagi/plain_client.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace asyncagi_tests;
namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;
namespace testing = agi::testing;

TEST_CASE("SimulatedManager: a connection that is lost in a command is made again") {
    SimulatedManager manager;
    Handed<std::string> seen;
    const AsyncServer server{manager, [&](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("ivr", [&](fastagi::Call& call) {
                                     agi::SetVariable{"A", "1"}(call);
                                     std::string text =
                                         std::to_string(call.send("WAIT FOR DIGIT -1").code());
                                     text += '/' + agi::GetVariable{"A"}(call).value_or("?");
                                     seen.set(text + (call.hung_up() ? " hung up" : ""));
                                 });
                             }};
    Asterisk asterisk;
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    call.wait_for("WAIT FOR DIGIT");
    const bool reply_is_lost = GENERATE(false, true);
    if (reply_is_lost) manager.refuse_connections(true);
    manager.cut();
    if (reply_is_lost) {
        call.press("5");
        REQUIRE(fastagi_tests::eventually([&] { return call.asterisk().channel.keys() == "5"; }));
        manager.refuse_connections(false);
    } else {
        manager.wait_for_clients(1);
        call.press("5");
    }
    CHECK(seen.get() == (reply_is_lost ? "500/1" : "200/1"));
    CHECK(call.finish().agistatus() == "SUCCESS");
}

TEST_CASE("SimulatedManager: a call whose program has died goes to T, or is hung up") {
    testing::ManagerOptions options;
    options.has_timeout_extension = GENERATE(true, false);
    SimulatedManager manager{options};
    Handed<std::string> seen;
    auto source = AsyncServer::quiet_options(manager);
    source.comes_back = 10ms;
    const AsyncServer server{
        manager, source, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("ivr", [&](fastagi::Call& call) {
                const int code = call.send("WAIT FOR DIGIT -1").code();
                seen.set(std::to_string(code) + (call.hung_up() ? " hung up" : ""));
            });
        }};
    Asterisk asterisk;
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    call.wait_for("WAIT FOR DIGIT");
    manager.cut_for_good(true);
    manager.cut();
    const Asterisk after = call.finish();
    CHECK(call.sent_to() == (options.has_timeout_extension ? "default,T,1" : ""));
    CHECK(after.agistatus() == "HANGUP");
    manager.cut_for_good(false);
    CHECK(seen.get() == "511 hung up");
    call.hang_up();
}

TEST_CASE("SimulatedManager: the dead man's switch is that of the source, and off at the end") {
    testing::ManagerOptions options;
    options.dead_man = 100ms;
    SimulatedManager manager{options};
    const AsyncServer server{
        manager, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("ivr", [&](fastagi::Call& call) { call.send("WAIT FOR DIGIT -1"); });
        }};
    Asterisk asterisk;
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    call.wait_for("WAIT FOR DIGIT");
    manager.refuse_connections(true);
    manager.cut();
    call.finish();
    CHECK(call.sent_to() == "default,T,1");
    CHECK(manager.calls().size() == 1);
    manager.refuse_connections(false);
    call.hang_up();
}

TEST_CASE("SimulatedManager: a limit that is set as a variable ends the dead man's switch") {
    testing::ManagerOptions options;
    options.dead_man = 50ms;
    SimulatedManager manager{options};
    std::optional<Client> client{manager};
    client->log_in("|Events: agi");
    const auto off = manager.call(Asterisk{});
    const auto on = manager.call(Asterisk{});
    for (int begun = 0; begun < 2; ++begun) {
        CHECK(client->event().find("Event: AsyncAGIStart|") == 0);
    }
    for (const auto& call : {off, on}) {
        CHECK(client->ask("Action: AbsoluteTimeout|Timeout: 60|Channel: " + call.uniqueid()) ==
              "Response: Success|Message: Timeout Set");
    }
    CHECK(client->ask("Action: Setvar|Variable: TIMEOUT(absolute)|Value: 0|Channel: " +
                      off.uniqueid()) == "Response: Success|Message: Variable Set");
    client.reset();
    // Both would go to T at the same moment.
    on.finish();
    CHECK(on.sent_to() == "default,T,1");
    std::this_thread::sleep_for(options.dead_man);
    CHECK(off.sent_to().empty());
    off.hang_up();
    CHECK(off.finish().agistatus() == "HANGUP");
}

TEST_CASE("SimulatedManager: a call that waits for its program is taken when it comes") {
    SimulatedManager manager;
    Asterisk asterisk;
    asterisk.arguments = {"waits?x=2"};
    const auto call = manager.call(asterisk);
    Handed<std::string> seen;
    const AsyncServer server{
        manager, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("waits", [&](fastagi::Call& c) { seen.set(c.query("x").value_or("")); });
        }};
    CHECK(seen.get() == "2");
    CHECK(call.finish().agistatus() == "SUCCESS");
}

TEST_CASE("SimulatedManager: the call of a program that has died is adopted") {
    const bool in_command = GENERATE(false, true);
    SimulatedManager manager;
    Asterisk asterisk;
    asterisk.arguments = {"pin?x=1", "more"};
    asterisk.set("AGI_OWNER", "ivr-1_dead");
    const auto call = manager.call(asterisk);
    auto options = AsyncServer::quiet_options(manager);
    if (in_command) {
        // What the dead one has sent.
        fastagi_tests::Peer dead{manager.port()};
        dead.line();
        dead.send(
            "Action: Login\r\nUsername: ivr\r\nSecret: secret\r\nEvents: off\r\n\r\nAction: "
            "AGI\r\nChannel: " +
            call.uniqueid() + "\r\nCommand: WAIT FOR DIGIT -1\r\nCommandID: dead-1\r\n\r\n");
        call.wait_for("WAIT FOR DIGIT");
    }
    options.name = "ivr-1";
    Handed<std::string> seen;
    std::atomic<int> routed{0};
    const AsyncServer server{
        manager, options, [&](fastagi::Server& s, asyncagi::Source& source) {
            s.route("pin", [&](fastagi::Call&) { ++routed; });
            source.on_adopt([&](fastagi::Call& c) {
                agi::SetVariable{"B", "adopted"}(c);
                seen.set(std::string{c.path()} + ' ' + c.query("x").value_or("") + ' ' +
                         std::string{c.environment().argument(1).value_or("")} + ' ' +
                         agi::GetVariable{"B"}(c).value_or("?"));
            });
        }};
    if (in_command) call.press("1");
    CHECK(seen.get() == "pin 1 more adopted");
    CHECK(routed == 0);
    CHECK(call.finish().agistatus() == "SUCCESS");
}

TEST_CASE("SimulatedManager: two programs, many calls, one handler for each") {
    constexpr int calls = 20;
    SimulatedManager manager;
    std::atomic<int> handled{0};
    const auto set_up = [&](fastagi::Server& s, asyncagi::Source&) {
        s.route("both", [&](fastagi::Call& call) {
            ++handled;
            agi::SetVariable{"HANDLED", agi::GetVariable{"HANDLED"}(call).value_or("") + 'x'}(call);
        });
    };
    const AsyncServer one{manager, set_up};
    const AsyncServer other{manager, AsyncServer::quiet_options(manager), set_up, 2};
    Asterisk asterisk;
    asterisk.arguments = {"both"};
    for (int i = 0; i < calls; ++i) manager.call(asterisk);
    for (const auto& call : manager.calls()) CHECK(call.finish().value("HANDLED") == "x");
    CHECK(handled == calls);
}
