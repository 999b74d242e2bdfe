// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "process/child.hpp"
#include "stream/descriptors.hpp"
#include <agi/process/hangup_signal.hpp>
#include <agi/stream/fd_stream.hpp>

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#if defined(__SANITIZE_THREAD__)
#define AGI_THREAD_SANITIZER
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define AGI_THREAD_SANITIZER
#endif
#endif

using namespace agi;

namespace {

bool readable(int fd, int milliseconds = 0) {
    pollfd wanted{fd, POLLIN, 0};
    return ::poll(&wanted, 1, milliseconds) == 1;
}

std::atomic<int> old_handler_calls{0};
void old_handler(int /*signal*/) { ++old_handler_calls; }

/// Puts back what SIGHUP did.
class Before {
  public:
    explicit Before(void (*handler)(int)) {
        struct sigaction action {};
        action.sa_handler = handler;
        action.sa_flags = SA_NODEFER;
        REQUIRE(::sigaction(SIGHUP, &action, &before_) == 0);
    }
    Before(const Before&) = delete;
    Before& operator=(const Before&) = delete;
    ~Before() { ::sigaction(SIGHUP, &before_, nullptr); }

  private:
    struct sigaction before_ {};
};

/// Runs in a thread of its own until the signal has come to that thread.
template <class Wait>
void check_not_broken(const HangupSignal& hangup, const Pipe& pipe, Wait wait) {
    std::atomic<long> id{0};
    std::atomic<bool> good{false};
    std::thread waiting{[&] {
        id = thread_id();
        good = wait();
    }};
    while (id == 0) std::this_thread::yield();
    wait_until_asleep(id);
    REQUIRE(::pthread_kill(waiting.native_handle(), SIGHUP) == 0);
    CHECK(readable(hangup.fd(), -1));
    wait_until_asleep(id);
    pipe.write.put("200 result=0\n");
    waiting.join();
    CHECK(good);
}

}  // namespace

TEST_CASE("HangupSignal: notes SIGHUP, and the old handler is back afterwards") {
    const Before before{&old_handler};
    old_handler_calls = 0;
    {
        const HangupSignal hangup;
        CHECK_FALSE(hangup.received());
        CHECK_FALSE(readable(hangup.fd()));
        ::raise(SIGHUP);
        CHECK(hangup.received());
        CHECK(readable(hangup.fd()));
        ::raise(SIGHUP);
        CHECK(hangup.received());
    }
    CHECK(old_handler_calls == 0);
    struct sigaction now {};
    REQUIRE(::sigaction(SIGHUP, nullptr, &now) == 0);
    CHECK(now.sa_handler == &old_handler);
    CHECK((now.sa_flags & SA_NODEFER) != 0);
    ::raise(SIGHUP);
    CHECK(old_handler_calls == 1);
}

TEST_CASE("HangupSignal: one at a time, each begins anew") {
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<HangupSignal>);
    STATIC_REQUIRE_FALSE(std::is_move_constructible_v<HangupSignal>);
    std::optional<HangupSignal> hangup{std::in_place};
    CHECK_THROWS_AS(HangupSignal{}, AGIError);
    CHECK_THROWS_WITH(HangupSignal{}, "HangupSignal: there is one already");
    ::raise(SIGHUP);
    CHECK(hangup->received());
    hangup.reset();
    hangup.emplace();
    CHECK_FALSE(hangup->received());
    CHECK_FALSE(readable(hangup->fd()));
    ::raise(SIGHUP);
    CHECK(hangup->received());
}

TEST_CASE("HangupSignal: does not let children have its descriptor, nor block in its handler") {
    const HangupSignal hangup;
    CHECK((::fcntl(hangup.fd(), F_GETFD) & FD_CLOEXEC) != 0);
    // More than a pipe holds.
    for (int i = 0; i < 70000; ++i) ::raise(SIGHUP);
    CHECK(hangup.received());
}

TEST_CASE("HangupSignal: leaves descriptor 3 to the caller's audio, and those near it") {
    const auto outcome = in_child("", [] {
        for (int fd = 3; fd < 10; ++fd) ::close(fd);
        const HangupSignal hangup;
        if (hangup.fd() < 10) return 1;
        for (int fd = 3; fd < 10; ++fd) {
            if (::fcntl(fd, F_GETFD) != -1) return fd;
        }
        ::raise(SIGHUP);
        return readable(hangup.fd()) ? 0 : 2;
    });
    CHECK(outcome.status == 0);
}

