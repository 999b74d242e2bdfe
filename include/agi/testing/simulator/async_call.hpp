// SPDX-License-Identifier: MIT
#pragma once
// A simulated call in AGI(agi:async), in a thread of its own as in Asterisk.

#include <agi/testing/simulator/manager_actions.hpp>
#include <agi/testing/simulator/switchboard.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// What the threads of a simulated manager interface have in common. The lock is held for all that is
/// done with it, by calls too, which let go of it only while they wait.
struct ManagerState {
    using Clock = std::chrono::steady_clock;

    explicit ManagerState(ManagerOptions options) : board{std::move(options), manager_actions()} {}

    /// Notes since when nobody is there.
    void look_who_is_there() {
        if (board.is_watched()) {
            unwatched_since.reset();
        } else if (!unwatched_since) {
            unwatched_since = Clock::now();
        }
        changed.notify_all();
    }
    void cut() {
        board.cut();
        refuses = refuses || cut_for_good;
        look_who_is_there();
    }

    std::mutex mutex;
    std::condition_variable changed;
    Switchboard board;
    bool stopping = false;
    bool refuses = false;  ///< New connections end at once.
    bool cut_for_good =
        false;  ///< A connection that is lost is so until the dialplan has the call.
    std::optional<Clock::time_point> unwatched_since{Clock::now()};
};

/// Time is virtual. Where a command would wait for ever it waits for what clients do, in real time.
class AsyncCall {
  public:
    /// With the lock. The call begins with `start`.
    AsyncCall(ManagerState& state, Asterisk asterisk)
        : state_{state},
          asterisk_{std::move(asterisk)},
          channel_{asterisk_, [&state](std::string_view privilege, const Packet& event) {
                       state.board.send_event(privilege, event);
                   }} {
        asterisk_.dead_man.seconds =
            std::chrono::duration<double>{state_.board.options.dead_man}.count();
        channel_.on_work = [&state] { state.changed.notify_all(); };
        state_.board.add(channel_);
    }
    AsyncCall(const AsyncCall&) = delete;
    AsyncCall& operator=(const AsyncCall&) = delete;
    ~AsyncCall() { join(); }

    void start() {
        thread_ = std::thread{[this] { run(); }};
    }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    // With the lock.

    [[nodiscard]] AsyncChannel& channel() noexcept { return channel_; }
    [[nodiscard]] Asterisk& asterisk() noexcept { return asterisk_; }
    /// Whether it has left AGI() for good.
    [[nodiscard]] bool over() const noexcept { return over_; }
    /// Throws what has ended it, if that was something which is not simulated.
    void throw_error() const {
        if (error_) std::rethrow_exception(error_);
    }
    /// How many commands have begun.
    [[nodiscard]] int commands() const noexcept { return commands_; }
    /// The command that waits for what will never come by itself; empty: none does.
    [[nodiscard]] std::string waits_in() const {
        return waits_ ? channel_.running() : std::string{};
    }
    /// The caller hangs up.
    void hang_up() {
        if (!over_) return channel_.hang_up(true);
        if (!std::exchange(vanished_, true)) vanish();
    }

  private:
    using Lock = std::unique_lock<std::mutex>;
    enum class End : unsigned char { none, broke_off, failed, hung_up };

    void run() {
        Lock lock{state_.mutex};
        asterisk_.channel.live = [&](Time longest) { return wait(lock, longest); };
        try {
            while (begin_and_serve(lock) == End::failed && state_.board.options.comes_back &&
                   !state_.stopping) {
            }
        } catch (...) {  // what is not simulated, or is the test's own
            error_ = std::current_exception();
            channel_.end();
        }
        asterisk_.channel.live = nullptr;
        vanished_ = channel_.elsewhere().empty();
        if (vanished_) vanish();
        over_ = true;
        state_.changed.notify_all();
    }
    End begin_and_serve(Lock& lock) {
        asterisk_.begin();
        channel_.start(environment());
        const End end = session(lock);
        channel_.end();
        return end;
    }
    void vanish() {
        channel_.vanish();
        state_.board.remove(channel_);
    }

    std::string environment() {
        std::string text;
        while (const auto line = asterisk_.next_line()) {
            text += *line + '\n';
            if (line->empty()) break;
        }
        return text;
    }

    /// Commands first, then one thing that has come in on the line, as in Asterisk.
    End session(Lock& lock) {
        for (;;) {
            if (state_.stopping) channel_.hang_up(false);
            if (asterisk_.closed()) return End::hung_up;
            if (!channel_.wants_hangup()) {
                if (const auto command = channel_.take_command()) {
                    const End end = execute(*command);
                    if (end != End::none) return end;
                    continue;
                }
            }
            if (auto frame = channel_.take_frame()) {
                asterisk_.channel.schedule(asterisk_.channel.now(), std::move(*frame));
                asterisk_.wait(Time{0});
                channel_.publish();
            } else {
                sleep(lock);
            }
        }
    }

    End execute(const AsyncChannel::Command& command) {
        ++commands_;
        state_.changed.notify_all();
        const bool taken = asterisk_.receive(command.line);
        lose_connection();
        if (!taken) {  // it was lost on its way, or the call is over
            channel_.drop_command();
            return End::none;
        }
        std::string reply;
        while (const auto line = asterisk_.next_line()) reply += *line + '\n';
        lose_connection();
        channel_.finish_command(reply);
        if (wire::is_command(command.line, "ASYNCAGI BREAK")) return End::broke_off;
        return asterisk_.failed() ? End::failed : End::none;
    }
    /// If the plan has it now.
    void lose_connection() {
        if (!asterisk_.channel.broken()) return;
        asterisk_.channel.mend();
        state_.cut();
    }

    /// Time would pass while a command runs.
    Timeline::Elapsed wait(Lock& lock, Time longest) {
        constexpr std::chrono::hours endless{100'000};
        lose_connection();
        channel_.publish();
        // A key is held for a while: what has come behind it waits.
        if (std::exchange(holds_key_, false)) return {longest, std::nullopt, false};
        auto frame = channel_.take_frame();
        if (!frame && longest < endless) return {longest, std::nullopt, false};
        while (!frame) {
            waits_ = true;
            state_.changed.notify_all();
            sleep(lock);
            waits_ = false;
            if (state_.stopping) channel_.hang_up(false);
            frame = channel_.take_frame();
        }
        holds_key_ = frame->kind == Caller::Action::Kind::press;
        return {Time{0}, std::move(frame), false};
    }

    /// Until there is something to do. When all clients have been away for too long, the dialplan
    /// takes the call.
    void sleep(Lock& lock) {
        const ManagerOptions& options = state_.board.options;
        while (!state_.stopping && !channel_.has_work()) {
            if (!channel_.armed() || !state_.unwatched_since) {
                state_.changed.wait(lock);
                continue;
            }
            const auto patience =
                state_.cut_for_good ? std::chrono::milliseconds{0} : options.dead_man;
            const auto end = *state_.unwatched_since + patience;
            state_.changed.wait_until(lock, end);
            if (!state_.unwatched_since || ManagerState::Clock::now() < end) continue;
            if (options.has_timeout_extension) {
                channel_.send_to({asterisk_.place().context, "T", 1});
            } else {
                channel_.hang_up(false);
            }
        }
    }

    ManagerState& state_;
    Asterisk asterisk_;
    AsyncChannel channel_;
    int commands_ = 0;
    bool waits_ = false;
    bool holds_key_ = false;
    bool over_ = false;
    bool vanished_ = false;
    std::exception_ptr error_;
    std::thread thread_;
};

}}}  // namespace agi::v0::testing::simulator
