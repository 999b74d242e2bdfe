// SPDX-License-Identifier: MIT
// A child that is only forked, and runs no other program, has nothing of the server: it may go on when
// the server is killed.

#include "catch.hpp"
#include "fastagi/forking.hpp"
#include "fastagi/running.hpp"
#include <agi/command/program.hpp>

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;

namespace {

/// Goes on for as long as a test may take.
void fork_and_stay() {
    if (fork_or_throw() > 0) return;
    ::alarm(3 * Peer::guard_seconds);
    for (;;) ::pause();
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

TEST_CASE("Forks: a socket that was adopted is one of the server's") {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::listen(listener, 1) == 0);
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
    const std::uint16_t port = ntohs(at.sin_port);
    Running running;
    running.server.route("adopted", [port](Call& call) {
        const pid_t child = fork_or_throw();
        if (child == 0) ::_exit(held(port));
        const std::string in_child = std::to_string(wait_for(child));
        agi::Noop{in_child + ", here " + std::to_string(held(port))}(call);
    });
    running.server.expect_adopted();
    running.run();
    Peer peer{port};
    const int adopted = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    ::close(listener);
    REQUIRE(running.server.adopt(adopted, {"elsewhere"}));
    peer.send(environment("adopted"));
    CHECK(peer.answer() == "NOOP \"0, here 1\"");
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Forks: children have what has the number of a call or of a port later") {
    {
        Running running;
        running.server.route("x", [](Call&) {});
        const auto port = running.start();
        CHECK(Peer{port, "x"}.line() == "(closed)");
    }
    CHECK(children_have_what_is_opened_now());
}
