// SPDX-License-Identifier: MIT
#pragma once
// Does something in a while, unless it has become needless by then.

#include <agi/asio/net.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

/// Calls `late()` on the executor when the time has passed, unless it was destroyed before. Both
/// must happen on the same thread or strand.
class Deadline {
  public:
    /// A longer time is cut to this, as the clock could not count it.
    static constexpr std::chrono::milliseconds longest = std::chrono::hours{24 * 365};

    template <class Executor, class Callable>
    Deadline(const Executor& executor, std::chrono::milliseconds time, Callable late)
        : timer_{executor, std::min(time, longest)}, running_{std::make_shared<bool>(true)} {
        // A timer that has run out cannot be cancelled any more, so there is a flag.
        timer_.async_wait(
            [running = running_, late = std::move(late)](const error_code& error) mutable {
                if (!error && *running) late();
            });
    }
    Deadline(Deadline&&) = default;
    Deadline& operator=(Deadline&&) = delete;
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    ~Deadline() {
        if (running_) *running_ = false;
    }

  private:
    net::steady_timer timer_;
    std::shared_ptr<bool> running_;
};

}}}}  // namespace agi::v0::wire::AGI_NET
