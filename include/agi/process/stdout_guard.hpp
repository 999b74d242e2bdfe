// SPDX-License-Identifier: MIT
#pragma once
// Keeps everything but the library from talking to Asterisk.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

namespace agi { inline namespace v0 {

/// Moves the protocol to descriptors of its own. Until its end standard output is standard error,
/// and standard input is empty: printf, std::cout, a noisy library or a child process cannot put a
/// line into the protocol or take one out of it. Children do not inherit the protocol's
/// descriptors.
class StdoutGuard {
  public:
    /// @throws AGIError  standard input or output is not open, or no descriptor is free
    StdoutGuard() {
        std::fflush(stdout);
        read_fd_ = keep(STDIN_FILENO);
        try {
            write_fd_ = keep(STDOUT_FILENO);
        } catch (...) {
            ::close(read_fd_);
            throw;
        }
        const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
        if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
        if (::dup2(STDERR_FILENO, STDOUT_FILENO) < 0 && nothing >= 0) {
            ::dup2(nothing, STDOUT_FILENO);
        }
        if (nothing >= 0) ::close(nothing);
    }
    StdoutGuard(StdoutGuard&& other) noexcept
        : read_fd_{std::exchange(other.read_fd_, -1)},
          write_fd_{std::exchange(other.write_fd_, -1)} {}
    StdoutGuard& operator=(StdoutGuard&& other) noexcept {
        std::swap(read_fd_, other.read_fd_);
        std::swap(write_fd_, other.write_fd_);
        return *this;
    }
    StdoutGuard(const StdoutGuard&) = delete;
    StdoutGuard& operator=(const StdoutGuard&) = delete;
    ~StdoutGuard() {
        if (read_fd_ < 0) return;
        std::fflush(stdout);  // what is still buffered belongs on standard error
        ::dup2(read_fd_, STDIN_FILENO);
        ::dup2(write_fd_, STDOUT_FILENO);
        ::close(read_fd_);
        ::close(write_fd_);
    }

    /// Where Asterisk's lines come from, and where requests go to.
    [[nodiscard]] int read_fd() const noexcept { return read_fd_; }
    [[nodiscard]] int write_fd() const noexcept { return write_fd_; }

  private:
    /// Far from 3, which is the caller's audio in EAGI.
    static int keep(int fd) {
        const int kept = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
        if (kept >= 0) return kept;
        throw AGIError("descriptor " + std::to_string(fd) + ": " +
                       std::generic_category().message(errno));
    }

    int read_fd_ = -1;
    int write_fd_ = -1;
};

}}  // namespace agi::v0
