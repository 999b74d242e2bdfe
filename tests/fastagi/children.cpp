// SPDX-License-Identifier: MIT
// Children of a server hold neither its calls nor its port. No test here waits for a child to end: each
// lives until the test lets it go.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/asyncagi/detail/socket_pair.hpp>
#include <agi/command/program.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;

namespace {

/// Children live as long as this: they read from a pipe that never says anything.
class Leash {
  public:
    Leash() { REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0); }
    Leash(const Leash&) = delete;
    Leash& operator=(const Leash&) = delete;
    ~Leash() {
        for (const pid_t child : forked_) ::kill(child, SIGKILL);
        for (const int end : ends_) ::close(end);
        for (const pid_t child : forked_) ::waitpid(child, nullptr, 0);
    }

    /// A shell's background job that outlives the shell.
    void run_in_background() const {
        const std::string file =
            "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(ends_[0]);
        require(std::system(("cat " + file + " > /dev/null 2>&1 &").c_str()) == 0);
    }
    void open_pipe() {
        std::FILE* const pipe = ::popen("cat > /dev/null", "w");
        require(pipe != nullptr);
        pipes_.emplace_back(pipe);
    }
    void fork() {
        const pid_t child = ::fork();
        if (child == 0) {
            for (;;) ::pause();
        }
        require(child > 0);
        forked_.push_back(child);
    }

  private:
    /// Catch2 is for one thread.
    static void require(bool condition) {
        if (!condition) throw std::runtime_error{"no child"};
    }
    struct Close {
        void operator()(std::FILE* pipe) const { ::pclose(pipe); }
    };
    std::array<int, 2> ends_{};
    std::vector<pid_t> forked_;
    std::vector<std::unique_ptr<std::FILE, Close>> pipes_;
};

void make_child(Leash& leash, int kind) {
    switch (kind) {
        case 0: return leash.run_in_background();
        case 1: return leash.open_pipe();
        default: return leash.fork();
    }
}

/// What a program that this one starts would get of its descriptors.
std::vector<std::string> inherited() {
    std::vector<std::string> found;
    for (int fd = 0; fd < 1024; ++fd) {
        const int flags = ::fcntl(fd, F_GETFD);
        if (flags < 0 || (flags & FD_CLOEXEC) != 0) continue;
        const std::string link = "/proc/self/fd/" + std::to_string(fd);
        std::error_code ignored;
        found.push_back(link + ' ' + std::filesystem::read_symlink(link, ignored).string());
    }
    return found;
}

}  // namespace

TEST_CASE("Children: a call ends when its handler does, whatever it has started") {
    Leash leash;
    Running running;
    const int kind = GENERATE(0, 1, 2);
    CAPTURE(kind);
    running.server.route("blocking", [&](Call& call) {
        agi::Noop{"x"}(call);
        make_child(leash, kind);
    });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [&](AsyncCall& call) -> agi::Task<> {
        const agi::Noop noop{"x"};
        co_await call(noop);
        make_child(leash, kind);
    });
    const std::string path = GENERATE("blocking", "async");
#else
    const std::string path = "blocking";
#endif
    Peer peer{running.start(), path};
    CHECK(peer.answer() == "NOOP \"x\"");
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Children: those of another call do not hold a call") {
    Leash leash;
    Running running;
    const int kind = GENERATE(0, 1, 2);
    CAPTURE(kind);
    running.server.route("makes", [&](Call&) { make_child(leash, kind); });
    running.server.route("beside", [](Call& call) { agi::Noop{"x"}(call); });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [](AsyncCall& call) -> agi::Task<> {
        const agi::Noop noop{"x"};
        co_await call(noop);
    });
    const std::string path = GENERATE("beside", "async");
#else
    const std::string path = "beside";
#endif
    const auto port = running.start();
    Peer beside{port, path};
    CHECK(beside.line() == "NOOP \"x\"");
    Peer silent{port};
    Peer makes{port, "makes"};
    CHECK(makes.line() == "(closed)");
    beside.send("200 result=0\n");
    CHECK(beside.line() == "(closed)");
    silent.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(silent.line() == "(closed)");
}

TEST_CASE("Children: do not hold the calls that a stop ends, nor the port") {
    Leash leash;
    const int kind = GENERATE(0, 1, 2);
    CAPTURE(kind);
    Gate gate;
    {
        ServerOptions with = options();
        with.farewell_time = 50ms;
        Running running{std::move(with)};
        running.server.route("makes", [&](Call&) { make_child(leash, kind); });
        running.server.route("waits", [](Call& call) { agi::Noop{"x"}(call); });
        running.server.route("stays", [&](Call&) { gate.pass(); });
        const auto port = running.start();
        Peer waits{port, "waits"};
        CHECK(waits.line() == "NOOP \"x\"");
        Peer stays{port, "stays"};
        CHECK(eventually([&] { return running.server.counts().active == 2; }));
        Peer makes{port, "makes"};
        CHECK(makes.line() == "(closed)");
        running.server.stop(0ms);
        CHECK(waits.line() == "SET VARIABLE \"FASTAGI_STATUS\" \"STOPPED\"");
        CHECK(waits.line() == "(closed)");
        CHECK(stays.line() == "SET VARIABLE \"FASTAGI_STATUS\" \"STOPPED\"");
        CHECK(stays.line() == "(closed)");
        CHECK(refuses(port));
        running.join();
        CHECK(refuses(port));
        gate.open();
        CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    }
}

TEST_CASE("Children: of a server whose end nobody has waited for do not hold its port") {
    Leash leash;
    std::uint16_t port = 0;
    {
        Server server{options()};
        server.listen("127.0.0.1", 0);
        port = server.port();
        make_child(leash, 0);
        make_child(leash, 1);
    }
    // A program that has just begun may be about to close what it does not get.
    CHECK(eventually([&] { return refuses(port); }));
}

TEST_CASE("Children: no descriptor of a server is one that another program gets") {
    const auto before = inherited();
    Running running;
    Gate gate;
    running.server.route("x", [&](Call&) { gate.pass(); });
    running.server.expect_adopted();
    const int passed = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::listen(passed, 10) == 0);
    running.server.listen_on(passed);
    const auto port = running.start();
    std::vector<Peer> peers;
    for (int i = 0; i < 3; ++i) peers.emplace_back(port, "x");
    CHECK(eventually([&] { return running.server.counts().active == 3; }));
    for (const Peer& peer : peers) ::fcntl(peer.fd(), F_SETFD, FD_CLOEXEC);
    CHECK(inherited() == before);
    gate.open();
    for (Peer& peer : peers) CHECK(peer.line() == "(closed)");
}

TEST_CASE("Children: what is unread at the end of a call costs nothing that was sent") {
    Running running;
    Gate gate;
    running.server.route("x", [&](Call& call) {
        agi::Noop{"x"}(call);
        gate.pass();
        call.stream().write_line("NOOP \"last\"");
    });
    Peer peer{running.start(), "x"};
    CHECK(peer.answer() == "NOOP \"x\"");
    peer.send("HANGUP\n" + std::string(30000, 'x'));  // more than a session takes at once
    gate.open();
    CHECK(peer.line() == "NOOP \"last\"");
    CHECK(peer.line() == "(closed)");
    running.last_log();
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(peer.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    CHECK(error == 0);  // it was not reset
}
