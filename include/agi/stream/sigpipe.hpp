// SPDX-License-Identifier: MIT
#pragma once
// Writes to descriptors whose other end may be gone: an error, and no SIGPIPE. Opt-in.

#include <agi/version.hpp>

#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// A line and its LF, written in one call without being put together.
struct LineParts {
    LineParts(std::string_view line, std::string_view end) noexcept
        : parts{{const_cast<char*>(line.data()), line.size()},
                {const_cast<char*>(end.data()), end.size()}} {}

    iovec parts[2];
};

/// A write to a closed pipe kills the process by default. Here it is EPIPE and nothing else, in one
/// call. Linux can do so since 6.18; before that, and elsewhere, this fails.
inline ssize_t write_without_signal(int fd, std::string_view line,
                                    std::string_view end = {}) noexcept {
#ifdef RWF_HIPRI  // the C library has pwritev2, if not yet the name of this flag
    constexpr int rwf_nosignal = 0x100;
    return ::pwritev2(fd, LineParts{line, end}.parts, 2, -1, rwf_nosignal);
#else
    static_cast<void>(fd);
    static_cast<void>(line);
    static_cast<void>(end);
    errno = ENOSYS;
    return -1;
#endif
}

/// The same for a socket, on every system.
inline ssize_t write_to_socket(int fd, std::string_view line, std::string_view end) noexcept {
    LineParts parts{line, end};
    msghdr message{};
    message.msg_iov = parts.parts;
    message.msg_iovlen = 2;
    return ::sendmsg(fd, &message, MSG_NOSIGNAL);
}

/// Whether this error says that the peer, or the way to it, is gone.
inline bool is_gone(int error) noexcept {
    switch (error) {
        case EPIPE:
        case ECONNRESET:
        case ECONNABORTED:
        case ETIMEDOUT:
        case ENETDOWN:
        case ENETUNREACH:
        case EHOSTUNREACH: return true;
        default: return false;
    }
}

/// Whether this error says that a call would have to wait.
inline bool would_block(int error) noexcept {
#if EAGAIN == EWOULDBLOCK
    return error == EAGAIN;
#else
    return error == EAGAIN || error == EWOULDBLOCK;
#endif
}

inline bool sigpipe_is_pending() noexcept {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

/// SIGPIPE is blocked in this thread for as long as it lives, and one that comes meanwhile is taken back.
/// Other threads and the handlers are not touched.
class SigpipeBlocked {
  public:
    SigpipeBlocked() noexcept {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
        blocked_before_ = sigismember(&before_, SIGPIPE) == 1;
        pending_before_ = blocked_before_ && sigpipe_is_pending();
    }
    SigpipeBlocked(const SigpipeBlocked&) = delete;
    SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;
    ~SigpipeBlocked() {
        const int error = errno;
        if (!pending_before_ && sigpipe_is_pending()) {
            int taken = 0;
            sigwait(&sigpipe_, &taken);
        }
        if (!blocked_before_) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
        errno = error;
    }

    /// As the caller knows: there is none to take back.
    void none_came() noexcept { pending_before_ = true; }

  private:
    sigset_t sigpipe_{};
    sigset_t before_{};
    bool blocked_before_ = false;
    bool pending_before_ = false;
};

/// The same on every system.
inline ssize_t write_with_signal_blocked(int fd, std::string_view line,
                                         std::string_view end = {}) noexcept {
    SigpipeBlocked blocked;
    const ssize_t size = ::writev(fd, LineParts{line, end}.parts, 2);
    // A pipe that closes in the middle of a write cuts it, and sends the signal all the same.
    if (size == static_cast<ssize_t>(line.size() + end.size())) blocked.none_came();
    return size;
}

}}}  // namespace agi::v0::wire
