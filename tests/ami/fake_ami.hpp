// SPDX-License-Identifier: MIT
#pragma once
// A manager interface that does what the test says, and a client in a thread.

#include "connection.hpp"
#include "fastagi/peer.hpp"
#include "fastagi/running.hpp"
#include <agi/ami/client.hpp>

#include <poll.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace ami_tests {

using fastagi_tests::eventually;

/// A connection of a client.
class Manager {
  public:
    explicit Manager(int fd) : peer_{fd} {}

    void send(std::string_view text) { peer_.send(text); }
    /// The next action, its headers in one line: `Action: Ping|ActionID: agi-3`. In parentheses: why
    /// there is none.
    std::string action() {
        std::string all;
        for (;;) {
            std::string line = peer_.line();
            if (!line.empty() && line.back() == '\r') line.pop_back();
            if (line.empty()) return all;
            if (!all.empty()) all += '|';
            all += line;
            if (line.front() == '(') return all;
        }
    }
    static std::string id_of(const std::string& action) {
        return action.substr(action.find("ActionID: ") + 10);
    }
    /// Answers the next action, and says what it was.
    std::string answer(std::string_view response = "Success", std::string_view more = {}) {
        std::string text = action();
        send("Response: " + std::string{response} + "\r\nActionID: " + id_of(text) + "\r\n" +
             std::string{more} + "\r\n");
        return text;
    }
    void log_in() {
        send("Asterisk Call Manager/11.0.0\r\n");
        answer("Success", "Challenge: 1\r\n");
        answer();
    }
    void close() { peer_.close(); }
    [[nodiscard]] int fd() const { return peer_.fd(); }

  private:
    fastagi_tests::Peer peer_;
};

class FakeAmi {
  public:
    FakeAmi() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        port_ = listen_on_loopback(fd_, 16);
    }
    FakeAmi(const FakeAmi&) = delete;
    FakeAmi& operator=(const FakeAmi&) = delete;
    ~FakeAmi() { ::close(fd_); }

    Manager accept() const {
        pollfd waiting{fd_, POLLIN, 0};
        if (::poll(&waiting, 1, 20'000) != 1) throw std::runtime_error{"nobody connects"};
        return Manager{::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)};
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    int fd_;
    std::uint16_t port_ = 0;
};

/// A client that connects again at once.
class RunningClient {
  public:
    explicit RunningClient(std::uint16_t port, agi::ami::ClientOptions options = {})
        : client{context_, with(std::move(options), port, log_)} {}
    RunningClient(const RunningClient&) = delete;
    RunningClient& operator=(const RunningClient&) = delete;
    ~RunningClient() { stop(); }

    void start() {
        client.start();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    void stop() {
        if (!thread_.joinable()) return;
        client.post([this] { client.stop(); });
        thread_.join();
    }
    [[nodiscard]] std::size_t logged(std::string_view part) const { return log_->count(part); }

  private:
    static agi::ami::ClientOptions with(agi::ami::ClientOptions options, std::uint16_t port,
                                        std::shared_ptr<fastagi_tests::LogLines> log) {
        options.port = port;
        options.user = "ivr";
        options.secret = "pass-word";
        options.first_pause = options.last_pause = std::chrono::milliseconds{1};
        options.log = [log = std::move(log)](agi::fastagi::Severity severity,
                                             std::string_view text) { log->add(severity, text); };
        return options;
    }
    std::shared_ptr<fastagi_tests::LogLines> log_ = std::make_shared<fastagi_tests::LogLines>();
    agi::wire::net::io_context context_{1};

  public:
    agi::ami::Client client;

  private:
    std::thread thread_;
};

}  // namespace ami_tests
