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
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// Lets calls end, then tells them to, then leaves those that do not. On the first loop, apart from
/// `request`. A step that throws, as there is no memory, is taken again.
class Shutdown {
  public:
    using Loops = std::vector<std::unique_ptr<Loop>>;
    using Listeners = std::vector<std::unique_ptr<Listener>>;

    Shutdown(std::shared_ptr<ServerState> state, const Loops& loops, const Listeners& listeners,
             const Workers& workers)
        : state_{std::move(state)},
          loops_{loops},
          listeners_{listeners},
          workers_{workers},
          timer_{loops_.front()->context()} {}

    /// The first loop shall begin it. Once more: with another end, if the calls have not been told to end
    /// yet. From any thread.
    void request(std::chrono::milliseconds grace) noexcept {
        const auto end = wire::time_after(std::chrono::steady_clock::now(),
                                          std::min(grace, wire::Deadline::longest));
        {
            const std::lock_guard<std::mutex> lock{mutex_};
            requested_ = end;
        }
        net::io_context& context = loops_.front()->context();
        try {
            net::post(context, [this] { tend(); });
        } catch (const std::bad_alloc&) {
            context.stop();  // it goes on, and tends to all that is to be done
        }
    }

    /// Does what is requested, and goes on with what has begun.
    void tend() {
        if (const auto end = take_request()) begin(*end);
        if (begun_ && !waits_) watch();
    }

    /// Forgets the calls that did not end. True if there are none.
    bool finish() {
        if (state_->counters.connections != 0) return false;
        workers_.wait();
        return true;
    }

  private:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds interval{10};

    std::optional<Time> take_request() {
        const std::lock_guard<std::mutex> lock{mutex_};
        return std::exchange(requested_, std::nullopt);
    }

    void begin(Time end) {
        if (told_) return;
        // Connections that are taken now say who they are before they are told.
        end_ = begun_ ? end : std::max(end, std::chrono::steady_clock::now() + interval);
        begun_ = true;
        // Counted before a call can end because of it.
        const auto running = state_->counters.active.load();
        if (state_->stopping.exchange(true)) return;
        for (const auto& listener : listeners_) listener->close();
        state_->log(Severity::info, "stopping: " + std::to_string(running) + " calls run");
    }

    void watch() {
        const auto now = std::chrono::steady_clock::now();
        const bool idle = state_->counters.connections == 0;
        if (!idle && now >= end_ && !told_) tell_all();
        const auto last = end_ + std::min(state_->options.farewell_time, wire::Deadline::longest) +
                          std::chrono::seconds{1};
        if (idle || (told_ && now >= last)) return leave();
        timer_.expires_after(interval);
        timer_.async_wait([this](const error_code&) {
            waits_ = false;
            watch();
        });
        waits_ = true;
    }

    void tell_all() {
        workers_.interrupt();
        for (const auto& loop : loops_) {
            net::post(loop->context(), [&loop = *loop, reason = server_stopping()] {
                for (AsyncCall* call : loop.calls()) interrupt(*call, reason);
            });
        }
        told_ = true;
    }

    static void interrupt(AsyncCall& call, const std::exception_ptr& reason) {
        auto& channel = CallAccess::channel(call);
        channel.exchange().conversation().refuse(reason);
        channel.interrupt(reason);
    }

    /// The dialplan of those that did not end goes on all the same.
    void leave() {
        if (const auto left = state_->counters.connections.load(); left != 0 && !left_) {
            state_->log(Severity::error,
                        std::to_string(left) + " calls did not end, and are left behind");
        }
        left_ = true;
        workers_.for_each([](const Call& call) {
            tell_blindly(call.stream().fd(), CallAccess::facts(call).server->options,
                         Outcome::stopped);
            ::shutdown(call.stream().fd(), SHUT_RDWR);
        });
        // This one last: it must be there for another try.
        for (auto loop = loops_.rbegin(); loop != loops_.rend(); ++loop) {
            net::post((*loop)->context(), [&loop = **loop] {
                for (AsyncCall* call : loop.calls()) leave(*call);
                loop.end();
            });
        }
    }
    static void leave(AsyncCall& call) noexcept {
        const int fd = call.stream().native_handle();
        if (can_be_told(call)) {
            tell_blindly(fd, CallAccess::facts(call).server->options, Outcome::stopped);
        } else {
            tell_if_awaiting(call, fd, Outcome::stopped);
        }
        ::shutdown(fd, SHUT_RDWR);
    }

    std::shared_ptr<ServerState> state_;
    const Loops& loops_;
    const Listeners& listeners_;
    const Workers& workers_;
    net::steady_timer timer_;
    std::mutex mutex_;
    std::optional<Time> requested_;
    Time end_{};
    bool begun_ = false;
    bool waits_ = false;
    bool told_ = false;
    bool left_ = false;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
