// SPDX-License-Identifier: MIT
// Each allocation, thread, descriptor and option of a call fails once, in turn. The server goes on serving,
// and ends when it is told to.

#include "fastagi/failing.hpp"

#include "catch.hpp"
#include "fastagi/forking.hpp"
#include "fastagi/running.hpp"
#include <agi/command/call.hpp>
#include <agi/command/program.hpp>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;

namespace {

/// The function that stands behind one of these.
template <class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void* allocate(std::size_t size) {
    void* const memory = Failing::now() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}

/// Runs a server that is to stop at once: each of its three loops tells a caller so.
void runs_again(Server& server) {
    std::vector<Peer> peers;
    for (int i = 0; i < 3; ++i) peers.emplace_back(server.port(), "x");
    std::thread runs{[&] { server.run(); }};
    for (Peer& peer : peers) {
        CHECK(peer.answer() == "VERBOSE \"FastAGI: the server stops\" 0");
        while (peer.answer().front() != '(') {
        }
    }
    runs.join();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
// A sanitizer wants all of them, or none. What Catch makes with these does not fail.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" {

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    static auto* const real = next<void*(std::size_t, std::size_t)>("aligned_alloc");
    return Failing::now_for_operation() ? nullptr : real(alignment, size);
}
int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
    static auto* const real = next<int(int, sockaddr*, socklen_t*, int)>("accept4");
    if (!Failing::now()) return real(fd, address, size, flags);
    errno = EMFILE;
    return -1;
}
int setsockopt(int fd, int level, int option, const void* value, socklen_t size) noexcept {
    static auto* const real = next<int(int, int, int, const void*, socklen_t)>("setsockopt");
    if (!Failing::now()) return real(fd, level, option, value, size);
    errno = ENOBUFS;
    return -1;
}
int epoll_ctl(int epoll, int what, int fd, epoll_event* event) noexcept {
    static auto* const real = next<int(int, int, int, epoll_event*)>("epoll_ctl");
    if (what != EPOLL_CTL_ADD || !Failing::now()) return real(epoll, what, fd, event);
    errno = ENOSPC;
    return -1;
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*work)(void*),
                   void* argument) noexcept {
    static auto* const real =
        next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
    return Failing::now() ? EAGAIN : real(thread, attributes, work, argument);
}

}  // extern "C"

namespace {

class FailingServer : public Running {
  public:
    explicit FailingServer(unsigned loops) : Running{with(loops)} {
        Failing::spare_this_thread(true);
        server.route("blocking", [](Call& call) {
            agi::Noop{"one"}(call);
            agi::Noop{"two"}(call);
        });
        server.route("throws", [](Call&) { throw std::runtime_error{"no"}; });
#ifdef AGI_HAS_COROUTINES
        server.route("async", [](AsyncCall& call) -> agi::Task<> {
            const agi::Noop one{"one"};
            co_await call(one);
            const agi::Noop two{"two"};
            co_await call(two);
        });
        server.route("async throws", [](AsyncCall& call) -> agi::Task<> {
            const agi::Noop one{"one"};
            co_await call(one);
            throw std::runtime_error{"no"};
        });
#endif
        port = start();
    }

    /// A call to its end, whatever comes of it.
    void call(const std::string& path) const {
        Peer peer{port, path};
        while (peer.answer().front() != '(') {
        }
    }
    /// A call that is served.
    void serves(const std::string& path) const {
        Peer peer{port, path};
        CHECK(peer.answer() == "NOOP \"one\"");
        CHECK(peer.answer() == "NOOP \"two\"");
        CHECK(peer.line() == "(closed)");
    }

    std::uint16_t port = 0;

  private:
    static ServerOptions with(unsigned loops) {
        ServerOptions with = options();
        with.loops = loops;
        with.max_threads = 4;
        with.prepare = [](const Connection&, agi::SessionOptions& session) {
            session.trace = [text = std::string(100, 'x')](agi::Direction, std::string_view) {};
        };
        return with;
    }
};

#ifdef AGI_HAS_COROUTINES
std::string any_path() {
    return GENERATE("blocking", "throws", "no route", "async", "async throws");
}
#else
std::string any_path() { return GENERATE("blocking", "throws", "no route"); }
#endif

constexpr long most_allocations = 2000;  // more than there are

/// A coroutine of Asio 1.22 that has no memory to begin to wait ends the process.
bool may_fail_to_wait(const std::string& path) { return path.find("async") != 0; }

}  // namespace

