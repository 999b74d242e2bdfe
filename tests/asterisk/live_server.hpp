// SPDX-License-Identifier: MIT
#pragma once
// A FastAGI server in the test process, on a free port.

#include "call.hpp"
#include "live_source.hpp"
#include <agi/agi.hpp>
#include <agi/fastagi/server.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace live {

#ifdef AGI_HAS_COROUTINES
using agi::Task;
#endif

/// What a path begins with where the handler is a coroutine. Both kinds must do the same.
inline std::vector<std::string> kinds() {
#ifdef AGI_HAS_COROUTINES
    return {"", "async/"};
#else
    return {""};
#endif
}

/// Serves from its begin to its end, in a thread. Over AMI, where AGI_LIVE_OVER_AMI is set.
class LiveServer {
  public:
    template <class SetUp>
    explicit LiveServer(SetUp set_up, agi::fastagi::ServerOptions options = {})
        : server_{with_log(std::move(options))} {
        set_up(server_);
        server_.listen("127.0.0.1", 0);
        port_ = server_.port();
        if (is_over_ami()) source_.emplace(server_);
        thread_ = std::thread{[this] { server_.run(); }};
    }
    LiveServer(const LiveServer&) = delete;
    LiveServer& operator=(const LiveServer&) = delete;
    ~LiveServer() {
        if (thread_.joinable()) stop(std::chrono::milliseconds{0});
    }

    /// Stops it, and waits until it has.
    void stop(std::chrono::milliseconds grace) {
        server_.stop(grace);
        thread_.join();
        source_.reset();
    }
    /// Begins to stop it.
    void begin_stop(std::chrono::milliseconds grace) { server_.stop(grace); }

    [[nodiscard]] agi::fastagi::Counts counts() const { return server_.counts(); }
    [[nodiscard]] std::string url(const std::string& path) const {
        if (source_) return "agi:async," + path;
        return "agi://127.0.0.1:" + std::to_string(port_) + '/' + path;
    }
    [[nodiscard]] std::string log() const {
        const std::lock_guard<std::mutex> lock{mutex_};
        return log_;
    }

  private:
    agi::fastagi::ServerOptions with_log(agi::fastagi::ServerOptions options) {
        options.log = [this](agi::fastagi::Severity, std::string_view text) {
            const std::lock_guard<std::mutex> lock{mutex_};
            log_.append(text).append(1, '\n');
        };
        return options;
    }

    mutable std::mutex mutex_;
    std::string log_;
    agi::fastagi::Server server_;
    int port_ = 0;
    std::optional<LiveSource> source_;
    std::thread thread_;
};

/// A call whose dialplan goes on after AGI(), and then sets WENT_ON to AGISTATUS/FASTAGI_STATUS.
inline Setup going_on(const std::string& agi) {
    Setup setup;
    setup.agi = agi;
    setup.leg = "on@agi";
    return setup;
}

}  // namespace live
