// SPDX-License-Identifier: MIT
#pragma once
// A LineStream on POSIX descriptors: pipes, sockets, terminals. Opt-in.

#include <agi/stream/line_stream.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/line_buffer.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {

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

/// Whether a read would not wait.
inline bool is_readable_now(int fd) noexcept {
    pollfd wanted{fd, POLLIN, 0};
    return ::poll(&wanted, 1, 0) > 0;
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

}  // namespace wire

/// Reads lines from one descriptor and writes them to another, which may be the same. Does not own
/// them. Descriptors may be non-blocking; the calls wait all the same.
class FdStream {
  public:
    /// A socket, or anything else that both reads and writes.
    explicit FdStream(int fd) : FdStream{fd, fd} {}

    /// A socket that this was read from already.
    FdStream(int fd, std::string_view read) : FdStream{fd} { in_.append(read); }

    /// `line_limit`: the longest line that is accepted, in bytes.
    FdStream(int read_fd, int write_fd, std::size_t line_limit = wire::LineBuffer::default_limit)
        : read_fd_{read_fd}, write_fd_{write_fd}, in_{line_limit} {
        int type = 0;
        socklen_t size = sizeof type;
        is_socket_ = ::getsockopt(write_fd_, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
    }

    /// @throws AGIUnknownError  a line over the limit; it is dropped up to its LF
    /// @throws AGIError         the descriptor cannot be read
    bool read_line(std::string& line) {
        std::string_view view;
        const bool open = read_line(view);
        line.assign(view);
        return open;
    }
    /// The same without a copy: a view until the next read.
    bool read_line(std::string_view& line) {
        while (!in_.next(line)) {
            char* const to = in_.prepare();
            const ssize_t size = ::read(read_fd_, to, in_.room());
            if (size > 0) {
                in_.commit(static_cast<std::size_t>(size));
            } else if (size == 0 || wire::is_gone(errno)) {
                line = in_.rest();
                return false;
            } else {
                wait_or_throw("read from", read_fd_, POLLIN);
            }
        }
        return true;
    }

    /// A line that has come already, without waiting for one.
    ///
    /// @throws AGIUnknownError  a line over the limit; it is dropped up to its LF
    Arrived read_arrived(std::string& line, bool ask_system) {
        if (!ask_system && in_.idle()) return Arrived::nothing;
        return look(line, ask_system);
    }

    /// Waits for that long at most; negative: without end. True when read_line has a whole line, the
    /// end, or an error.
    bool wait_line(std::chrono::milliseconds time) {
        Waiting wait{time};
        while (!in_.ready()) {
            if (!wait.on(read_fd_, POLLIN)) return false;
            if (!read_part()) return true;
        }
        return true;
    }

    /// Waits for that long at most; negative: without end. False when there is still no room for a line
    /// of moderate length, as the peer does not read.
    bool wait_room(std::chrono::milliseconds time) const {
        return Waiting{time}.on(write_fd_, POLLOUT);
    }

    /// @throws AGISIGPIPEHangup  the peer has closed
    /// @throws AGIError          the descriptor cannot be written
    void write_line(std::string_view line) {
        for (;;) {
            const ssize_t size = write_some(line, "\n");
            if (size > static_cast<ssize_t>(line.size())) return;
            if (size >= 0) {
                line.remove_prefix(static_cast<std::size_t>(size));
            } else if (wire::is_gone(errno)) {
                throw AGISIGPIPEHangup({}, "the stream is closed");
            } else {
                wait_or_throw("write to", write_fd_, POLLOUT);
            }
        }
    }

    [[nodiscard]] int read_fd() const noexcept { return read_fd_; }
    [[nodiscard]] int write_fd() const noexcept { return write_fd_; }

  private:
    [[gnu::noinline]] Arrived look(std::string& line, bool ask_system) {
        if (in_.next(line)) return Arrived::line;
        if (ask_system || in_.filled()) {
            while (wire::is_readable_now(read_fd_)) {
                if (read_part()) {
                    if (in_.next(line)) return Arrived::line;
                } else if (errno == 0 || wire::is_gone(errno)) {
                    line.assign(in_.rest());
                    return Arrived::end;
                } else {
                    break;  // read_line has it again, and throws
                }
            }
        }
        return in_.rest().empty() ? Arrived::nothing : Arrived::part;
    }

    /// False at the end, and when read_line has an error to report.
    bool read_part() {
        char* const to = in_.prepare();
        errno = 0;  // tells the end from an error
        const ssize_t size = ::read(read_fd_, to, in_.room());
        if (size > 0) in_.commit(static_cast<std::size_t>(size));
        return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
    }

    ssize_t write_some(std::string_view line, std::string_view end) {
        if (is_socket_) return wire::write_to_socket(write_fd_, line, end);
        if (without_signal_) {
            const ssize_t size = wire::write_without_signal(write_fd_, line, end);
            if (size >= 0 || errno == EPIPE || errno == EAGAIN || errno == EINTR) return size;
            without_signal_ = false;
        }
        return wire::write_with_signal_blocked(write_fd_, line, end);
    }

    /// A time that several waits share: parts of a line, and signals such as SIGHUP, end one of them.
    class Waiting {
      public:
        explicit Waiting(std::chrono::milliseconds time) noexcept
            : endless_{time.count() < 0},
              left_{time.count() < longest ? time.count() : longest},
              end_{now() + left_} {}

        /// False when the time is over.
        bool on(int fd, short events) noexcept {
            for (;;) {
                pollfd wanted{fd, events, 0};
                const int ready = ::poll(&wanted, 1, endless_ ? -1 : static_cast<int>(left_));
                const bool interrupted = ready < 0 && errno == EINTR;
                if (!endless_) left_ = end_ > now() ? end_ - now() : 0;
                if (!interrupted) return ready > 0;
            }
        }

      private:
        static constexpr long long longest = std::numeric_limits<int>::max();

        /// Milliseconds of a clock that is never set.
        static long long now() noexcept {
            using std::chrono::steady_clock;
            constexpr long long ticks_per_ms = steady_clock::period::den / 1000;
            return steady_clock::now().time_since_epoch().count() / ticks_per_ms;
        }

        bool endless_;
        long long left_;
        long long end_;
    };

    static void wait_or_throw(const char* what, int fd, short events) {
        const int error = errno;
        if (error == EINTR) return;
        if (!wire::would_block(error)) {
            // What <system_error> says too, without its price for every program.
            throw AGIError(wire::joined(
                {what, " descriptor ", std::to_string(fd), ": ", std::strerror(error)}));
        }
        pollfd wanted{fd, events, 0};
        ::poll(&wanted, 1, -1);  // whatever it says, the next call tells more
    }

    int read_fd_;
    int write_fd_;
    bool is_socket_ = false;
    bool without_signal_ = true;
    wire::LineBuffer in_;
};

}}  // namespace agi::v0
