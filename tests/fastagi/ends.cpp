// SPDX-License-Identifier: MIT
// What is special to the session of a call, and what is told, logged and counted at its end.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/call.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/transcript.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

/// The kinds of handler that there are.
std::string any_kind() {
#ifdef AGI_HAS_COROUTINES
    return GENERATE("blocking", "async");
#else
    return "blocking";
#endif
}

}  // namespace

TEST_CASE("Ends: the session of each connection can be prepared: here it is recorded") {
    std::mutex mutex;
    Lines lines;
    std::atomic<int> hangups{0};
    std::atomic<int> replies{0};
    ServerOptions with = options();
    with.prepare = [&](const Connection& connection, agi::SessionOptions& session) {
        session.trace = [&, name = std::to_string(connection.number) + ' ' +
                                   std::string{connection.from}](agi::Direction direction,
                                                                 std::string_view line) {
            const std::lock_guard<std::mutex> lock{mutex};
            lines.push_back(name + (direction == agi::Direction::sent ? " >> " : " << ") +
                            std::string{line});
        };
        session.on_hangup = [&](agi::HangupSource) { ++hangups; };
        session.on_reply = [&](std::chrono::nanoseconds) { ++replies; };
        session.hangup_policy = agi::HangupPolicy::throw_at_command;
        if (connection.number == 2) throw std::runtime_error{"no disk"};
    };
    Running running{std::move(with)};
    running.server.route("blocking", [](Call& call) {
        agi::Noop{"one"}(call);
        agi::Noop{"two"}(call);
    });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [](AsyncCall& call) -> agi::Task<> {
        const agi::Noop one{"one"};
        co_await call(one);
        const agi::Noop two{"two"};
        co_await call(two);
    });
#endif
    const std::string kind = any_kind();
    const auto port = running.start();
    for (int i = 0; i < 2; ++i) {
        Peer peer{port, kind};
        CHECK(peer.answer("HANGUP\n200 result=0\n") == "NOOP \"one\"");
        CHECK(peer.line() == "(closed)");
    }
    CHECK(running.last_log() == Lines{"error: prepare failed: no disk, for 127.0.0.1"});
    CHECK(hangups == 2);
    CHECK(replies == 2);
    CHECK(running.server.counts().commands == 2);
    REQUIRE(lines.size() > 9);
    CHECK(lines.front() == "1 127.0.0.1 << agi_network: yes");
    CHECK(lines[lines.size() - 3] == "2 127.0.0.1 >> NOOP \"one\"");
    CHECK(lines[lines.size() - 2] == "2 127.0.0.1 << HANGUP");
    CHECK(lines.back() == "2 127.0.0.1 << 200 result=0");
}

TEST_CASE("Ends: after a stop no command is sent between two, and what is left to do is done") {
    Running running;
    Gate gate;
    std::atomic<int> thrown{0};
    running.server.route("blocking", [&](Call& call) {
        agi::Noop{"one"}(call);
        gate.pass();
        try {
            agi::Answer{}(call);
        } catch (const ServerStopping&) {
            ++thrown;
        }
        call.after_hangup([](auto& rest) { agi::SetVariable{"NOTE", "done"}(rest); });
        agi::Answer{}(call);
    });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [&](AsyncCall& call) -> agi::Task<> {
        const agi::Noop one{"one"};
        co_await call(one);
        net::steady_timer timer{call.stream().get_executor()};
        while (!gate.is_open()) {
            timer.expires_after(1ms);
            co_await timer.async_wait(net::use_awaitable);
        }
        const agi::Answer answer;
        try {
            co_await call(answer);
        } catch (const ServerStopping&) {
            ++thrown;
        }
        const agi::SetVariable note{"NOTE", "done"};
        co_await call.after_hangup([&](auto& rest) -> agi::Task<> { co_await rest(note); });
        co_await call(answer);
    });
