// SPDX-License-Identifier: MIT
// What the server sets of sockets and threads, and who gets what.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/call.hpp>
#include <agi/command/program.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

std::string options_of(int fd) {
    const auto get = [fd](int level, int option) {
        int value = 0;
        socklen_t size = sizeof value;
        ::getsockopt(fd, level, option, &value, &size);
        return std::to_string(value != 0 ? 1 : 0);
    };
    return "keep-alive " + get(SOL_SOCKET, SO_KEEPALIVE) + ", no delay " +
           get(IPPROTO_TCP, TCP_NODELAY);
}

}  // namespace

TEST_CASE("Sockets: a dead peer is noticed, and no line is delayed") {
    Running running;
    running.server.route("blocking",
                         [](Call& call) { agi::Noop{options_of(call.stream().fd())}(call); });
#ifdef AGI_HAS_COROUTINES
    running.server.route("async", [](AsyncCall& call) -> agi::Task<> {
        const agi::Noop noop{options_of(call.stream().native_handle())};
        co_await call(noop);
    });
    const std::string path = GENERATE("blocking", "async");
#else
    const std::string path = "blocking";
#endif
    Peer peer{running.start(), path};
    CHECK(peer.answer() == "NOOP \"keep-alive 1, no delay 1\"");
}

TEST_CASE("Sockets: a server that was just stopped can listen again") {
    std::uint16_t port = 0;
    for (int i = 0; i < 2; ++i) {
        Running running;
        running.server.fallback([](Call&) {});
        running.server.listen("127.0.0.1", port);
        port = running.server.port();
        running.run();
        Peer peer{port, "x"};
        CHECK(peer.line() == "(closed)");  // it has closed first: the kernel remembers that
    }
}

TEST_CASE("Sockets: IPv6 is IPv6 only") {
    Server server{options()};
    try {
        server.listen("::", 0);
    } catch (const system_error&) {
        WARN("this machine has no IPv6");
        return;
    }
    CHECK_NOTHROW(server.listen("0.0.0.0", server.port()));
}

TEST_CASE("Sockets: calls are dealt out to all loops") {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    ServerOptions with = options();
    with.loops = 3;
    with.prepare = [&](const Connection&, agi::SessionOptions&) {
        const std::lock_guard<std::mutex> lock{mutex};
        threads.insert(std::this_thread::get_id());
    };
    Running running{std::move(with)};
    running.server.fallback([](Call&) {});
    const auto port = running.start();
    for (int i = 0; i < 6; ++i) CHECK(Peer{port, "x"}.line() == "(closed)");
    running.last_log();
    CHECK(threads.size() == 3);
}

TEST_CASE("Sockets: what waits in an inherited socket at a stop is for the next process") {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::listen(fd, 10) == 0);
    const int kept = ::dup(fd);
    std::vector<Peer> peers;
    std::uint16_t port = 0;
    {
        Gate gate;
        Running running;
        running.server.listen_on(fd);
        port = running.server.port();
        net::post(running.server.context(), [&] { gate.pass(); });
        running.server.stop(0ms);
        running.run();
        for (int i = 0; i < 3; ++i) peers.emplace_back(port, "x");
        gate.open();
        running.join();
        CHECK(running.server.counts().accepted == 0);
    }
    peers.emplace_back(port, "x");
    Running next;
    next.server.fallback([](Call& call) { agi::Noop{"next"}(call); });
    next.server.listen_on(kept);
    next.run();
    for (Peer& peer : peers) {
        CHECK(peer.answer() == "NOOP \"next\"");
        CHECK(peer.line() == "(closed)");
    }
}

TEST_CASE("Sockets: of connections that come at once no more are taken than there may be") {
    ServerOptions with = options();
    with.max_connections = 2;
    Gate gate;
    Running running{std::move(with)};
    const auto port = running.start();
    net::post(running.server.context(), [&] { gate.pass(); });
    std::vector<Peer> peers;
    for (int i = 0; i < 5; ++i) peers.emplace_back(port);
    gate.open();
    CHECK(eventually([&] { return running.logged("max_connections (2) are open") == 1; }));
    CHECK(running.server.counts().accepted == 2);
}

TEST_CASE("Sockets: threads have the stack that was asked for") {
    ServerOptions with = options();
    with.thread_stack_size = std::size_t{32} << 20U;  // more than any that is there already
    Running running{with};
    running.server.route("x", [](Call& call) {
        pthread_attr_t attributes{};
        std::size_t size = 0;
        ::pthread_getattr_np(::pthread_self(), &attributes);
        ::pthread_attr_getstacksize(&attributes, &size);
        ::pthread_attr_destroy(&attributes);
        agi::Noop{std::to_string(size >> 20U)}(call);
    });
    Peer peer{running.start(), "x"};
    CHECK(peer.answer() == "NOOP \"32\"");

    with.thread_stack_size = 1;
    CHECK_THROWS_AS(Server{with}, std::invalid_argument);
}

TEST_CASE("Sockets: a thread whose stack the system has no room for is a call that is refused") {
    ServerOptions with = options();
    with.thread_stack_size = std::size_t{1} << 46U;
    Running running{with};
    running.server.route("x", [](Call&) {});
    Peer peer{running.start(), "x"};
    CHECK(peer.line() == "SET VARIABLE \"FASTAGI_STATUS\" \"BUSY\"");
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Sockets: a server takes no descriptor but those that it needs") {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const int next = ::dup(0);
    ::close(next);
    constexpr int servers = 8;
    constexpr int each = 6;  // Asio has three, the port is one, and one for a moment
    const rlimit few{static_cast<rlim_t>(next + servers * each + 1), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    std::atomic<bool> done{false};
    std::atomic<int> failed{0};
    std::thread other{[&] {
        while (!done) {
            const int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            fd < 0 ? static_cast<void>(++failed) : static_cast<void>(::close(fd));
        }
    }};
    {
        std::vector<std::unique_ptr<Server>> made;
        for (int i = 0; i < servers; ++i) {
            made.push_back(std::make_unique<Server>(options()));
            made.back()->listen("127.0.0.1", 0);
        }
    }
    done = true;
    other.join();
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(failed == 0);
}

TEST_CASE("Sockets: as many connections as there are descriptors, if nothing else is said") {
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const rlimit few{200, before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &few);
    const ServerOptions fit = fitted({});
    ServerOptions said;
    said.max_connections = 1000;
    const ServerOptions kept = fitted(said);
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(fit.max_connections == 200 - spare_descriptors);
    CHECK(kept.max_connections == 1000);
}
