// SPDX-License-Identifier: MIT
#pragma once
// The clock of a simulated line, and what comes in on it while somebody waits.

#include <agi/testing/caller.hpp>
#include <agi/testing/happening.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// What happens on the line between two commands and during one. Time passes only here, and costs none:
/// waiting for an hour takes as long as waiting for a millisecond.
class Timeline {
  public:
    using Time = std::chrono::milliseconds;

    /// The end of a wait that has none.
    static constexpr Time never = std::chrono::hours{1000000};

    /// How long a key is held down. Asterisk takes it when it is let go, so that one which begins while
    /// no command waits and ends in the next command is that command's.
    static constexpr Time key_length{100};

    /// Why a wait ended.
    enum class Wake : unsigned char {
        time,
        key,
        hangup,
        command,  ///< The program has sent a new command.
        stop,     ///< The manager interface ends what plays: only where that was asked for.
        later,    ///< It has not: time is not to pass any further now.
    };

    /// What happened while somebody waited.
    struct Elapsed {
        Time time{0};                          ///< How long the wait was.
        std::optional<Caller::Action> action;  ///< What ended it; nothing: the time was over.
        bool early = false;  ///< Nothing ended it, but time is not to pass further.
    };
    /// Waits for that long at most.
    using Waiting = std::function<Elapsed(Time)>;

    Caller caller;  ///< The plan.

    /// For a telephone with a person at it: waits in real time, beside the plan, and says what the person
    /// does. Without it time is virtual.
    Waiting live;

    /// Sees time pass, from and to, while Asterisk sends the caller's audio on (EAGI).
    std::function<void(Time, Time)> audio;

    /// Since the call began.
    [[nodiscard]] Time now() const noexcept { return now_; }
    [[nodiscard]] bool hung_up() const noexcept { return hung_up_; }
    /// Whether program and Asterisk have lost each other.
    [[nodiscard]] bool broken() const noexcept { return broken_; }
    /// They have found each other again, as over the manager interface.
    void mend() noexcept { broken_ = false; }
    /// Whether something waited for what will never come.
    [[nodiscard]] bool waited_for_ever() const noexcept { return waited_for_ever_; }
    /// The key that was pressed last.
    [[nodiscard]] char key() const noexcept { return key_; }
    /// Every key that was pressed, whether something waited for it or not.
    [[nodiscard]] const std::string& keys() const noexcept { return keys_; }
    /// Texts that have arrived and that nobody has taken.
    [[nodiscard]] std::vector<std::string>& texts() noexcept { return texts_; }
    /// Words that were said and that nobody has taken.
    [[nodiscard]] std::vector<std::string>& words() noexcept { return words_; }
    /// Everything, in its order.
    [[nodiscard]] const std::vector<Happening>& log() const noexcept { return log_; }
    /// Since when the caller says nothing.
    [[nodiscard]] std::optional<Time> silent_since() const noexcept { return silent_since_; }
    /// Variables of the channel.
    std::map<std::string, std::string> variables;

    void hang_up() {
        if (hung_up_) return;
        hung_up_ = true;
        note(Happening::Kind::hang_up);
    }

    /// The channel is hung up at that time, whatever the plan says; nothing: never mind.
    void hang_up_at(std::optional<Time> time) noexcept { limit_ = time; }

    [[nodiscard]] std::optional<Time> hangs_up_at() const noexcept { return limit_; }

    void note(Happening::Kind kind, std::string_view text = {}) {
        log_.push_back({kind, now_, std::string{text}});
    }

    /// Something comes in at that time.
    void schedule(Time time, Caller::Action action) {
        const auto later = std::find_if(events_.begin(), events_.end(),
                                        [&](const Event& event) { return time < event.time; });
        events_.insert(later, {time, std::move(action)});
    }

    /// Lets time pass up to `end`, or to the next key press or the hang-up. What the caller says in
    /// text or does with his voice does not end it.
    Wake wait_until(Time end) {
        if (hung_up_) return Wake::hangup;
        if (new_command_) return Wake::command;
        for (;;) {
            if (const auto wake = advance(end)) return *wake;
        }
    }

    /// The same, but all of that ends it too.
    Wake wait_for_words(Time end) {
        words_wake_ = true;
        const Wake wake = wait_until(end);
        words_wake_ = false;
        return wake;
    }

    /// The same as `wait_until`, but the manager interface can end it, by ControlPlayback.
    Wake wait_until_stopped(Time end) {
        stop_wakes_ = true;
        const Wake wake = wait_until(end);
        stop_wakes_ = false;
        return wake;
    }

