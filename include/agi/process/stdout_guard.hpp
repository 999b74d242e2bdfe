// SPDX-License-Identifier: MIT
#pragma once
// Keeps everything but the library from talking to Asterisk, and from holding the call.

#include <agi/process/not_in_children.hpp>
#include <agi/stream/sigpipe.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>

namespace agi { inline namespace v0 {

namespace wire {

/// Whether both are the same pipe or the same socket.
inline bool is_same_channel(int a, int b) noexcept {
    struct stat one {};
    struct stat other {};
    return ::fstat(a, &one) == 0 && ::fstat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino && (S_ISFIFO(one.st_mode) || S_ISSOCK(one.st_mode));
}

/// Whether standard error leads to Asterisk: a server of the inetd kind puts the connection on all
/// three descriptors, and so does systemd with Accept=yes.
inline bool stderr_is_protocol(int read_fd, int write_fd) noexcept {
    return is_same_channel(STDERR_FILENO, read_fd) || is_same_channel(STDERR_FILENO, write_fd);
}

template <class Stream>
void flush(Stream& stream) noexcept {
    try {
        if (stream.rdbuf() != nullptr) stream.rdbuf()->pubsync();
    } catch (...) {
        // A buffer of the program's own, and the program's trouble.
    }
}

/// Empties the buffers of standard output into what it is now, which may have no reader.
inline void flush_stdout() noexcept {
    const SigpipeBlocked blocked;
    std::fflush(stdout);
    flush(std::cout);
    flush(std::wcout);
}

}  // namespace wire

/// Moves the protocol to descriptors of its own. Until its end standard output is standard error,
/// and standard input is empty: printf, std::cout, a noisy library or a child process cannot put a
/// line into the protocol or take one out of it. What was printed before and is still in a buffer
/// goes to standard error too; and nothing goes anywhere where standard error itself leads to
/// Asterisk.
///
/// Children do not have the protocol's descriptors, whether they run another program or are forked
/// and go on: neither can speak to Asterisk, or hold the call when the program has ended.
class StdoutGuard {
  public:
    /// @throws AGIError  standard input or output is not open, or no descriptor is free
    StdoutGuard() {
        read_fd_ = keep(STDIN_FILENO);
        try {
            write_fd_ = keep(STDOUT_FILENO);
        } catch (...) {
            close(read_fd_);
            throw;
        }
        wire::point_nowhere(STDIN_FILENO);
        stderr_too_ = wire::stderr_is_protocol(read_fd_, write_fd_);
        if (stderr_too_) wire::point_nowhere(STDERR_FILENO);
        if (::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) wire::point_nowhere(STDOUT_FILENO);
        wire::flush_stdout();  // not before: it would be a command
    }
    StdoutGuard(StdoutGuard&& other) noexcept
        : read_fd_{std::exchange(other.read_fd_, -1)},
          write_fd_{std::exchange(other.write_fd_, -1)},
          stderr_too_{other.stderr_too_},
          for_good_{other.for_good_} {}
    StdoutGuard& operator=(StdoutGuard&& other) noexcept {
        std::swap(read_fd_, other.read_fd_);
        std::swap(write_fd_, other.write_fd_);
        std::swap(stderr_too_, other.stderr_too_);
        std::swap(for_good_, other.for_good_);
        return *this;
    }
    StdoutGuard(const StdoutGuard&) = delete;
    StdoutGuard& operator=(const StdoutGuard&) = delete;
    ~StdoutGuard() {
        if (read_fd_ < 0) return;
        if (!for_good_) {
            wire::flush_stdout();  // what is still buffered belongs on standard error
            ::dup2(read_fd_, STDIN_FILENO);
            ::dup2(write_fd_, STDOUT_FILENO);
            if (stderr_too_) ::dup2(write_fd_, STDERR_FILENO);
        }
        close(read_fd_);
        close(write_fd_);
    }

    /// At its end, nothing is put back: the protocol is closed, and standard output stays standard error.
    void keep_for_good() noexcept { for_good_ = true; }

    /// From now on a child that is forked has the protocol's descriptors, too: for a program that
    /// leaves the session to a child. The call is held until both have ended.
    void keep_in_children() const noexcept {
        wire::NotInChildren::remove(read_fd_);
        wire::NotInChildren::remove(write_fd_);
    }

    /// Where Asterisk's lines come from, and where requests go to.
    [[nodiscard]] int read_fd() const noexcept { return read_fd_; }
    [[nodiscard]] int write_fd() const noexcept { return write_fd_; }

  private:
    /// Far from 3, which is the caller's audio in EAGI.
    static int keep(int fd) {
        const int kept =
            wire::NotInChildren::made([fd] { return ::fcntl(fd, F_DUPFD_CLOEXEC, 10); });
        if (kept >= 0) return kept;
        throw AGIError("descriptor " + std::to_string(fd) + ": " +
                       std::generic_category().message(errno));
    }
    static void close(int fd) noexcept {
        wire::NotInChildren::remove(fd);
        ::close(fd);
    }

    int read_fd_ = -1;
    int write_fd_ = -1;
    bool stderr_too_ = false;  ///< Standard error led to Asterisk.
    bool for_good_ = false;
};

}}  // namespace agi::v0