TEST_CASE("HangupSignal: what comes to a child is not for its parent") {
    const HangupSignal hangup;
    const auto outcome = in_child("", [&hangup] {
        ::raise(SIGHUP);
        return hangup.received() ? 0 : 1;
    });
    CHECK(outcome.status == 0);
    CHECK_FALSE(hangup.received());
    CHECK_FALSE(readable(hangup.fd()));
}

TEST_CASE("HangupSignal: a child does not wait for a handler that ran in its parent") {
    const Before before{SIG_IGN};
    std::atomic<bool> done{false};
    std::optional<HangupSignal> hangup{std::in_place};
    std::thread hung_up{[&] {
        while (!done) ::raise(SIGHUP);
    }};
    int stuck = 0;
    for (int i = 0; i < 100; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(10);
            hangup.reset();
            ::_exit(0);
        }
        int status = -1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        if (status != 0) ++stuck;
    }
    done = true;
    hung_up.join();
    CHECK(stuck == 0);
}

TEST_CASE("HangupSignal: errno survives the handler") {
    const HangupSignal hangup;
    for (int i = 0; i < 70000; ++i) ::raise(SIGHUP);
    errno = ERANGE;
    ::raise(SIGHUP);
    CHECK(errno == ERANGE);
}

// ThreadSanitizer keeps a signal back for as long as its thread is in read().
#ifndef AGI_THREAD_SANITIZER
TEST_CASE("HangupSignal: a read that waits goes on") {
    const HangupSignal hangup;
    const Pipe pipe = make_pipe();
    check_not_broken(hangup, pipe, [&] {
        char buffer[100];
        return ::read(pipe.read, buffer, sizeof buffer) == 13;
    });
}

TEST_CASE("HangupSignal: so does FdStream when it waits for a line") {
    const HangupSignal hangup;
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    check_not_broken(hangup, pipe, [&] {
        std::string line;
        return stream.read_line(line) && line == "200 result=0";
    });
}
#endif

TEST_CASE("HangupSignal: and when it waits for some time") {
    // No end; an hour; more than poll() can wait.
    const auto time = GENERATE(std::chrono::milliseconds{-1}, std::chrono::milliseconds{3600000},
                               std::chrono::milliseconds{std::chrono::hours{2400}});
    const HangupSignal hangup;
    const Pipe pipe = make_pipe();
    FdStream stream{pipe.read, pipe.write};
    check_not_broken(hangup, pipe, [&] { return stream.wait_line(time); });
}

TEST_CASE("HangupSignal: any thread may ask") {
    const HangupSignal hangup;
    std::vector<std::thread> threads;
    std::atomic<int> seen{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, polls = i % 2 == 0] {
            if (polls) {
                seen += readable(hangup.fd(), -1) && hangup.received() ? 1 : 0;
            } else {
                while (!hangup.received())
                    std::this_thread::sleep_for(std::chrono::milliseconds{1});
                ++seen;
            }
        });
    }
    REQUIRE(::kill(::getpid(), SIGHUP) == 0);
    for (std::thread& thread : threads) thread.join();
    CHECK(seen == 4);
}

TEST_CASE(
    "HangupSignal: a handler that runs in another thread never writes to a closed descriptor") {
    const Before before{SIG_IGN};
    std::atomic<bool> done{false};
    std::thread target{[&] {
        while (!done) std::this_thread::yield();
    }};
    std::thread sender{[&] {
        while (!done) pthread_kill(target.native_handle(), SIGHUP);
    }};
    int written_to = 0;
    for (int i = 0; i < 2000; ++i) {
        int wake = -1;
        {
            const HangupSignal hangup;
            wake = hangup.fd();
        }
        // What is opened next has the same numbers.
        int made[2];
        REQUIRE(::pipe(made) == 0);
        int reused[2];
        for (int end = 0; end < 2; ++end) reused[end] = ::fcntl(made[end], F_DUPFD_CLOEXEC, wake);
        if (readable(reused[0])) ++written_to;
        for (const int fd : {made[0], made[1], reused[0], reused[1]}) ::close(fd);
    }
    done = true;
    sender.join();
    target.join();
    CHECK(written_to == 0);
}