    /// Lets time pass while nobody listens: keys are lost.
    void idle_until(Time end) {
        while (wait_until(end) == Wake::key) {
        }
    }

    /// Lets time pass, and nothing else.
    void pass(Time time) {
        now_ += time;
        if (audio && sends_audio_ && time > Time{0}) audio(now_ - time, now_);
    }

    /// Lets time pass until the caller does something. False when the plan has nothing more.
    bool wait_for_anything() {
        if (hung_up_ || !expects_anything()) return false;
        Time next = limit_.value_or(Time::max());
        if (!events_.empty()) next = std::min(next, events_.front().time);
        wait_until(next);
        return true;
    }
    /// Whether there is something to wait for.
    [[nodiscard]] bool expects_anything() const noexcept { return !events_.empty() || limit_; }

    /// No wait goes beyond that time for now, but ends with Wake::later.
    void horizon(Time time) noexcept { horizon_ = time; }
    /// Whether a new command ends every wait.
    void new_command(bool has_come) noexcept { new_command_ = has_come; }
    /// Whether Asterisk sends the caller's audio on.
    void sends_audio(bool does) noexcept { sends_audio_ = does; }

  private:
    struct Event {
        Time time{0};
        Caller::Action action;
    };

    /// Lets time pass up to `end` or to what comes first; what that wakes a wait with, if anything.
    std::optional<Wake> advance(Time end) {
        const Time last = std::min(end, horizon_);
        const bool planned = !events_.empty() && events_.front().time <= last;
        Time until = std::max(now_, planned ? events_.front().time : last);
        const bool limited = limit_ && *limit_ <= until;
        if (limited) until = std::max(now_, *limit_);
        if (live && until > now_) {
            const Elapsed elapsed = live(until - now_);
            const bool whole = !elapsed.action && !elapsed.early;
            pass(whole ? until - now_ : std::min(elapsed.time, until - now_));
            if (elapsed.early) return Wake::later;
            if (elapsed.action && elapsed.action->kind == Caller::Action::Kind::press) {
                // The caller has one finger: keys that are typed at once come one after the other.
                last_typed_ = std::max(now_, last_typed_) + key_length;
                schedule(last_typed_, *elapsed.action);
                return std::nullopt;
            }
            if (elapsed.action) return happen(*elapsed.action);
        }
        waited_for_ever_ = waited_for_ever_ || (!planned && !limited && until >= never);
        pass(until - now_);
        if (limited) {
            hang_up();
            return Wake::hangup;
        }
        if (!planned) return last < end ? Wake::later : Wake::time;
        const Caller::Action action = std::move(events_.front().action);
        events_.erase(events_.begin());
        caller.came(action.planned);
        return happen(action);
    }

    /// What it wakes a wait with, if anything.
    std::optional<Wake> happen(const Caller::Action& action) {
        using Kind = Caller::Action::Kind;
        switch (action.kind) {
            case Kind::press:
                key_ = action.text.front();
                keys_ += key_;
                note(Happening::Kind::key, action.text);
                return Wake::key;
            case Kind::hang_up: hang_up(); return Wake::hangup;
            case Kind::text:
                texts_.push_back(action.text);
                note(Happening::Kind::text, action.text);
                break;
            case Kind::say:
                words_.push_back(action.text);
                note(Happening::Kind::words, action.text);
                break;
            case Kind::speak: silent_since_.reset(); break;
            case Kind::fall_silent: silent_since_ = now_; break;
            case Kind::stop: return stop_wakes_ ? std::optional<Wake>{Wake::stop} : std::nullopt;
            case Kind::variable: variables[action.text] = action.value; return std::nullopt;
            case Kind::break_connection:
                broken_ = true;
                note(Happening::Kind::broken);
                return std::nullopt;
            default: return std::nullopt;
        }
        if (words_wake_) return Wake::time;
        return std::nullopt;
    }

    Time now_{0};
    Time horizon_ = Time::max();
    bool hung_up_ = false;
    bool broken_ = false;
    bool new_command_ = false;
    bool sends_audio_ = true;
    bool waited_for_ever_ = false;
    bool words_wake_ = false;
    bool stop_wakes_ = false;
    char key_ = '\0';
    Time last_typed_{0};  ///< When the last key of a person at it is let go.
    std::string keys_;
    std::optional<Time> silent_since_;
    std::optional<Time> limit_;
    std::vector<Event> events_;
    std::vector<Happening> log_;
    std::vector<std::string> texts_;
    std::vector<std::string> words_;
};

}}}  // namespace agi::v0::testing
