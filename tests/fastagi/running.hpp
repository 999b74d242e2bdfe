// SPDX-License-Identifier: MIT
#pragma once
// A server that runs in a thread of the test, and what it has logged.

#include "fastagi/peer.hpp"
#include <agi/fastagi/server.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace fastagi_tests {

/// Where handlers wait until the test lets them go on.
class Gate {
  public:
    void pass() {
        reached_ = true;
        while (!open_) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    void open() { open_ = true; }
    [[nodiscard]] bool is_open() const { return open_; }
    /// Whether somebody has come to it.
    [[nodiscard]] bool is_reached() const { return reached_; }

  private:
    std::atomic<bool> open_{false};
    std::atomic<bool> reached_{false};
};

/// The lines of a log: `error: ...`.
class LogLines {
  public:
    void add(agi::fastagi::Severity severity, std::string_view text) {
        constexpr const char* names[] = {"info: ", "warning: ", "error: "};
        const std::lock_guard<std::mutex> lock{mutex_};
        lines_.push_back(names[static_cast<int>(severity)] + std::string{text});
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return lines_;
    }
    [[nodiscard]] std::size_t count(std::string_view part) const {
        const auto all = lines();
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(),
            [&](const std::string& line) { return line.find(part) != std::string::npos; }));
    }

  private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

/// The limits fit a test, and what waits for a peer does so for ever, unless a test is about that.
inline agi::fastagi::ServerOptions options() {
    agi::fastagi::ServerOptions options;
    options.log = {};
    options.max_connections = 200;
    options.environment_time = options.farewell_time = std::chrono::minutes{1};
    return options;
}

/// Routes are added before `start`. At its end it must stop at once, as no call may be left.
class Running {
  public:
    explicit Running(agi::fastagi::ServerOptions with = options())
        : server{logged(std::move(with), log_)} {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        server.stop(std::chrono::milliseconds{0});
        join();
    }

    /// The port.
    std::uint16_t start() {
        server.listen("127.0.0.1", 0);
        run();
        return server.port();
    }
    void run() {
        thread_ = std::thread{[this] { server.run(); }};
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    /// The log, without what every server says of its begin and its end.
    [[nodiscard]] std::vector<std::string> log() const {
        std::vector<std::string> lines = log_->lines();
        lines.erase(std::remove_if(lines.begin(), lines.end(),
                                   [](const std::string& line) {
                                       return line.find("info: listening on ") == 0 ||
                                              line == "info: stopping: 0 calls run";
                                   }),
                    lines.end());
        return lines;
    }
    /// The same, and what the server still had to say of connections that were no calls.
    std::vector<std::string> last_log() {
        server.stop(std::chrono::milliseconds{0});
        join();
        return log();
    }
    /// How many lines have this in them.
    [[nodiscard]] std::size_t logged(std::string_view part) const { return log_->count(part); }

  private:
    static agi::fastagi::ServerOptions logged(agi::fastagi::ServerOptions options,
                                              std::shared_ptr<LogLines> to) {
        options.log = [to = std::move(to)](agi::fastagi::Severity severity, std::string_view text) {
            to->add(severity, text);
        };
        return options;
    }

    std::shared_ptr<LogLines> log_ = std::make_shared<LogLines>();  // calls left behind log too

  public:
    agi::fastagi::Server server;

  private:
    std::thread thread_;
};

}  // namespace fastagi_tests
