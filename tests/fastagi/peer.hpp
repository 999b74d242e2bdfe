// SPDX-License-Identifier: MIT
#pragma once
// Asterisk's end of a FastAGI connection, byte by byte.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace fastagi_tests {

/// What Asterisk sends first.
inline std::string environment(std::string_view script) {
    std::string text = "agi_network: yes\n";
    if (!script.empty()) text.append("agi_network_script: ").append(script).append(1, '\n');
    text.append("agi_request: agi://127.0.0.1/").append(script);
    return text + "\nagi_channel: PJSIP/100-00000001\nagi_version: 22.10.1\n\n";
}

/// A connected socket. Nothing here waits longer than `guard_seconds`.
class Peer {
  public:
    static constexpr int guard_seconds = 20;

    explicit Peer(int fd) : fd_{fd} { guard(); }
    explicit Peer(std::uint16_t port) : fd_{::socket(AF_INET, SOCK_STREAM, 0)} {
        guard();
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
            throw std::runtime_error{std::string{"connect: "} + std::strerror(errno)};
        }
    }
    /// A call of this URL.
    Peer(std::uint16_t port, std::string_view script) : Peer{port} { send(environment(script)); }

    Peer(Peer&& other) noexcept
        : fd_{std::exchange(other.fd_, -1)}, read_{std::move(other.read_)} {}
    Peer& operator=(Peer&&) = delete;
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer() { close(); }

    /// False when the other end is gone, or takes no more for now and `wait` is false.
    bool send(std::string_view bytes, bool wait = true) const {
        while (!bytes.empty()) {
            const ssize_t size =
                ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
            if (size < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }

    /// The next line. In parentheses: why there is none, with what came of it.
    std::string line() {
        for (;;) {
            if (const std::size_t end = read_.find('\n'); end != std::string::npos) {
                std::string found = read_.substr(0, end);
                read_.erase(0, end + 1);
                return found;
            }
            char bytes[4096];
            const ssize_t size = ::recv(fd_, bytes, sizeof bytes, 0);
            if (size > 0) {
                read_.append(bytes, static_cast<std::size_t>(size));
                continue;
            }
            if (size < 0 && errno == EINTR) continue;  // a child has ended
            const char* why = size == 0             ? "(closed)"
                              : errno == ECONNRESET ? "(reset)"
                                                    : "(nothing came)";
            return why + std::exchange(read_, {});
        }
    }

    /// Whether there is a line, without waiting.
    bool has_line() {
        char bytes[4096];
        const ssize_t size = ::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
        if (size > 0) read_.append(bytes, static_cast<std::size_t>(size));
        return read_.find('\n') != std::string::npos;
    }

    /// At most that many bytes, without waiting.
    std::string read_some(std::size_t most) const {
        std::string bytes(most, '\0');
        const ssize_t size = ::recv(fd_, bytes.data(), most, MSG_DONTWAIT);
        bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return bytes;
    }

    /// The next request, answered with this, or as Asterisk does when all is well. Marks before it are
    /// echoed.
    std::string answer(std::string_view reply = {}) {
        std::string request = line();
        while (request.substr(0, 28) == "GET FULL VARIABLE \"agi-mark-") {
            send("200 result=1 (" + request.substr(19, request.size() - 20) + ")\n");
            request = line();
        }
        if (reply.empty()) {
            const bool one =
                request.compare(0, 4, "SET ") == 0 || request.compare(0, 7, "VERBOSE") == 0;
            reply = one ? "200 result=1\n" : "200 result=0\n";
        }
        send(reply);
        return request;
    }

    void end_of_input() const { ::shutdown(fd_, SHUT_WR); }
    void close() {
        if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    }
    /// Closes in the way of a host that has crashed.
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }

    [[nodiscard]] int fd() const { return fd_; }

  private:
    void guard() const {
        const timeval time{guard_seconds, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
    }

    int fd_;
    std::string read_;
};

/// Whether nobody listens there.
inline bool refuses(std::uint16_t port) {
    try {
        const Peer peer{port};
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

/// Nothing more fits into the connection. How many bytes did, all of them `x`.
inline std::size_t fill(int fd) {
    const std::string bytes(65536, 'x');
    std::size_t all = 0;
    for (;;) {
        const ssize_t size = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (size <= 0) return all;
        all += static_cast<std::size_t>(size);
    }
}

/// Waits until it is true. False when that does not happen.
template <class Condition>
bool eventually(const Condition& condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{Peer::guard_seconds};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace fastagi_tests
