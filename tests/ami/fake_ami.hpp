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

/// A text with `agi-3` in place of ids such as `agi-0123456789abcdef-3`. `name`: is what was between.
inline std::string short_ids(std::string text, std::string* name = nullptr) {
    constexpr std::size_t size = 16;
    for (std::size_t at = 0; (at = text.find("ActionID: agi-", at)) != std::string::npos; ++at) {
        if (text.find('-', at + 14) != at + 14 + size) continue;
        if (name != nullptr) *name = text.substr(at + 14, size + 1);
        text.erase(at + 14, size + 1);
    }
    return text;
}

/// A connection of a client. In what it reads and sends, the ids of actions are short.
class Manager {
  public:
    explicit Manager(int fd) : peer_{fd} {}

    void send(std::string_view text) {
        std::string all{text};
        const std::string id = "ActionID: agi-";
        for (std::size_t at = 0; (at = all.find(id, at)) != std::string::npos; at += id.size())
            all.insert(at + id.size(), name_);
        peer_.send(all);
    }
    /// The next action, its headers in one line: `Action: Ping|ActionID: agi-3`. In parentheses: why
    /// there is none.
    std::string action() {
        // Only the first time: whoever sends in another thread reads it.
        return short_ids(whole_action(), name_.empty() ? &name_ : nullptr);
    }
    /// Of this connection, behind the `agi-` of its ids.
    [[nodiscard]] const std::string& name() const { return name_; }
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
    /// False: the client has not waited for that.
    bool log_in() {
        send("Asterisk Call Manager/11.0.0\r\n");
        for (const char* const more : {"Challenge: 1\r\n", ""}) {
            const std::string wanted = action();
            if (wanted.front() == '(') return false;
            send("Response: Success\r\nActionID: " + id_of(wanted) + "\r\n" + more + "\r\n");
        }
        return true;
    }
    void close() { peer_.close(); }
    [[nodiscard]] int fd() const { return peer_.fd(); }

  private:
    std::string whole_action() {
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

    fastagi_tests::Peer peer_;
    std::string name_{};
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
    [[nodiscard]] int fd() const { return fd_; }

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
