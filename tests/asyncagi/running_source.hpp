// SPDX-License-Identifier: MIT
#pragma once
// A server and its source in threads, connected to an Asterisk that the test plays.

#include "asyncagi/fake_pbx.hpp"
#include "fastagi/running.hpp"
#include <agi/agi.hpp>
#include <agi/asyncagi/source.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace asyncagi_tests {

using agi::fastagi::Call;
using agi::fastagi::Server;
using Source = agi::asyncagi::Source;

inline agi::asyncagi::SourceOptions source_options(const FakePbx& pbx) {
    agi::asyncagi::SourceOptions options;
    options.ami.port = pbx.port();
    options.ami.user = "ivr";
    options.ami.secret = "secret";
    options.ami.first_pause = options.ami.last_pause = std::chrono::milliseconds{1};
    options.dead_man = std::chrono::minutes{10};
    options.comes_back = std::chrono::minutes{10};
    options.farewell_time = std::chrono::milliseconds{300};
    return options;
}

/// Logged in from its begin on, and its server runs.
class RunningSource {
  public:
    template <class SetUp>
    RunningSource(FakePbx& pbx, SetUp set_up)
        : RunningSource{pbx, source_options(pbx), std::move(set_up)} {}
    template <class SetUp>
    RunningSource(FakePbx& pbx, agi::asyncagi::SourceOptions options, SetUp set_up,
                  agi::fastagi::ServerOptions server_options = fastagi_tests::options())
        : running_{std::move(server_options)}, source{running_.server, logged(std::move(options))} {
        set_up(running_.server, source);
        const int logins = pbx.logins();
        source.start();
        running_.run();
        eventually([&] { return pbx.logins() > logins; });
        std::promise<void> runs;
        agi::wire::net::post(running_.server.context(), [&] { runs.set_value(); });
        runs.get_future().wait();
    }
    RunningSource(const RunningSource&) = delete;
    RunningSource& operator=(const RunningSource&) = delete;
    ~RunningSource() { stop(); }
    void stop() {
        running_.server.stop(std::chrono::milliseconds{0});
        running_.join();
        source.stop();
    }
    [[nodiscard]] std::size_t logged(std::string_view part) const { return log_->count(part); }
    [[nodiscard]] Lines log() const { return log_->lines(); }
    [[nodiscard]] agi::fastagi::Counts counts() const { return running_.server.counts(); }

  private:
    agi::asyncagi::SourceOptions logged(agi::asyncagi::SourceOptions options) const {
        options.ami.log = [log = log_](agi::fastagi::Severity severity, std::string_view text) {
            log->add(severity, text);
        };
        return options;
    }
    std::shared_ptr<fastagi_tests::LogLines> log_ = std::make_shared<fastagi_tests::LogLines>();
    fastagi_tests::Running running_;

  public:
    Source source;
};

/// Texts that handlers hand to the test, in order.
class Notes {
  public:
    void add(std::string text) {
        const std::lock_guard<std::mutex> lock{mutex_};
        lines_.push_back(std::move(text));
    }
    [[nodiscard]] Lines lines() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return lines_;
    }
    /// Waits for that many, or more.
    [[nodiscard]] Lines wait(std::size_t count) const {
        eventually([&] { return lines().size() >= count; });
        return lines();
    }

  private:
    mutable std::mutex mutex_;
    Lines lines_;
};

}  // namespace asyncagi_tests
