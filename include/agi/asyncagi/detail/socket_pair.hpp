// SPDX-License-Identifier: MIT
#pragma once
// The two ends of a TCP connection inside this process.

#include <agi/version.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace agi { inline namespace v0 { namespace asyncagi {

/// TCP over loopback and no pair of Unix sockets: a server that stops shuts a connection for
/// reading, after which a Unix socket takes no reply any more.
struct SocketPair {
    /// False when the process has no descriptor left, or the machine no port.
    bool open() noexcept {
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        auto* const any = reinterpret_cast<sockaddr*>(&at);
        ours = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::bind(listener, any, size) == 0 && ::listen(listener, 1) == 0 &&
            ::getsockname(listener, any, &size) == 0 && ::connect(ours, any, size) == 0) {
            theirs = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        }
        if (listener >= 0) ::close(listener);
        return theirs >= 0 && is_ours() && set(ours) && set(theirs);
    }
    SocketPair() noexcept = default;
    SocketPair(const SocketPair&) = delete;
    SocketPair& operator=(const SocketPair&) = delete;
    ~SocketPair() {
        if (ours >= 0) ::close(ours);
        if (theirs >= 0) ::close(theirs);
    }
    int ours = -1;
    int theirs = -1;

  private:
    /// Another process of this machine may have been faster to connect.
    [[nodiscard]] bool is_ours() const noexcept {
        sockaddr_in near{};
        sockaddr_in far{};
        socklen_t size = sizeof near;
        return ::getsockname(ours, reinterpret_cast<sockaddr*>(&near), &size) == 0 &&
               ::getpeername(theirs, reinterpret_cast<sockaddr*>(&far), &size) == 0 &&
               near.sin_port == far.sin_port;
    }
    static bool set(int fd) noexcept {
        const int on = 1;
        return ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
    }
};

}}}  // namespace agi::v0::asyncagi
