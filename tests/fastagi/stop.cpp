// SPDX-License-Identifier: MIT
// How a server stops, with blocking handlers.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/call.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>

#include <signal.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const std::string stopped = "SET VARIABLE \"FASTAGI_STATUS\" \"STOPPED\"";

ServerOptions with_short_farewell() {
    ServerOptions with = options();
    with.farewell_time = 50ms;
    return with;
}

}  // namespace

TEST_CASE("Stop: before run, run returns") {
    Server server{options()};
    server.listen("127.0.0.1", 0);
    server.stop(1min);
    server.stop(1h);
    server.run();
    CHECK(server.counts().accepted == 0);
}

TEST_CASE("Stop: a server need not run") {
    Server server{options()};
    server.route("x", [](Call&) {});
    server.listen("127.0.0.1", 0);
    server.stop_on_signals({SIGUSR2});
    if (GENERATE(false, true)) server.stop();
}

TEST_CASE("Stop: running calls end, and no others come") {
    Running running;
    running.server.fallback([](Call& call) {
        agi::Answer{}(call);
        agi::Noop{call.server_stopping() ? "stopping" : "?"}(call);
    });
    const auto port = running.start();
    Peer peer{port, "x"};
    CHECK(peer.line() == "ANSWER");
    running.server.stop(
        GENERATE(std::chrono::milliseconds{1min}, std::chrono::milliseconds::max()));
    CHECK(eventually([&] { return refuses(port); }));
    peer.send("200 result=0\n");
    CHECK(peer.answer() == "NOOP \"stopping\"");
    CHECK(peer.line() == "(closed)");
    running.join();
    CHECK(running.log() == std::vector<std::string>{"info: stopping: 1 calls run"});
    CHECK(running.server.counts().stopped == 0);
}

TEST_CASE("Stop: a call that waits for Asterisk at the end of the grace is told") {
    Running running;
    std::atomic<int> thrown{0};
    running.server.fallback([&](Call& call) {
        try {
            agi::Answer{}(call);
        } catch (const ServerStopping&) {
            ++thrown;
            throw;
        }
    });
    Peer peer{running.start(), "x"};
    CHECK(peer.line() == "ANSWER");
    running.server.stop(0ms);
    CHECK(peer.line() == stopped);
    CHECK(peer.line() == "(closed)");
    running.join();
    CHECK(thrown == 1);
    CHECK(running.server.counts().stopped == 1);
    CHECK(running.log() ==
          std::vector<std::string>{"info: stopping: 1 calls run",
                                   "warning: call 1 from 127.0.0.1 (PJSIP/100-00000001, x): "
                                   "the server is stopping"});
}

TEST_CASE("Stop: a call that was busy elsewhere is told at its next command, and at each") {
    Running running;
    Gate gate;
    std::atomic<int> thrown{0};
    running.server.fallback([&](Call& call) {
        gate.pass();
        for (int i = 0; i < 3; ++i) {
            try {
                agi::Answer{}(call);
            } catch (const ServerStopping&) {
                ++thrown;
            }
        }
        agi::Answer{}(call);
    });
    Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return running.server.counts().active == 1; }));
    running.server.stop(0ms);
    CHECK(eventually([&] { return running.logged("stopping: 1 calls run") == 1; }));
    std::this_thread::sleep_for(50ms);  // the end of the grace is not to be seen from outside
    gate.open();
    CHECK(peer.answer() == "VERBOSE \"FastAGI: the server is stopping\" 0");
    CHECK(peer.answer() == stopped);
    CHECK(peer.line() == "(closed)");
    running.join();
    CHECK(thrown == 3);
}

TEST_CASE("Stop: a call that never ends is left behind, and its dialplan goes on") {
    Gate gate;
    Running running{with_short_farewell()};
    running.server.fallback([&](Call&) { gate.pass(); });
    Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return running.server.counts().active == 1; }));
    running.server.stop(0ms);
    CHECK(peer.line() == stopped);
    CHECK(peer.line() == "(closed)");
    running.join();
    CHECK(running.log() ==
          std::vector<std::string>{"info: stopping: 1 calls run",
                                   "error: 1 calls did not end, and are left behind"});
    gate.open();
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
}

