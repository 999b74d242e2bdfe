// SPDX-License-Identifier: MIT
#pragma once
// What is said to one channel of Asterisk: commands, wake-ups, stops, its limit of time.

#include <agi/ami/action.hpp>
#include <agi/asyncagi/stopping.hpp>
#include <agi/version.hpp>
#include <agi/wire/number.hpp>
#include <agi/wire/words.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

/// What a Getvar is for.
enum class Question : unsigned char {
    none,
    limit,     ///< That of the call, which is ours.
    may_wake,  ///< That of a call which may be another program's.
    is_armed,  ///< Whether a claim whose reply was never seen has set the switch.
};

/// An action, and the id of the command that it is about, if it is one for AsyncAGI.
struct ChannelAction {
    ami::Action action;
    std::string command_id{};
    Question question = Question::none;
};

/// Collects the actions in the order in which they are to be sent.
class ChannelActions {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Milliseconds = std::chrono::milliseconds;

    /// `id_head`: in front of the ids of commands. `dead_man`: see TunnelOptions.
    ChannelActions(std::string channel, std::string id_head, Milliseconds dead_man)
        : channel_{std::move(channel)}, id_head_{std::move(id_head)}, dead_man_{dead_man} {}

    /// An id that nothing had yet.
    std::string next_id() { return id_head_ + std::to_string(++last_id_); }
    /// Whether it was given out here.
    [[nodiscard]] bool is_own(std::string_view id) const noexcept {
        return id.substr(0, id_head_.size()) == id_head_;
    }

    /// A command for AsyncAGI, which it takes when it looks.
    void queue(const std::string& id, std::string_view line) {
        auto action = of_channel("AGI");
        action.set("Command", line).set("CommandID", id);
        actions_.push_back({std::move(action), id});
    }

    /// Asterisk looks for a command every 100 ms, or when a frame comes. This makes one, and tells
    /// that we are there.
    void wake(Time now) {
        if (limit_is_over(now)) return;
        const Milliseconds time = limit_ ? std::min(dead_man_, left(now)) : dead_man_;
        actions_.push_back({of_channel("AbsoluteTimeout").set("Timeout", seconds(time))});
    }

    /// Only makes the frame, where the call has no limit: that is set again.
    void wake_unlimited() { set_variable(limit_name, "0"); }

    /// At once, not when it is the turn of a command.
    void set_variable(std::string_view name, std::string_view value) {
        actions_.push_back({of_channel("Setvar").set("Variable", name).set("Value", value)});
    }

    /// `action` says where to.
    void redirect(ami::Action action) {
        action.set("Channel", channel_);
        actions_.push_back({std::move(action)});
    }

    /// Presses what ends a command. `by` is not `nothing`.
    void stop(StopBy by) {
        if (by == StopBy::control) {
            actions_.push_back({of_channel("ControlPlayback").set("Control", "stop")});
        } else {
            actions_.push_back({of_channel("PlayDTMF").set("Digit", "#").set("Receive", "true")});
        }
    }

    /// The call's own limit: seconds from now on; 0: none.
    void set_limit(Time now, std::string_view seconds_text) {
        limit_.reset();
        awaits_limit_ = false;
        const std::size_t dot = seconds_text.find('.');
        long long milliseconds =
            wire::to_number<int>(seconds_text.substr(0, dot)).value_or(0) * 1000LL;
        if (dot != std::string_view::npos) {
            std::string part{seconds_text.substr(dot + 1, 3)};
            part.resize(3, '0');
            milliseconds += wire::to_number<int>(part).value_or(0);
        }
        if (milliseconds > 0) limit_ = now + Milliseconds{milliseconds};
    }
    /// 0 is none.
    void ask(Question question) {
        awaits_limit_ = question == Question::limit;
        const std::string_view what = question == Question::is_armed ? "AGI_LIMIT" : limit_name;
        actions_.push_back({of_channel("Getvar").set("Variable", what), {}, question});
    }
    /// What was asked for, unless a line has set another since.
    void answer_limit(Time now, std::string_view seconds_text) {
        if (awaits_limit_) set_limit(now, seconds_text);
    }
    /// What a line does to it. True: nothing is left to be done.
    bool set_limit_by(Time now, std::string_view line) {
        if (wire::is_command(line, "SET AUTOHANGUP")) {
            set_limit(now, word_of(line, 2));
            wake(now);
            return true;
        }
        if (wire::is_command(line, "SET VARIABLE") &&
            wire::is_command(word_of(line, 2), limit_name)) {
            set_limit(now, word_of(line, 3));
        }
        return false;
    }
    /// Ends the dead man's switch: the limit that the call had, or none, is set again.
    void set_limit_back(Time now) {
        if (limit_is_over(now)) return;
        set_variable(limit_name, limit_ ? seconds(left(now)) : "0");
    }

    static constexpr std::string_view limit_name = "TIMEOUT(absolute)";

    /// As Asterisk takes it.
    static std::string seconds(Milliseconds time) {
        std::string text = std::to_string(time.count() / 1000);
        std::string part = std::to_string(1000 + time.count() % 1000);
        part[0] = '.';
        return time.count() % 1000 == 0 ? text : text + part;
    }

    void renamed(std::string channel) { channel_ = std::move(channel); }
    [[nodiscard]] const std::string& channel() const noexcept { return channel_; }
    [[nodiscard]] std::vector<ChannelAction> take() { return std::exchange(actions_, {}); }

  private:
    [[nodiscard]] ami::Action of_channel(std::string_view name) const {
        return ami::Action{name}.set("Channel", channel_);
    }
    /// The call has gone to T by then, or goes there, and a limit would end that. Asterisk and we
    /// round to milliseconds; it has the limit already, as the last that it was told.
    [[nodiscard]] bool limit_is_over(Time now) const noexcept {
        constexpr Milliseconds precision{10};
        return limit_ && *limit_ <= now + precision;
    }
    /// Until the limit, which is not over.
    [[nodiscard]] Milliseconds left(Time now) const {
        return std::chrono::ceil<Milliseconds>(*limit_ - now);
    }

    std::string channel_;
    std::string id_head_;
    Milliseconds dead_man_;
    unsigned long long last_id_ = 0;
    std::optional<Time> limit_;  ///< The call's own, not the dead man's switch.
    bool awaits_limit_ = false;  ///< It was asked for, and no line has set it since.
    std::vector<ChannelAction> actions_;
};

}}}  // namespace agi::v0::asyncagi
