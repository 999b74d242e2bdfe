// SPDX-License-Identifier: MIT
#pragma once
// What a source knows, on the source's thread: its connection, its calls, and those it begins.

#include <agi/ami/client.hpp>
#include <agi/asyncagi/detail/adoption.hpp>
#include <agi/asyncagi/detail/calls.hpp>
#include <agi/asyncagi/detail/dialer.hpp>
#include <agi/asyncagi/detail/source_events.hpp>
#include <agi/asyncagi/options.hpp>
#include <agi/version.hpp>
#include <agi/wire/percent.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

class SourceState {
  public:
    using Clock = std::chrono::steady_clock;
    using Severity = ami::Severity;

    SourceState(net::io_context& context, SourceOptions options)
        : context_{context},
          options_{std::move(options)},
          instance_{ami::instance_name()},
          client_{context, options_.ami},
          calls_{client_, options_, instance_},
          dialer_{client_, options_.max_originated, options_.originate_rate,
                  [this](const std::exception_ptr& error) { hook_failed(error, "on_outcome"); }},
          adoption_{client_, calls_, dialer_, options_.name},
          events_{calls_, dialer_, [this](std::string_view script) { return taker(script); }} {
        if (wire::percent_encoded(options_.name) != options_.name) {
            throw AGIArgumentError("Source", "a name has letters, digits and  - . _  only");
        }
        if (options_.dead_man.count() < 1) {
            throw AGIArgumentError("Source", "dead_man is 1 ms or more: not " +
                                                 std::to_string(options_.dead_man.count()) + " ms");
        }
        calls_.on_removed = [this] { end_if_done(); };
        calls_.make_control = [this](const LinkPointer& link) { return make_control(link); };
        adoption_.taker = [this](std::string_view script) { return taker(script); };
    }
    SourceState(const SourceState&) = delete;
    SourceState& operator=(const SourceState&) = delete;
    ~SourceState() {
        try {
            end();
        } catch (const std::bad_alloc&) {
            calls_.log(Severity::error, "no memory to end all calls");
        }
    }

    /// How it reaches itself from what may outlive it. Before `start`.
    void set_self(std::weak_ptr<SourceState> self) { self_ = std::move(self); }
    /// Who gets a call by its script. Before `start`.
    BeginCall route;
    /// Whether no more calls are to be taken, as nobody serves them.
    std::function<bool()> refuses = [] { return false; };
    std::function<void(bool)> on_login;
    /// All is done after `begin_stop`.
    std::function<void()> on_ended;
    void on_adopt(BeginCall begin) { adoption_.on_adopt = std::move(begin); }

    void start() {
        client_.on_event([this](const ami::Message& event) {
            try {
                events_.take(event);
            } catch (const std::exception& error) {
                client_.reconnect(error.what());  // what was missed is asked for then
            }
        });
        client_.on_login([this](bool again) {
            if (loss_untold_) lost();
            lost_ = false;
            adoption_.begin();
            if (on_login) on_login(again);
        });
        client_.on_lost([this] {
            lost_since_ = Clock::now();
            lost();
        });
        client_.start();
        tend();
    }
    /// Goes on where memory was missing.
    void tend() {
        if (ended_) return;
        client_.tend();
        if (!ticks_) wait_for_tick();
    }

    /// Does something on the source's thread, if it is still there by then. From any thread.
    template <class Task>
    void post(Task task) {
        net::post(context_, [self = self_, task = std::move(task)]() mutable {
            const auto alive = self.lock();
            if (!alive || alive->ended_) return;
            try {
                task(*alive);
            } catch (...) {
                alive->hook_failed(std::current_exception(), "a task");
            }
        });
    }

    void begin_stop() {
        if (ended_) return;
        if (!std::exchange(stopping_, true)) stop_end_ = Clock::now() + options_.farewell_time;
        dialer_.stop();
        for (const LinkPointer& link : calls_.table().all()) {
            calls_.with_tunnel(link, [](Tunnel& tunnel) { tunnel.session_closed(Clock::now()); });
        }
        end_if_done();
    }
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    void adopt(const std::string& name) {
        if (client_.ready()) adoption_.look(name);
    }

    [[nodiscard]] std::string new_call_id() const {
        return "agi-" + instance_ + "-o" + std::to_string(++last_call_);
    }
    [[nodiscard]] ami::Client& client() noexcept { return client_; }
    [[nodiscard]] Dialer& dialer() noexcept { return dialer_; }
    /// What a callback of the user has thrown.
    void hook_failed(const std::exception_ptr& error, const char* what) const noexcept {
        calls_.log(Severity::error, fastagi::ending_of(error, what).why);
    }

  private:
    static constexpr std::chrono::milliseconds tick_time{100};

