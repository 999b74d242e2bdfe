// SPDX-License-Identifier: MIT
#pragma once
// A LineStream on POSIX descriptors: pipes, sockets, terminals. Opt-in.

#include <agi/stream/line_stream.hpp>
#include <agi/stream/sigpipe.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/line_buffer.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {

/// Whether a read would not wait.
inline bool is_readable_now(int fd) noexcept {
    pollfd wanted{fd, POLLIN, 0};
    return ::poll(&wanted, 1, 0) > 0;
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
