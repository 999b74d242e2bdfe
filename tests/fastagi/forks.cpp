// SPDX-License-Identifier: MIT
// A child that is only forked, and runs no other program, has nothing of the server: it may go on when
// the server is killed, and cannot speak in a call.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/program.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;

namespace {

pid_t fork_or_throw() {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error{"no child"};
    return child;
}

/// Goes on for as long as a test may take.
void fork_and_stay() {
    if (fork_or_throw() > 0) return;
    ::alarm(3 * Peer::guard_seconds);
    for (;;) ::pause();
}

int wait_for(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// How many sockets of the server this process has, of those that are not shut down already.
int held(std::uint16_t port) {
    int count = 0;
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_in near{};
        socklen_t size = sizeof near;
        tcp_info info{};
        socklen_t info_size = sizeof info;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&near), &size) != 0 ||
            near.sin_port != htons(port) ||
            ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &info_size) != 0) {
            continue;
        }
        const auto state = info.tcpi_state;
        if (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT || state == TCP_LISTEN) ++count;
    }
    return count;
}

/// A server in a process of its own, with what it leaves behind.
class ServerOfItsOwn {
  public:
    template <class SetUp>
    explicit ServerOfItsOwn(SetUp set_up, bool as_daemon = false) {
        int says[2] = {-1, -1};
        REQUIRE(::pipe2(says, O_CLOEXEC) == 0);
        group_ = ::fork();
        REQUIRE(group_ >= 0);
        if (group_ == 0) {
            ::setpgid(0, 0);
            Server server{options()};
            set_up(server);
            server.listen("127.0.0.1", 0);
            if (as_daemon && ::fork() != 0) ::_exit(0);
            const std::uint16_t port = server.port();
            if (::write(says[1], &port, sizeof port) != sizeof port) ::_exit(1);
            server.run();
            ::_exit(0);
        }
        const bool told = ::read(says[0], &port_, sizeof port_) == sizeof port_;
        for (const int end : says) ::close(end);
        REQUIRE(told);
    }
    ServerOfItsOwn(const ServerOfItsOwn&) = delete;
    ServerOfItsOwn& operator=(const ServerOfItsOwn&) = delete;
    ~ServerOfItsOwn() {
        ::kill(-group_, SIGKILL);
        if (!killed_) ::waitpid(group_, nullptr, 0);
    }

    void kill() {
        ::kill(group_, SIGKILL);
        ::waitpid(group_, nullptr, 0);
        killed_ = true;
    }
    /// Whether anybody of its group is there.
    [[nodiscard]] bool left_somebody() const { return ::kill(-group_, 0) == 0; }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    pid_t group_ = -1;
    std::uint16_t port_ = 0;
    bool killed_ = false;
};

void add_waiting_routes(Server& server) {
    server.route("blocking", [](Call& call) { agi::Noop{"x"}(call); });
#ifdef AGI_HAS_COROUTINES
    server.route("async", [](AsyncCall& call) -> agi::Task<> {
        const agi::Noop noop{"x"};
        co_await call(noop);
    });
#endif
}

/// Calls of each kind in the middle of a command.
std::vector<Peer> waiting_calls(std::uint16_t port) {
    std::vector<Peer> calls;
    calls.emplace_back(port, "blocking");
#ifdef AGI_HAS_COROUTINES
    calls.emplace_back(port, "async");
#endif
    for (Peer& call : calls) CHECK(call.line() == "NOOP \"x\"");
    return calls;
}

}  // namespace

TEST_CASE("Forks: a server that is killed holds no call, and no port") {
    ServerOfItsOwn own{[](Server& server) {
        add_waiting_routes(server);
        server.route("forks", [](Call& call) {
            fork_and_stay();
            agi::Noop{"forked"}(call);
        });
    }};
    Peer silent{own.port()};
    std::vector<Peer> calls = waiting_calls(own.port());
    calls.push_back(std::move(silent));
    calls.emplace_back(own.port(), "forks");
    CHECK(calls.back().line() == "NOOP \"forked\"");
    own.kill();
    for (Peer& call : calls) CHECK(call.line() == "(closed)");
    CHECK(refuses(own.port()));
    CHECK(own.left_somebody());
}

TEST_CASE("Forks: a server that goes on in a child serves: its parent only said where") {
    const ServerOfItsOwn own{add_waiting_routes, true};
    for (Peer& call : waiting_calls(own.port())) {
        call.send("200 result=0\n");
        CHECK(call.line() == "(closed)");
    }
}

TEST_CASE("Forks: a child has nothing of the server, at whatever moment it was made") {
    Running running;
    std::atomic<int> most{0};
    running.server.route("forks", [&](Call&) {
        const std::uint16_t port = running.server.port();
        const pid_t child = fork_or_throw();
        if (child == 0) ::_exit(held(port));
        if (const int status = wait_for(child); status != 0) most = status;
    });
    running.server.route("x", [](Call&) {});
    const auto port = running.start();
    std::atomic<bool> done{false};
    std::thread others{[&] {
        while (!done) Peer{port, "x"}.line();
    }};
    for (int i = 0; i < 100; ++i) CHECK(Peer{port, "forks"}.line() == "(closed)");
    done = true;
    others.join();
    CHECK(most == 0);
}

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