TEST_CASE("Failing: whatever fails in one call, the next one is served") {
    const unsigned loops = GENERATE(1U, 2U);
    const std::string path = any_path();
    CAPTURE(loops, path);
    FailingServer failing{loops};
    failing.serves("blocking");
    long failed = 0;
    for (long n = 1; n < most_allocations; ++n) {
        Failing::at(n, may_fail_to_wait(path));
        failing.call(path);
        if (!Failing::stop()) break;
        failed = n;
        failing.serves("blocking");
    }
    CHECK(failed > 10);
    CHECK(failed < most_allocations - 1);
    CHECK(eventually([&] { return failing.server.counts().connections == 0; }));
    const Counts counts = failing.server.counts();
    CHECK(counts.active == 0);
    // Also with all places for calls, none of which was lost.
    std::vector<Peer> peers;
    for (int i = 0; i < 4; ++i) peers.emplace_back(failing.port, "blocking");
    for (Peer& peer : peers) CHECK(peer.line() == "NOOP \"one\"");
    peers.clear();
    CHECK(failing.last_log().size() < static_cast<std::size_t>(3 * failed));
}

TEST_CASE("Failing: whatever fails in a stop, run returns and the calls end") {
    const unsigned loops = GENERATE(1U, 2U);
    const std::string path = GENERATE(any_path());
    CAPTURE(loops, path);
    for (long n = 1; n < most_allocations; ++n) {
        CAPTURE(n);
        FailingServer failing{loops};
        Peer waits{failing.port, path};
        CHECK(waits.line().front() != '(');
        const Peer silent{failing.port};
        CHECK(eventually([&] { return failing.server.counts().connections == 2; }));
        Failing::at(n, may_fail_to_wait(path));
        Failing::spare_this_thread(false);
        failing.server.stop(0ms);
        Failing::spare_this_thread(true);
        while (waits.answer().front() != '(') {
        }
        failing.join();
        if (!Failing::stop()) break;
        CHECK(failing.server.counts().connections == 0);
        REQUIRE(n < most_allocations - 1);
    }
}

TEST_CASE("Failing: a loop that gets no thread is an error of run, and nothing is left") {
    Failing::spare_this_thread(true);
    ServerOptions with = options();
    with.loops = 3;
    std::set<std::string> errors;
    bool failed = true;
    for (long n = 1; failed && n < most_allocations; ++n) {
        Server server{with};
        server.listen("127.0.0.1", 0);
        server.stop(0ms);
        Failing::at(n, true);
        Failing::spare_this_thread(false);
        std::string what;
        try {
            server.run();
        } catch (const std::system_error& error) {
            what = error.what();
        } catch (const std::bad_alloc&) {
            what = "no memory";
        }
        Failing::spare_this_thread(true);
        failed = Failing::stop();
        const bool first = errors.insert(what.substr(0, what.find(':', 4))).second;
        if (first && what.find("no thread") != std::string::npos) runs_again(server);
    }
    CHECK(children_have_what_is_opened_now());
    CHECK_FALSE(failed);
    CHECK(errors.count("run: no thread for loop 2 of 3") == 1);
    CHECK(errors.count("run: no thread for loop 3 of 3") == 1);
}

TEST_CASE("Failing: a server for which there is no memory closes nothing of others") {
    Failing::spare_this_thread(true);
    const auto open_descriptors = [] {
        std::set<int> open;
        for (int fd = 0; fd < 256; ++fd) {
            if (::fcntl(fd, F_GETFD) >= 0) open.insert(fd);
        }
        return open;
    };
    const std::set<int> before = open_descriptors();
    const ServerOptions with = options();
    for (long n = 1; n < most_allocations; n += n < 50 ? 1 : 97) {
        CAPTURE(n);
        ServerOptions copy = with;
        Failing::at(n, true);
        Failing::spare_this_thread(false);
        try {
            const Server server{std::move(copy)};
        } catch (const std::bad_alloc&) {
            // As it should.
        }
        Failing::spare_this_thread(true);
        Failing::stop();
        const std::set<int> after = open_descriptors();
        CHECK(std::includes(after.begin(), after.end(), before.begin(), before.end()));
    }
}
