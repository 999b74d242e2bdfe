// SPDX-License-Identifier: MIT
#pragma once
// The graceful stop of a server, step by step.

#include <agi/asio/deadline.hpp>
#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/detail/listener.hpp>
#include <agi/fastagi/detail/loop.hpp>
#include <agi/fastagi/detail/workers.hpp>
#include <agi/fastagi/server_stopping.hpp>
#include <agi/version.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// Lets calls end, then tells them to, then leaves those that do not. On the first loop.
class Shutdown {
  public:
    using Loops = std::vector<std::unique_ptr<Loop>>;
    using Listeners = std::vector<std::unique_ptr<Listener>>;

    Shutdown(std::shared_ptr<ServerState> state, const Loops& loops, const Listeners& listeners,
             const Workers& workers)
        : state_{std::move(state)}, loops_{loops}, listeners_{listeners}, workers_{workers} {}

    /// Once more: with another end.
    void begin(std::chrono::milliseconds grace) {
        if (!state_->stopping.exchange(true)) {
            for (const auto& listener : listeners_) listener->close();
            state_->log(Severity::info,
                        "stopping: " + std::to_string(state_->counters.active) + " calls run");
        }
        end_ = std::chrono::steady_clock::now() + std::min(grace, wire::Deadline::longest);
        told_ = false;
        if (timer_) return;
        timer_.emplace(loops_.front()->context());
        watch();
    }

    /// Forgets the calls that did not end. True if there are none.
    bool finish() {
        timer_.reset();
        if (state_->counters.connections != 0) return false;
        workers_.wait();
        return true;
    }

  private:
    static constexpr std::chrono::milliseconds interval{10};

    void watch() {
        const auto now = std::chrono::steady_clock::now();
        const bool idle = state_->counters.connections == 0;
        if (!idle && now >= end_ && !told_) tell_all();
        const auto last = end_ + std::min(state_->options.farewell_time, wire::Deadline::longest) +
                          std::chrono::seconds{1};
        if (idle || (told_ && now >= last)) return leave();
        timer_->expires_after(interval);
        timer_->async_wait([this](const error_code& error) {
            if (!error) watch();
        });
    }

    void tell_all() {
        told_ = true;
        workers_.interrupt();
        for (const auto& loop : loops_) {
            net::post(loop->context(), [&loop = *loop] {
                for (AsyncCall* call : loop.calls()) interrupt(*call);
            });
        }
    }

    static void interrupt(AsyncCall& call) {
        auto& channel = CallAccess::channel(call);
        channel.exchange().conversation().refuse(server_stopping());
        channel.interrupt(server_stopping());
    }

    /// The dialplan of those that did not end goes on all the same.
    void leave() {
        if (const auto left = state_->counters.connections.load(); left != 0) {
            state_->log(Severity::error,
                        std::to_string(left) + " calls did not end, and are left behind");
        }
        workers_.for_each([](const Call& call) {
            tell_blindly(call.stream().fd(), CallAccess::facts(call).server->options,
                         Outcome::stopped);
            ::shutdown(call.stream().fd(), SHUT_RDWR);
        });
        for (const auto& loop : loops_) {
            net::post(loop->context(), [&loop = *loop] {
                for (AsyncCall* call : loop.calls()) leave(*call);
                loop.context().stop();
            });
        }
    }
    static void leave(AsyncCall& call) {
        const int fd = call.stream().native_handle();
        if (can_be_told(call)) {
            tell_blindly(fd, CallAccess::facts(call).server->options, Outcome::stopped);
        } else {
            tell_if_awaiting(call, fd, Outcome::stopped);
        }
    }

    std::shared_ptr<ServerState> state_;
    const Loops& loops_;
    const Listeners& listeners_;
    const Workers& workers_;
    std::optional<net::steady_timer> timer_;
    std::chrono::steady_clock::time_point end_{};
    bool told_ = false;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
