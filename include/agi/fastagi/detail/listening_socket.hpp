// SPDX-License-Identifier: MIT
#pragma once
// Descriptors that connections come from.

#include <agi/fastagi/net.hpp>
#include <agi/version.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// A listening socket. Children that run another program do not have it, from its first moment on.
class ListeningSocket {
  public:
    /// @throws system_error  the socket cannot listen there
    explicit ListeningSocket(const net::ip::tcp::endpoint& at)
        : fd_{::socket(at.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP)},
          v6_{at.protocol() == net::ip::tcp::v6()} {
        constexpr int longest = std::numeric_limits<int>::max();  // the kernel has its own limit
        const bool listens = fd_ >= 0 && set(SOL_SOCKET, SO_REUSEADDR) &&
                             (!v6_ || set(IPPROTO_IPV6, IPV6_V6ONLY)) &&
                             ::bind(fd_, at.data(), static_cast<socklen_t>(at.size())) == 0 &&
                             ::listen(fd_, longest) == 0;
        const int error = errno;  // Asio clears it when it writes an address
        if (!listens)
            fail(error, "listen on " + at.address().to_string() + ':' + std::to_string(at.port()));
    }

    /// A socket that listens already. It is taken only when it can be used.
    ///
    /// @throws system_error  it does not listen, or it is not one of TCP
    explicit ListeningSocket(int fd) {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        int listens = 0;
        socklen_t listens_size = sizeof listens;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
            ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0) {
            fail(errno, "the inherited socket");
        }
        const bool tcp = address.ss_family == AF_INET || address.ss_family == AF_INET6;
        if (!tcp || listens == 0) {
            fail(tcp ? EINVAL : EAFNOSUPPORT, "the inherited socket");
        }
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
        v6_ = address.ss_family == AF_INET6;
        fd_ = fd;
    }
    ListeningSocket(ListeningSocket&& other) noexcept : fd_{other.release()}, v6_{other.v6_} {}
    ListeningSocket& operator=(ListeningSocket&&) = delete;
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;
    ~ListeningSocket() { close(); }

    [[nodiscard]] net::ip::tcp protocol() const noexcept {
        return v6_ ? net::ip::tcp::v6() : net::ip::tcp::v4();
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

  private:
    [[nodiscard]] bool set(int level, int option) const noexcept {
        const int on = 1;
        return ::setsockopt(fd_, level, option, &on, sizeof on) == 0;
    }
    void close() const noexcept {
        if (fd_ >= 0) ::close(fd_);
    }
    [[noreturn]] void fail(int error, const std::string& what) const {
        close();
        throw system_error{error_code{error, net::error::get_system_category()}, what};
    }

    int fd_ = -1;
    bool v6_ = false;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
