// SPDX-License-Identifier: MIT
#pragma once
// A way to a port of this machine that the test can cut, and open again.

#include "../connection.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>

namespace live {

class CuttableWay {
  public:
    explicit CuttableWay(int to)
        : to_{static_cast<std::uint16_t>(to)},
          listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)},
          port_{listen_on_loopback(listener_, 8)} {
        thread_ = std::thread{[this] { run(); }};
    }
    CuttableWay(const CuttableWay&) = delete;
    CuttableWay& operator=(const CuttableWay&) = delete;
    ~CuttableWay() {
        ended_ = true;
        thread_.join();
        ::close(listener_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

    /// Cuts the connection; new ones are refused until `open`.
    void cut() {
        open_ = false;
        while (connected_) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    /// The same as soon as that many more bytes have come from Asterisk.
    void cut_after(long bytes) { left_ = bytes; }
    void open() {
        left_ = -1;
        open_ = true;
    }
    [[nodiscard]] bool connected() const { return connected_; }

  private:
    void run() {
        while (!ended_) {
            pollfd waiting{listener_, POLLIN, 0};
            if (::poll(&waiting, 1, 10) != 1) continue;
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            const sockaddr_in at = loopback(to_);
            if (open_ &&
                ::connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) {
                connected_ = true;
                move(client, server);
            }
            ::close(client);
            ::close(server);
            connected_ = false;
        }
    }
    void move(int client, int server) {
        std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
        std::array<char, 16384> bytes{};
        while (open_ && !ended_) {
            if (::poll(both.data(), both.size(), 5) <= 0) continue;
            for (const pollfd& one : both) {
                if (one.revents == 0) continue;
                ssize_t size = ::recv(one.fd, bytes.data(), bytes.size(), 0);
                if (size <= 0) return;
                const bool from_server = one.fd == server;
                if (from_server && left_ >= 0) {
                    if (size >= left_) open_ = false;
                    if (size > left_) size = left_;
                    left_ -= size;
                }
                ::send(from_server ? client : server, bytes.data(), static_cast<std::size_t>(size),
                       MSG_NOSIGNAL);
            }
        }
    }

    std::uint16_t to_;
    int listener_;
    std::uint16_t port_;
    std::atomic<bool> open_{true};
    std::atomic<bool> ended_{false};
    std::atomic<bool> connected_{false};
    std::atomic<long> left_{-1};
    std::thread thread_;
};

}  // namespace live