#endif
    Peer peer{running.start(), any_kind()};
    CHECK(peer.answer() == "NOOP \"one\"");
    running.server.stop(0ms);
    CHECK(eventually([&] { return running.logged("stopping: 1 calls run") == 1; }));
    std::this_thread::sleep_for(50ms);  // the end of the grace is not to be seen from outside
    gate.open();
    CHECK(peer.answer() == "SET VARIABLE \"NOTE\" \"done\"");
    CHECK(peer.answer() == "VERBOSE \"FastAGI: the server is stopping\" 0");
    CHECK(peer.answer() == "SET VARIABLE \"FASTAGI_STATUS\" \"STOPPED\"");
    CHECK(peer.line() == "(closed)");
    running.join();
    CHECK(thrown == 1);
    CHECK(running.server.counts().stopped == 1);
}

TEST_CASE("Ends: a peer that keeps sending does not extend the farewell") {
    ServerOptions with = options();
    with.farewell_time = 50ms;
    Running running{std::move(with)};
    running.server.route("blocking", [](Call&) { throw std::runtime_error{"no"}; });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [](AsyncCall&) -> agi::Task<> {
        throw std::runtime_error{"no"};
        co_return;
    });
#endif
    Peer peer{running.start(), any_kind()};
    CHECK(peer.line() == "VERBOSE \"FastAGI: the handler failed: no\" 0");
    std::string next = "(nothing came)";
    while (peer.send("HANG")) {
        std::this_thread::sleep_for(1ms);
        if (running.server.counts().connections == 0) break;
    }
    next = peer.line();
    CHECK(next == "SET VARIABLE \"FASTAGI_STATUS\" \"FAILED\"");
    CHECK(running.server.counts().failed == 1);
}

TEST_CASE("Ends: lines of the log and of the console have a moderate length") {
    Running running;
    running.server.fallback([](Call&) { throw std::runtime_error{std::string(1000, 'w')}; });
    Peer peer{running.start()};
    const std::string path(500, 'p');
    const std::string channel(500, 'c');
    peer.send("agi_network: yes\nagi_network_script: " + path + "\nagi_channel: " + channel +
              "\n\n");
    const std::string why = "the handler failed: " + std::string(1000, 'w');
    CHECK(peer.answer() == "VERBOSE \"FastAGI: " + why.substr(0, 300) + "\" 0");
    peer.answer();
    CHECK(peer.line() == "(closed)");
    CHECK(running.last_log() == Lines{"error: call 1 from 127.0.0.1 (" + channel.substr(0, 80) +
                                      ", " + path.substr(0, 80) + "): " + why});
}

TEST_CASE("Ends: the time of a call is that from its environment to the end of its handler") {
    std::mutex mutex;
    std::vector<std::chrono::nanoseconds> times;
    ServerOptions with = options();
    with.on_end = [&](const CallReport& report) {
        const std::lock_guard<std::mutex> lock{mutex};
        times.push_back(report.time);
    };
    Running running{std::move(with)};
    running.server.route("blocking", [](Call& call) {
        std::this_thread::sleep_for(20ms);
        agi::Noop{"x"}(call);
    });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [](AsyncCall& call) -> agi::Task<> {
        std::this_thread::sleep_for(20ms);
        const agi::Noop noop{"x"};
        co_await call(noop);
    });
#endif
    Peer peer{running.start()};
    std::this_thread::sleep_for(200ms);  // is no part of it
    const auto begin = std::chrono::steady_clock::now();
    peer.send(environment(any_kind()));
    CHECK(peer.answer() == "NOOP \"x\"");
    CHECK(peer.line() == "(closed)");
    running.last_log();
    const auto all = std::chrono::steady_clock::now() - begin;
    REQUIRE(times.size() == 1);
    CHECK(times[0] >= 20ms);
    CHECK(times[0] <= all);
    const Durations counted = running.server.counts().call_times;
    CHECK(counted.count() == 1);
    CHECK(counted.sum == std::chrono::duration_cast<std::chrono::microseconds>(times[0]));
    CHECK(running.server.counts().command_times.sum <= counted.sum);
}