TEST_CASE("Stop: a call that was left behind needs no server") {
    const auto gate = std::make_shared<Gate>();
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    {
        ServerOptions with = with_short_farewell();
        with.on_end = [ended](const CallReport&) { *ended = true; };
        Running running{std::move(with)};
        running.server.fallback([gate](Call& call) {
            gate->pass();
            agi::Answer{}(call);
        });
        const Peer peer{running.start(), "x"};
        CHECK(eventually([&] { return running.server.counts().active == 1; }));
        running.server.stop(0ms);
        running.join();
    }
    gate->open();
    CHECK(eventually([&] { return ended->load(); }));
}

TEST_CASE("Stop: a call that was left behind reads a reply when the server is gone") {
    const auto gate = std::make_shared<Gate>();
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    const auto counted = std::make_shared<std::atomic<int>>(0);
    std::unique_ptr<Peer> peer;
    {
        ServerOptions with = with_short_farewell();
        with.on_end = [ended](const CallReport&) { *ended = true; };
        with.prepare = [counted](const Connection&, agi::SessionOptions& session) {
            session.on_reply = [counted](std::chrono::nanoseconds) { ++*counted; };
        };
        Running running{std::move(with)};
        running.server.fallback([gate](Call& call) {
            const agi::StreamFile music{"music"};
            call.execute_until(music, [gate] {
                gate->pass();
                return false;
            });
        });
        peer = std::make_unique<Peer>(running.start(), "x");
        CHECK(peer->line() == "STREAM FILE \"music\" \"\"");
        CHECK(eventually([&] { return gate->is_reached(); }));
        peer->send("200 result=0 endpos=100\n");
        running.server.stop(0ms);
        running.join();
    }
    gate->open();
    CHECK(eventually([&] { return ended->load(); }));
    CHECK(*counted == 1);
}

TEST_CASE("Stop: signals that go on and on do not keep run from returning") {
    Gate gate;
    Running running{with_short_farewell()};
    running.server.fallback([&](Call&) { gate.pass(); });
    const Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return gate.is_reached(); }));
    std::atomic<bool> returned{false};
    std::thread waits{[&] {
        running.join();
        returned = true;
    }};
    CHECK(eventually([&] {
        running.server.stop(0ms);
        return returned.load();
    }));
    gate.open();
    waits.join();
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
}

TEST_CASE("Stop: at once, or at the limit, those that only the kernel had are told, too") {
    ServerOptions with = options();
    const bool full = GENERATE(false, true);
    if (full) with.max_connections = 1;
    Gate gate;
    Running running{std::move(with)};
    running.server.fallback([](Call& call) { agi::Answer{}(call); });
    const auto port = running.start();
    std::vector<Peer> peers;
    if (full) {
        peers.emplace_back(port, "x");
        CHECK(peers.front().line() == "ANSWER");
    }
    net::post(running.server.context(), [&] { gate.pass(); });
    CHECK(eventually([&] { return gate.is_reached(); }));
    running.server.stop(full ? 1h : 0h);
    for (int i = 0; i < 3; ++i) peers.emplace_back(port, "x");
    gate.open();
    for (std::size_t i = full ? 1 : 0; i < peers.size(); ++i) {
        CHECK(peers[i].answer() == "VERBOSE \"FastAGI: the server stops\" 0");
        CHECK(peers[i].answer() == stopped);
        CHECK(peers[i].line() == "(closed)");
    }
    if (full) peers.front().send("200 result=0\n");
    running.join();
    CHECK(running.server.counts().refused == 3);
    CHECK(running.server.counts().no_calls == 0);
}

