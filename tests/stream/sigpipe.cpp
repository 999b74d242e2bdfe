// SPDX-License-Identifier: MIT
// The two ways to write without being killed: FdStream takes the first that the system has.

#include "catch.hpp"
#include "stream/descriptors.hpp"
#include <agi/stream/fd_stream.hpp>

#include <signal.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <thread>

using namespace agi;

namespace {

using Write = ssize_t (*)(int fd, std::string_view bytes);

Fd closed_pipe() {
    Pipe pipe = make_pipe();
    pipe.read.close();
    return std::move(pipe.write);
}

/// Both of them, or the second alone on a kernel that does not have the first.
Write any_write() {
    Pipe pipe = make_pipe();
    const bool has_both = wire::write_without_signal(pipe.write, "x") == 1;
    CHECK((has_both || errno == EOPNOTSUPP || errno == ENOSYS));
    const bool first = GENERATE(true, false);
    return first && has_both ? wire::write_without_signal : wire::write_with_signal_blocked;
}

sigset_t only_sigpipe() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

bool sigpipe_is_blocked() {
    sigset_t mask;
    REQUIRE(pthread_sigmask(SIG_SETMASK, nullptr, &mask) == 0);
    return sigismember(&mask, SIGPIPE) == 1;
}

}  // namespace

TEST_CASE("sigpipe: a write gives its bytes") {
    const Write write = any_write();
    const Pipe pipe = make_pipe();
    CHECK(write(pipe.write, "NOOP\n") == 5);
    CHECK(pipe.read.take() == "NOOP\n");
    CHECK_FALSE(sigpipe_is_blocked());
}

TEST_CASE("sigpipe: a write to a closed pipe is EPIPE, and no signal") {
    ::signal(SIGPIPE, SIG_DFL);
    const Write write = any_write();
    const Fd pipe = closed_pipe();
    for (int i = 0; i < 2; ++i) {
        errno = 0;
        CHECK(write(pipe, "NOOP\n") == -1);
        CHECK(errno == EPIPE);
        CHECK_FALSE(wire::sigpipe_is_pending());
        CHECK_FALSE(sigpipe_is_blocked());
    }
}

TEST_CASE("sigpipe: a pipe that closes in the middle of a write is no signal either") {
    ::signal(SIGPIPE, SIG_DFL);
    const Write write = any_write();
    Pipe pipe = make_pipe();
    const long writer = thread_id();
    std::thread closer{[&] {
        wait_until_asleep(writer);
        pipe.read.close();
    }};
    const std::string text(1000000, 'x');
    const ssize_t size = write(pipe.write, text);
    closer.join();
    CHECK(size > 0);
    CHECK(size < 1000000);
    CHECK_FALSE(wire::sigpipe_is_pending());
    CHECK(write(pipe.write, text) == -1);
    CHECK(errno == EPIPE);
}

TEST_CASE("sigpipe: a SIGPIPE that the program has blocked stays as it was") {
    ::signal(SIGPIPE, SIG_DFL);
    const Write write = any_write();
    const bool pending = GENERATE(false, true);
    const sigset_t sigpipe = only_sigpipe();
    REQUIRE(pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr) == 0);
    if (pending) ::raise(SIGPIPE);

    const Fd pipe = closed_pipe();
    CHECK(write(pipe, "NOOP\n") == -1);
    CHECK(errno == EPIPE);
    CHECK(wire::sigpipe_is_pending() == pending);
    CHECK(sigpipe_is_blocked());

    int taken = 0;
    if (wire::sigpipe_is_pending()) sigwait(&sigpipe, &taken);
    CHECK(pthread_sigmask(SIG_UNBLOCK, &sigpipe, nullptr) == 0);
}
