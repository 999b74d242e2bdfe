// SPDX-License-Identifier: MIT
#pragma once
// A LineStream on POSIX descriptors: pipes, sockets, terminals.

#include <agi/version.hpp>
#include <agi/wire/argument.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/line_buffer.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

namespace agi { inline namespace v0 {

namespace wire {

/// A write to a closed pipe kills the process by default. Here it is EPIPE and nothing else, in one
/// call. Linux can do so since 6.18; before that, and elsewhere, this fails.
inline ssize_t write_without_signal(int fd, std::string_view bytes) noexcept {
#ifdef RWF_HIPRI  // the C library has pwritev2, if not yet the name of this flag
    constexpr int rwf_nosignal = 0x100;
    const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    return ::pwritev2(fd, &part, 1, -1, rwf_nosignal);
#else
    static_cast<void>(fd);
    static_cast<void>(bytes);
    errno = ENOSYS;
    return -1;
#endif
}

inline bool sigpipe_is_pending() noexcept {
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

/// The same on every system: SIGPIPE is blocked in this thread meanwhile, and the one that the write
/// caused is taken back. Other threads and the handlers are not touched.
inline ssize_t write_with_signal_blocked(int fd, std::string_view bytes) noexcept {
    sigset_t sigpipe;
    sigset_t before;
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe, &before);
    const bool blocked_before = sigismember(&before, SIGPIPE) == 1;
    const bool pending_before = blocked_before && sigpipe_is_pending();
    const ssize_t size = ::write(fd, bytes.data(), bytes.size());
    const int error = errno;
    // A pipe that closes in the middle of a write cuts it, and sends the signal all the same.
    const bool cut = size < static_cast<ssize_t>(bytes.size());
    if (cut && !pending_before && sigpipe_is_pending()) {
        int taken = 0;
        sigwait(&sigpipe, &taken);
    }
    if (!blocked_before) pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
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
        while (!in_.next(line)) {
            char* const to = in_.prepare();
            const ssize_t size = ::read(read_fd_, to, in_.room());
            if (size > 0) {
                in_.commit(static_cast<std::size_t>(size));
            } else if (size == 0 || errno == ECONNRESET) {
                line.assign(in_.rest());
                return false;
            } else {
                wait_or_throw("read from", read_fd_, POLLIN);
            }
        }
        return true;
    }

    /// Waits for that long at most; negative: without end. True when read_line has a line, or the
    /// end.
    bool wait_line(std::chrono::milliseconds time) {
        using std::chrono::steady_clock;
        constexpr std::chrono::milliseconds longest{std::numeric_limits<int>::max()};
        const auto end = steady_clock::now() + (time < longest ? time : longest);
        std::chrono::milliseconds left = time;
        while (!in_.ready()) {
            pollfd wanted{read_fd_, POLLIN, 0};
            const int ready = ::poll(
                &wanted, 1, static_cast<int>(left < longest ? left.count() : longest.count()));
            if (ready == 0 || (ready < 0 && errno != EINTR)) return false;
            if (ready > 0 && !read_part()) return true;
            // A part of a line, or a signal, such as SIGHUP: what is left of the time is still to
            // be waited for.
            if (time.count() < 0) continue;
            left = std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_clock::now());
            if (left.count() < 0) left = std::chrono::milliseconds{0};
        }
        return true;
    }

    /// @throws AGISIGPIPEHangup  the peer has closed
    /// @throws AGIError          the descriptor cannot be written
    void write_line(std::string_view line) {
        out_.clear();
        out_.append(line);
        out_.append('\n');
        for (std::string_view rest = out_.view(); !rest.empty();) {
            const ssize_t size = write_some(rest);
            if (size >= 0) {
                rest.remove_prefix(static_cast<std::size_t>(size));
            } else if (errno == EPIPE || errno == ECONNRESET) {
                throw AGISIGPIPEHangup({}, "the stream is closed");
            } else {
                wait_or_throw("write to", write_fd_, POLLOUT);
            }
        }
    }

    [[nodiscard]] int read_fd() const noexcept { return read_fd_; }
    [[nodiscard]] int write_fd() const noexcept { return write_fd_; }

  private:
    /// False at the end, and when read_line has an error to report.
    bool read_part() {
        char* const to = in_.prepare();
        const ssize_t size = ::read(read_fd_, to, in_.room());
        if (size > 0) in_.commit(static_cast<std::size_t>(size));
        return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
    }

    ssize_t write_some(std::string_view bytes) {
        if (is_socket_) return ::send(write_fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (without_signal_) {
            const ssize_t size = wire::write_without_signal(write_fd_, bytes);
            if (size >= 0 || errno == EPIPE || errno == EAGAIN || errno == EINTR) return size;
            without_signal_ = false;
        }
        return wire::write_with_signal_blocked(write_fd_, bytes);
    }

    static void wait_or_throw(const char* what, int fd, short events) {
        const int error = errno;
        if (error == EINTR) return;
        if (error != EAGAIN && error != EWOULDBLOCK) {
            throw AGIError(std::string{what} + " descriptor " + std::to_string(fd) + ": " +
                           std::generic_category().message(error));
        }
        pollfd wanted{fd, events, 0};
        ::poll(&wanted, 1, -1);  // whatever it says, the next call tells more
    }

    int read_fd_;
    int write_fd_;
    bool is_socket_ = false;
    bool without_signal_ = true;
    wire::LineBuffer in_;
    wire::LineText out_;
};

}}  // namespace agi::v0