    [[nodiscard]] BeginCall taker(std::string_view script) const {
        if (stopping_ || refuses()) return nullptr;
        try {
            return !options_.takes || options_.takes(script) ? route : nullptr;
        } catch (...) {
            hook_failed(std::current_exception(), "takes");
            return nullptr;
        }
    }
    /// Whether this is the source's thread, and it is there still.
    [[nodiscard]] bool is_in_thread() const {
        return context_.get_executor().running_in_this_thread() && !ended_;
    }
    [[nodiscard]] std::shared_ptr<Control> make_control(const LinkPointer& link) const {
        Control::Reach reach;
        reach.stop = [self = self_, weak = std::weak_ptr<Link>{link}] {
            if (const auto state = self.lock()) {
                state->post([weak](SourceState& source) {
                    const LinkPointer alive = weak.lock();
                    if (!alive) return;
                    source.calls_.with_tunnel(alive, [](Tunnel& tunnel) { tunnel.stop(); });
                });
            }
        };
        reach.send = [self = self_](ami::Action action, Control::Done done) {
            if (const auto state = self.lock()) {
                state->post([action = std::move(action), done = std::move(done)](
                                SourceState& source) { source.client_.send(action, done); });
            }
        };
        reach.redirect = [self = self_, weak = std::weak_ptr<Link>{link}](
                             ami::Action action, const std::string& channel, Control::Done done) {
            const auto state = self.lock();
            if (!state) return;
            auto work = [weak, action = std::move(action), channel,
                         done = std::move(done)](SourceState& source) mutable {
                if (const LinkPointer alive = weak.lock()) {
                    return source.calls_.redirect(alive, std::move(action), std::move(done));
                }
                source.client_.send(action.set("Channel", channel), std::move(done));
            };
            // A session in this thread may say its next word right behind it.
            if (state->is_in_thread()) return work(*state);
            state->post(std::move(work));
        };
        return std::make_shared<Control>(link->tunnel.channel(), link->uniqueid, std::move(reach));
    }

    void lost() {
        lost_ = true;
        loss_untold_ = true;  // should this fail
        calls_.table().disconnected();
        dialer_.disconnected();
        loss_untold_ = false;
    }

    // --- Time ---

    void wait_for_tick() {
        timer_.expires_after(tick_time);
        timer_.async_wait([self = self_](const error_code& error) {
            const auto alive = self.lock();
            if (!alive) return;
            alive->ticks_ = false;
            if (error || alive->ended_) return;
            alive->wait_for_tick();  // whatever fails below
            try {
                alive->tick();
            } catch (...) {
                alive->hook_failed(std::current_exception(), "its own work");
            }
        });
        ticks_ = true;
    }
    void tick() {
        client_.tend();
        if (loss_untold_) lost();
        const Clock::time_point now = Clock::now();
        const bool keep = now - kept_ >= options_.dead_man / 3;
        if (keep) kept_ = now;
        bool owed = false;
        const bool too_late = lost_ && now - lost_since_ > options_.dead_man;
        for (const LinkPointer& link : calls_.table().all()) {
            calls_.with_tunnel(link, [&](Tunnel& tunnel) {
                if (keep) tunnel.keep(now);
                if (too_late) tunnel.hung_up(now);
                tunnel.tick(now);
                owed = owed || tunnel.is_owed();
            });
        }
        // Some Asterisks hold an event back until the next action comes.
        if (owed && client_.ready() && now - pinged_ >= std::chrono::seconds{1}) {
            pinged_ = now;
            client_.send(ami::Action{"Ping"});
        }
        adoption_.tick(now);
        dialer_.begin_some();
        end_if_done();
    }
    void end_if_done() {
        if (!stopping_ || ended_) return;
        const bool busy = !calls_.table().empty() || dialer_.waits();
        if (busy && client_.ready() && Clock::now() < stop_end_) return;
        end();
        if (on_ended) on_ended();
    }
    void end() {
        if (std::exchange(ended_, true)) return;
        timer_.cancel();
        client_.stop();
        for (const LinkPointer& link : calls_.table().all()) {
            if (link->session) link->session->close();
        }
        dialer_.end();
    }

    net::io_context& context_;
    const SourceOptions options_;
    const std::string instance_;
    std::weak_ptr<SourceState> self_;
    mutable std::atomic<std::uint64_t> last_call_{0};
    bool lost_ = false;
    bool loss_untold_ = false;
    bool stopping_ = false;
    bool ended_ = false;
    bool ticks_ = false;
    Clock::time_point lost_since_{};
    Clock::time_point stop_end_{};
    Clock::time_point kept_{};
    Clock::time_point pinged_{};
    ami::Client client_;
    Calls calls_;
    Dialer dialer_;
    Adoption adoption_;
    SourceEvents events_;
    net::steady_timer timer_{context_};
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
