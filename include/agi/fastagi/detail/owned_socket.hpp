// SPDX-License-Identifier: MIT
#pragma once
// A descriptor of a connection, and how a connection ends.

#include <agi/process/not_in_children.hpp>
#include <agi/version.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace agi { inline namespace v0 { namespace fastagi {

/// Ends a connection for everyone who has it, and closes the descriptor. Merely closed, it would live
/// on in a child that has it, and Asterisk would wait for the child. What was sent is delivered; what
/// was not read is read here, as the peer would be reset otherwise.
inline void end_connection(int fd) noexcept {
    constexpr int most = 16;  // a peer that sends without end is to be reset
    char dropped[4096];
    ::shutdown(fd, SHUT_RDWR);
    for (int i = 0; i < most; ++i) {
        if (::recv(fd, dropped, sizeof dropped, MSG_DONTWAIT) <= 0) break;
    }
    wire::NotInChildren::remove(fd);
    ::close(fd);
}

/// Ends the connection, unless someone else takes it.
class OwnedSocket {
  public:
    OwnedSocket() noexcept = default;
    explicit OwnedSocket(int fd) noexcept : fd_{fd} {}
    OwnedSocket(OwnedSocket&& other) noexcept : fd_{other.release()} {}
    OwnedSocket& operator=(OwnedSocket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    OwnedSocket(const OwnedSocket&) = delete;
    OwnedSocket& operator=(const OwnedSocket&) = delete;
    ~OwnedSocket() {
        if (fd_ >= 0) end_connection(fd_);
    }

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
    int release() noexcept { return std::exchange(fd_, -1); }

  private:
    int fd_ = -1;
};

}}}  // namespace agi::v0::fastagi
