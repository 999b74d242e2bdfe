// SPDX-License-Identifier: MIT
#pragma once
// A LineStream on POSIX descriptors: pipes, sockets, terminals.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/line_buffer.hpp>

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <system_error>

namespace agi { inline namespace v0 {

namespace wire {

/// Keeps a write to a closed pipe from killing the process: SIGPIPE is blocked in this thread, and
/// one that the write caused is taken back. Other threads and the handlers are not touched.
class SigpipeBlock {
  public:
    SigpipeBlock() noexcept {
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    SigpipeBlock(const SigpipeBlock&) = delete;
    SigpipeBlock& operator=(const SigpipeBlock&) = delete;
    ~SigpipeBlock() {
        if (sigismember(&before_, SIGPIPE) == 0) pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

    /// After EPIPE. A SIGPIPE that the caller had blocked himself stays pending for him.
    void take_back() const noexcept {
        if (sigismember(&before_, SIGPIPE) != 0) return;
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        int taken = 0;
        if (sigismember(&pending, SIGPIPE) == 1) sigwait(&sigpipe_, &taken);
    }

  private:
    sigset_t sigpipe_{};
    sigset_t before_{};
};

}  // namespace wire

/// Reads lines from one descriptor and writes them to another, which may be the same. Does not own
/// them. Descriptors may be non-blocking; the calls wait all the same.
class FdStream {
  public:
    /// A socket, or anything else that both reads and writes.
    explicit FdStream(int fd) : FdStream{fd, fd} {}

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
        if (in_.ready()) return true;
        pollfd wanted{read_fd_, POLLIN, 0};
        return ::poll(&wanted, 1, static_cast<int>(time.count())) > 0;
    }

    /// @throws AGISIGPIPEHangup  the peer has closed
    /// @throws AGIError          the descriptor cannot be written
    void write_line(std::string_view line) {
        out_.assign(line).append(1, '\n');
        if (is_socket_) {
            write_all([this](std::string_view bytes) {
                return ::send(write_fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            });
        } else {
            const wire::SigpipeBlock sigpipe;
            write_all([this, &sigpipe](std::string_view bytes) {
                const ssize_t size = ::write(write_fd_, bytes.data(), bytes.size());
                if (size < 0 && errno == EPIPE) {
                    sigpipe.take_back();
                    errno = EPIPE;
                }
                return size;
            });
        }
    }

    [[nodiscard]] int read_fd() const noexcept { return read_fd_; }
    [[nodiscard]] int write_fd() const noexcept { return write_fd_; }

  private:
    template <class Write>
    void write_all(const Write& write) {
        for (std::string_view rest = out_; !rest.empty();) {
            const ssize_t size = write(rest);
            if (size >= 0) {
                rest.remove_prefix(static_cast<std::size_t>(size));
            } else if (errno == EPIPE || errno == ECONNRESET) {
                throw AGISIGPIPEHangup({}, "the stream is closed");
            } else {
                wait_or_throw("write to", write_fd_, POLLOUT);
            }
        }
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
    wire::LineBuffer in_;
    std::string out_;
};

}}  // namespace agi::v0
