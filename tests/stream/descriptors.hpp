// SPDX-License-Identifier: MIT
#pragma once
// Descriptors for the tests of streams.

#include "catch.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

/// Owns a descriptor.
class Fd {
  public:
    explicit Fd(int fd) noexcept : fd_{fd} {}
    Fd(Fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    Fd& operator=(Fd&&) = delete;
    ~Fd() { close(); }

    operator int() const noexcept { return fd_; }  // NOLINT(google-explicit-constructor)
    void close() noexcept {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    void non_blocking() const { REQUIRE(::fcntl(fd_, F_SETFL, O_NONBLOCK) == 0); }

    void put(std::string_view text) const {
        REQUIRE(::write(fd_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
    /// What one read gives.
    [[nodiscard]] std::string take() const {
        char buffer[70000];
        const ssize_t size = ::read(fd_, buffer, sizeof buffer);
        REQUIRE(size >= 0);
        return {buffer, static_cast<std::size_t>(size)};
    }

  private:
    int fd_;
};

struct Pipe {
    Fd read;
    Fd write;
};

inline Pipe make_pipe(int flags = 0) {
    int fds[2] = {-1, -1};
    REQUIRE(::pipe2(fds, flags) == 0);
    return {Fd{fds[0]}, Fd{fds[1]}};
}

struct SocketPair {
    Fd ours;
    Fd theirs;
};

inline SocketPair make_sockets(int type = SOCK_STREAM) {
    int fds[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, type, 0, fds) == 0);
    return {Fd{fds[0]}, Fd{fds[1]}};
}

/// The id of this thread, for `wait_until_asleep`.
inline long thread_id() { return ::syscall(SYS_gettid); }

/// Returns when the thread waits for something in the kernel: for this program's threads, in read,
/// write or poll.
inline void wait_until_asleep(long thread) {
    const std::string path = "/proc/self/task/" + std::to_string(thread) + "/stat";
    for (;;) {
        std::ifstream file{path};
        std::string stat;
        std::getline(file, stat);
        const std::size_t name_end = stat.rfind(") ");
        if (name_end == std::string::npos || stat[name_end + 2] == 'S') return;
        std::this_thread::yield();
    }
}
