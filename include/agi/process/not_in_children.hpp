// SPDX-License-Identifier: MIT
#pragma once
// Takes descriptors out of the hands of children that are forked.

#include <agi/version.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>

namespace agi { inline namespace v0 { namespace wire {

/// Makes the descriptor one that says nothing and takes everything. Async-signal-safe.
inline void point_nowhere(int fd) noexcept {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) {
        ::close(fd);
    } else if (nothing != fd) {  // it is when `fd` was not open
        const int flags = fd > STDERR_FILENO ? O_CLOEXEC : 0;
        ::dup3(nothing, fd, flags);
        ::close(nothing);
    }
}

/// Descriptors that a forked child shall not have. Close-on-exec is for children that run another
/// program; one that is only forked has a copy of each pipe, and Asterisk waits until the last copy
/// is closed. A copy of these points nowhere as soon as the child runs.
///
/// Not after vfork() and clone(), whose children run another program at once or know what they do.
class NotInChildren {
  public:
    static void add(int fd) noexcept {
        static const int registered = ::pthread_atfork(nullptr, nullptr, &let_go);
        static_cast<void>(registered);
        for (std::atomic<int>& place : places_) {
            int free = none;
            if (place.compare_exchange_strong(free, fd)) return;
        }
    }
    static void remove(int fd) noexcept {
        for (std::atomic<int>& place : places_) {
            int found = fd;
            if (place.compare_exchange_strong(found, none)) return;
        }
    }

  private:
    static constexpr int none = -1;

    /// In the child, which may have been forked in the middle of anything.
    static void let_go() noexcept {
        for (const std::atomic<int>& place : places_) {
            const int fd = place;
            if (fd != none) point_nowhere(fd);
        }
    }

    static_assert(std::atomic<int>::is_always_lock_free, "a forked child must not wait for a lock");
    static inline std::array<std::atomic<int>, 8> places_{-1, -1, -1, -1, -1, -1, -1, -1};
};

}}}  // namespace agi::v0::wire
