// SPDX-License-Identifier: MIT
// What a child that is only forked makes of the call that it was forked in.

#include "catch.hpp"
#include "fastagi/forking.hpp"
#include "fastagi/running.hpp"
#include <agi/command/program.hpp>

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;

TEST_CASE("Forks: a child that speaks in the call is not heard, and is told that it has ended") {
    Running running;
    running.server.route("forks", [](Call& call) {
        const pid_t child = fork_or_throw();
        if (child == 0) {
            try {
                agi::Noop{"child"}(call);
            } catch (const agi::AGIHangup&) {
                ::_exit(3);
            }
            ::_exit(0);
        }
        agi::Noop{std::to_string(wait_for(child))}(call);
    });
    Peer peer{running.start(), "forks"};
    CHECK(peer.answer() == "NOOP \"3\"");
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Forks: a child that falls out of its handler ends no call") {
    std::atomic<pid_t> child{0};
    Running running;
    add_waiting_routes(running.server);
    running.server.route("forks", [&](Call& call) {
        if (const pid_t forked = fork_or_throw(); forked != 0) {
            child = forked;
            agi::Noop{"parent"}(call);
        } else {
            std::atexit([] { ::_exit(0); });  // what its other threads had would be a leak
        }
    });
    const auto port = running.start();
    std::vector<Peer> calls = waiting_calls(port);
    calls.emplace_back(port, "forks");
    CHECK(calls.back().line() == "NOOP \"parent\"");
    wait_for(child);
    for (Peer& call : calls) {
        CHECK_FALSE(call.has_line());
        call.send("200 result=0\n");
        CHECK(call.line() == "(closed)");
    }
}

TEST_CASE("Forks: a child that is to have the call has it, and no other") {
    Running running;
    add_waiting_routes(running.server);
    running.server.route("forks", [&](Call& call) {
        const std::uint16_t port = running.server.port();
        call.stream().keep_in_children();
        const pid_t child = fork_or_throw();
        if (child == 0) {
            agi::Noop{"child has " + std::to_string(held(port))}(call);
            ::_exit(0);
        }
        wait_for(child);
        agi::Noop{"parent"}(call);
    });
    const auto port = running.start();
    const std::vector<Peer> others = waiting_calls(port);
    Peer peer{port, "forks"};
    CHECK(peer.answer() == "NOOP \"child has 1\"");
    CHECK(peer.answer() == "NOOP \"parent\"");
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Forks: a call ends when its handler returns, also where a child has it") {
    std::atomic<pid_t> child{0};
    Running running;
    running.server.route("forks", [&](Call& call) {
        call.stream().keep_in_children();
        const pid_t forked = fork_or_throw();
        if (forked == 0) {
            for (;;) ::pause();
        }
        child = forked;
    });
    Peer peer{running.start(), "forks"};
    CHECK(peer.line() == "(closed)");
    ::kill(child, SIGKILL);
    wait_for(child);
}
