// SPDX-License-Identifier: MIT
#pragma once
// A server with a source, in threads, whose calls come from a simulated manager interface.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include "handed.hpp"
#include <agi/asyncagi/source.hpp>
#include <agi/testing/simulated_manager.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace asyncagi_tests {

using agi::testing::Asterisk;
using agi::testing::SimulatedManager;

/// Logged in from its begin on.
class AsyncServer {
  public:
    static agi::asyncagi::SourceOptions quiet_options(const SimulatedManager& manager) {
        agi::asyncagi::SourceOptions options = manager.source_options();
        options.ami.log = {};
        return options;
    }

    /// `set_up(server, source)` adds routes and hooks.
    template <class SetUp>
    AsyncServer(SimulatedManager& manager, SetUp set_up)
        : AsyncServer{manager, quiet_options(manager), std::move(set_up)} {}
    template <class SetUp>
    AsyncServer(SimulatedManager& manager, agi::asyncagi::SourceOptions options, SetUp set_up,
                std::size_t clients = 1) {
        source_.emplace(running_.server, std::move(options));
        set_up(running_.server, *source_);
        source_->start();
        running_.run();
        manager.wait_for_clients(clients);
    }
    AsyncServer(const AsyncServer&) = delete;
    AsyncServer& operator=(const AsyncServer&) = delete;
    ~AsyncServer() {
        running_.server.stop(std::chrono::seconds{20});  // a handler may have to end
        running_.join();
    }
    [[nodiscard]] agi::asyncagi::Source& source() { return *source_; }
    [[nodiscard]] agi::fastagi::Server& server() { return running_.server; }
    [[nodiscard]] fastagi_tests::Running& running() { return running_; }

  private:
    fastagi_tests::Running running_;
    std::optional<agi::asyncagi::Source> source_;
};

/// A call that was made, and what its handler has seen.
struct Made {
    Asterisk after;
    std::string seen;
};

/// Makes a call to this handler, which says what it sees, and waits for the end of both.
template <class Handler>
Made made(Asterisk asterisk, Handler handler) {
    SimulatedManager manager;
    Handed<std::string> seen;
    const AsyncServer server{manager, [&](agi::fastagi::Server& s, agi::asyncagi::Source&) {
                                 s.route("ivr", [&](agi::fastagi::Call& call) {
                                     try {
                                         seen.set(handler(call));
                                     } catch (const std::exception& error) {
                                         seen.set(std::string{"left by "} + error.what());
                                     }
                                 });
                             }};
    asterisk.arguments.insert(asterisk.arguments.begin(), "ivr");
    const auto call = manager.call(std::move(asterisk));
    std::string text = seen.get();
    return {call.finish(), std::move(text)};
}

/// Whether it throws that.
template <class Exception, class Work>
bool throws(const Work& work) {
    try {
        work();
    } catch (const Exception&) {
        return true;
    }
    return false;
}

inline std::string letters(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * 7 % 26);
    return text;
}

/// A prompt that plays until somebody ends it.
inline Asterisk with_music() {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"music", agi::testing::Channel::never},
                               {"beep", std::chrono::milliseconds{440}}};
    return asterisk;
}

}  // namespace asyncagi_tests
