// SPDX-License-Identifier: MIT
#pragma once
// SIGHUP, by which Asterisk tells a program that it started of the hang-up.

#include <agi/process/not_in_children.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>

namespace agi { inline namespace v0 {

/// Notes SIGHUP for as long as it lives, instead of letting it end the program. The old handler is
/// put back at its end. One at a time, as a process has one handler; any thread may ask it.
///
///     HangupSignal hangup;
///     Session session{ProcessStream{{true, &hangup}}};
class HangupSignal {
  public:
    /// @throws AGIError  there is one already, or no descriptor is free
    HangupSignal() {
        bool expected = false;
        if (!exists_.compare_exchange_strong(expected, true)) {
            throw AGIError("HangupSignal: there is one already");
        }
        int made[2] = {-1, -1};
        int error = ::pipe2(made, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : errno;
        for (int i = 0; i < 2 && error == 0; ++i) {
            // Far from 0 and 1, which may be closed, and from 3, the caller's audio in EAGI.
            pipe_[i] = ::fcntl(made[i], F_DUPFD_CLOEXEC, 10);
            if (pipe_[i] < 0) error = errno;
        }
        for (const int fd : made) close(fd);
        if (error != 0) {
            for (const int fd : pipe_) close(fd);
            exists_ = false;
            throw AGIError("HangupSignal: " + std::generic_category().message(error));
        }
        wire::NotInChildren::add(pipe_[1]);  // a child's SIGHUP is none of its parent's
        received_ = false;
        wake_ = pipe_[1];
        struct sigaction ours {};
        ours.sa_handler = &HangupSignal::handle;
        ours.sa_flags = SA_RESTART;
        ::sigemptyset(&ours.sa_mask);
        ::sigaction(SIGHUP, &ours, &before_);
    }
    HangupSignal(const HangupSignal&) = delete;
    HangupSignal& operator=(const HangupSignal&) = delete;
    ~HangupSignal() {
        ::sigaction(SIGHUP, &before_, nullptr);
        wake_ = -1;
        // One that runs in another thread may still write. A child has no other threads, and their count.
        while (handlers_ > 0 && ::getpid() == owner_) ::sched_yield();
        wire::NotInChildren::remove(pipe_[1]);
        for (const int fd : pipe_) close(fd);
        exists_ = false;
    }

    /// Whether SIGHUP came.
    [[nodiscard]] bool received() const noexcept { return received_; }

    /// A descriptor that becomes readable when SIGHUP comes, for poll and event loops.
    [[nodiscard]] int fd() const noexcept { return pipe_[0]; }

  private:
    static void close(int fd) noexcept {
        if (fd >= 0) ::close(fd);
    }
    static void handle(int /*signal*/) noexcept {
        const int error = errno;
        ++handlers_;
        received_ = true;
        const int fd = wake_;
        // The pipe may be full: whether this byte gets in makes no difference then.
        if (fd >= 0 && ::write(fd, "", 1) < 0) received_ = true;
        --handlers_;
        errno = error;
    }

    static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
                  "a signal handler may use lock-free atomics only");
    static inline std::atomic<bool> exists_{false};
    static inline std::atomic<bool> received_{false};
    static inline std::atomic<int> wake_{-1};
    static inline std::atomic<int> handlers_{0};  ///< How many run.

    int pipe_[2] = {-1, -1};
    pid_t owner_ = ::getpid();
    struct sigaction before_ {};
};

}}  // namespace agi::v0
