// SPDX-License-Identifier: MIT
#pragma once
// A source of calls from the Asterisk of the test, with the least privileges.

#include "call.hpp"
#include <agi/asyncagi/source.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace live {

inline bool is_over_ami() { return std::getenv("AGI_LIVE_OVER_AMI") != nullptr; }

inline agi::asyncagi::SourceOptions source_options() {
    agi::asyncagi::SourceOptions options;
    options.ami.port = static_cast<std::uint16_t>(std::stoi(Asterisk::get().setting("AMI_PORT")));
    options.ami.user = "ivr";
    options.ami.secret = "ivr secret";
    options.ami.events = "agi,call,dtmf";
    options.ami.log = {};
    return options;
}

/// Logged in from its begin on.
class LiveSource {
  public:
    explicit LiveSource(agi::fastagi::Server& server,
                        agi::asyncagi::SourceOptions options = source_options())
        : LiveSource{server, std::move(options), [](agi::asyncagi::Source&) {}} {}
    template <class SetUp>
    LiveSource(agi::fastagi::Server& server, agi::asyncagi::SourceOptions options, SetUp set_up)
        : source{server, std::move(options)} {
        set_up(source);
        source.on_login([this](bool) { ++logins_; });
        source.start();
        wait_for_login(1);
    }
    void wait_for_login(int count) const {
        const auto end = Clock::now() + std::chrono::seconds{30};
        while (logins_ < count) {
            if (Clock::now() > end) throw std::runtime_error{"AMI: no login"};
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
    }

    [[nodiscard]] int logins() const { return logins_; }

  private:
    std::atomic<int> logins_{0};

  public:
    agi::asyncagi::Source source;
};

}  // namespace live
