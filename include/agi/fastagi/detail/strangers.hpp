// SPDX-License-Identifier: MIT
#pragma once
// What the log says of connections that are no calls.

#include <agi/fastagi/net.hpp>
#include <agi/fastagi/options.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// Anyone can open connections, and must not be able to fill the log: all that come within a second
/// get one line, and after that all of a minute.
class Strangers {
  public:
    /// Lines are written on the loop of `context`.
    Strangers(std::shared_ptr<const ServerState> state, net::io_context& context)
        : state_{std::move(state)}, context_{context}, timer_{context} {}

    /// From any thread.
    void add(Severity severity, std::string text) {
        const std::lock_guard<std::mutex> lock{mutex_};
        severity_ = std::max(severity_, severity);
        last_ = std::move(text);
        ++count_;
        if (waits_) return;
        net::post(context_, [this] { wait(); });
        waits_ = true;
    }

    /// Writes what there is to say.
    void flush() noexcept {
        const std::lock_guard<std::mutex> lock{mutex_};
        waits_ = false;
        const std::size_t count = std::exchange(count_, 0);
        const Severity severity = std::exchange(severity_, Severity::info);
        if (count == 0) return;
        said_ = std::chrono::steady_clock::now();
        try {
            if (count > 1) {
                last_.insert(0,
                             std::to_string(count) + " connections were no calls, the last one: ");
            }
        } catch (const std::bad_alloc&) {
            // The last one, then.
        }
        state_->log(severity, last_);
        last_.clear();
    }

  private:
    void wait() {
        const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds{1};
        try {
            timer_.expires_at(std::max(soon, said_ + std::chrono::minutes{1}));
            timer_.async_wait([this](const error_code& error) {
                if (!error) flush();
            });
        } catch (const std::bad_alloc&) {
            flush();
        }
    }

    std::shared_ptr<const ServerState> state_;
    net::io_context& context_;
    net::steady_timer timer_;
    std::mutex mutex_;
    bool waits_ = false;
    std::size_t count_ = 0;
    Severity severity_ = Severity::info;
    std::string last_;
    std::chrono::steady_clock::time_point said_{std::chrono::steady_clock::time_point::min()};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
