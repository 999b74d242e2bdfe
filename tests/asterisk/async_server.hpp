// SPDX-License-Identifier: MIT
#pragma once
// A server whose calls come over AMI, in threads of the test process.

#include "handed.hpp"
#include "live_source.hpp"
#include <agi/agi.hpp>
#include <agi/asyncagi/source.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace live {

namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;

inline fastagi::ServerOptions quiet() {
    fastagi::ServerOptions options;
    options.log = {};
    return options;
}

/// A server and its source, in threads.
class AsyncServer {
  public:
    template <class SetUp>
    explicit AsyncServer(SetUp set_up, asyncagi::SourceOptions options = source_options()) {
        source_.emplace(server_, std::move(options),
                        [&](asyncagi::Source& source) { set_up(server_, source); });
        thread_ = std::thread{[this] { server_.run(); }};
    }
    AsyncServer(const AsyncServer&) = delete;
    AsyncServer& operator=(const AsyncServer&) = delete;
    ~AsyncServer() {
        server_.stop(std::chrono::milliseconds{0});
        thread_.join();
    }
    [[nodiscard]] asyncagi::Source& source() { return source_->source; }
    [[nodiscard]] const LiveSource& live_source() const { return *source_; }
    [[nodiscard]] fastagi::Counts counts() const { return server_.counts(); }

  private:
    fastagi::Server server_{quiet()};
    std::optional<LiveSource> source_;
    std::thread thread_;
};

/// A call into [async], whose dialplan comes back after a failed command.
inline Setup to(const std::string& script, const std::string& caller = "quiet") {
    Setup setup;
    setup.agi = "agi:async," + script;
    setup.leg = "ivr@async";
    setup.caller = caller;
    return setup;
}

inline std::string letters(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * 7 % 26);
    return text;
}

}  // namespace live
