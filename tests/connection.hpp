// SPDX-License-Identifier: MIT
#pragma once
// A plain TCP connection to 127.0.0.1.

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>

/// Where a socket is on 127.0.0.1; port 0 before it is anywhere.
inline sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

/// Lets a socket listen there, at a port that is free, and returns that.
inline std::uint16_t listen_on_loopback(int fd, int backlog) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd, any, size) != 0 || ::listen(fd, backlog) != 0 ||
        ::getsockname(fd, any, &size) != 0) {
        throw std::system_error{errno, std::generic_category(), "a port that is free"};
    }
    return ntohs(address.sin_port);
}

/// A port on which nobody listens, for a program that cannot choose one itself. None of those that the
/// system gives out: a client that tries it again and again would meet itself there.
inline std::uint16_t free_port() {
    static int last = static_cast<int>(::getpid()) * 7;
    for (;;) {
        const int port = 20'000 + ++last % 12'000;
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in at = loopback(port);
        const bool is_free = ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
        ::close(fd);
        if (is_free) return static_cast<std::uint16_t>(port);
    }
}

/// The other end of a connection.
struct Accepted {
    int fd;
};

class Connection {
  public:
    explicit Connection(Accepted accepted) : fd_{accepted.fd} {}
    explicit Connection(int port) : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        const sockaddr_in address = loopback(port);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            throw std::system_error{errno, std::generic_category(), "connect"};
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(fd_); }

    void send(const std::string& text) const {
        if (::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) < 0) {
            throw std::system_error{errno, std::generic_category(), "send"};
        }
    }
    /// All that comes until the other end closes.
    [[nodiscard]] std::string read() const {
        std::string all;
        std::array<char, 4096> bytes{};
        for (;;) {
            const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
            if (size <= 0) return all;
            all.append(bytes.data(), static_cast<std::size_t>(size));
        }
    }
    /// The next line.
    [[nodiscard]] std::string line() const {
        std::string all;
        for (char byte = 0; ::recv(fd_, &byte, 1, 0) == 1 && byte != '\n';) all += byte;
        return all;
    }

    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_;
};