TEST_CASE("Stop: each signal has its own grace") {
    Running running;
    running.server.fallback([](Call& call) { agi::Answer{}(call); });
    running.server.stop_on_signals({SIGUSR2}, 1h);
    running.server.stop_on_signals({SIGUSR1}, 0ms);
    Peer peer{running.start(), "x"};
    CHECK(peer.line() == "ANSWER");
    const bool at_once = GENERATE(false, true);
    ::kill(::getpid(), at_once ? SIGUSR1 : SIGUSR2);
    CHECK(eventually([&] { return running.server.stopping(); }));
    if (!at_once) peer.send("200 result=0\n");
    CHECK(peer.line() == (at_once ? stopped : "(closed)"));
    if (at_once) CHECK(peer.line() == "(closed)");
    running.join();
}

TEST_CASE("Stop: when run has returned, no handler is left that ended") {
    const auto held = std::make_shared<int>(0);
    for (int i = 0; i < 20; ++i) {
        Running running;
        running.server.fallback([held](Call&) {});
        Peer peer{running.start(), "x"};
        CHECK(peer.line() == "(closed)");
        running.server.stop(0ms);
        running.join();
        CHECK(held.use_count() == 2);  // the route's
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("Stop: a connection that has not said all is closed, one that does is refused") {
    Running running;
    running.server.fallback([](Call&) {});
    const auto port = running.start();
    Peer half{port};
    half.send("agi_network: yes\nagi_");
    Peer whole{port};
    CHECK(eventually([&] { return running.server.counts().connections == 2; }));
    running.server.stop(1h);
    CHECK(eventually([&] { return refuses(port); }));
    whole.send(environment("x"));
    CHECK(whole.answer() == "VERBOSE \"FastAGI: the server stops\" 0");
    CHECK(whole.answer() == stopped);
    CHECK(whole.line() == "(closed)");
    running.server.stop(0ms);
    CHECK(half.line() == "(closed)");
    running.join();
    CHECK(running.server.counts().refused == 1);
    CHECK(running.log().size() == 1);
}

TEST_CASE("Stop: connections that were not accepted yet are refused, not reset") {
    Gate gate;
    Running running;
    running.server.fallback([](Call&) {});
    const auto port = running.start();
    net::post(running.server.context(), [&] { gate.pass(); });
    REQUIRE(eventually([&] { return gate.is_reached(); }));  // the stop comes after it
    running.server.stop(1h);
    std::vector<Peer> peers;
    for (int i = 0; i < 10; ++i) peers.emplace_back(port, "x");
    gate.open();
    for (Peer& peer : peers) {
        CHECK(peer.answer() == "VERBOSE \"FastAGI: the server stops\" 0");
        CHECK(peer.answer() == stopped);
        CHECK(peer.line() == "(closed)");
    }
    running.join();
    CHECK(running.server.counts().refused == 10);
}

TEST_CASE("Stop: a second signal ends the grace") {
    Running running;
    running.server.fallback([](Call& call) { agi::Answer{}(call); });
    running.server.stop_on_signals({SIGUSR2}, 1h);
    Peer peer{running.start(), "x"};
    CHECK(peer.line() == "ANSWER");
    ::kill(::getpid(), SIGUSR2);
    CHECK(eventually([&] { return running.logged("stopping") == 1; }));
    ::kill(::getpid(), SIGUSR2);
    CHECK(peer.line() == stopped);
    CHECK(peer.line() == "(closed)");
    running.join();
}

TEST_CASE("Stop: what Asterisk is being told is told to the end") {
    Running running;
    running.server.route("fails", [](Call&) { throw std::runtime_error{"no"}; });
    Peer peer{running.start(), GENERATE("fails", "unknown")};
    CHECK(peer.line().find("VERBOSE") == 0);
    running.server.stop(0ms);
    CHECK_THAT(peer.line(), ContainsSubstring("SET VARIABLE \"FASTAGI_STATUS\""));
    CHECK(peer.line() == "(closed)");
    running.join();
}
