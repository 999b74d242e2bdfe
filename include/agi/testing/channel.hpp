// SPDX-License-Identifier: MIT
#pragma once
// A simulated channel: a clock of its own, sounds that play, a caller who follows a plan.

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
class Channel {
  public:
    using Time = std::chrono::milliseconds;

    /// Why a wait ended.
    enum class Wake : unsigned char { time, key, hangup };

    Caller caller;
    std::map<std::string, Time> sounds;  ///< The sounds that exist, and how long they are.
    std::optional<Time> any_sound;  ///< How long every other sound is; without it, it is missing.
    std::map<std::string, std::string> variables;

    /// What happened while somebody waited.
    struct Elapsed {
        Time time{0};                          ///< How long the wait was.
        std::optional<Caller::Action> action;  ///< What ended it; nothing: the time was over.
    };
    /// Waits for that long at most.
    using Waiting = std::function<Elapsed(Time)>;

    /// For a telephone with a person at it: waits in real time, beside the plan, and says what the person
    /// does. Without it time is virtual.
    Waiting live;

    /// The call begins: the plan's times count from here.
    void begin() { plan(Caller::Step::When::at); }

    [[nodiscard]] Time now() const noexcept { return now_; }
    [[nodiscard]] bool hung_up() const noexcept { return hung_up_; }
    /// Whether program and Asterisk have lost each other.
    [[nodiscard]] bool broken() const noexcept { return broken_; }
    /// The key that was pressed last.
    [[nodiscard]] char key() const noexcept { return key_; }
    [[nodiscard]] const std::vector<Heard>& heard() const noexcept { return heard_; }
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

    void hang_up() {
        if (hung_up_) return;
        hung_up_ = true;
        note(Happening::Kind::hang_up);
    }

    /// The channel is hung up at that time, whatever the plan says; nothing: never mind.
    void hang_up_at(std::optional<Time> time) noexcept { limit_ = time; }

    void note(Happening::Kind kind, std::string_view text = {}) {
        log_.push_back({kind, now_, std::string{text}});
    }

    [[nodiscard]] std::optional<Time> length_of(const std::string& sound) const {
        const auto found = sounds.find(sound);
        return found != sounds.end() ? found->second : any_sound;
    }

    /// Lets time pass up to `end`, or to the next key press or the hang-up. What the caller says in
    /// text or does with his voice does not end it.
    Wake wait_until(Time end) {
        if (hung_up_) return Wake::hangup;
        for (;;) {
            const bool planned = !events_.empty() && events_.front().time <= end;
            Time until = planned ? std::max(now_, events_.front().time) : end;
            const bool limited = limit_ && *limit_ <= until;
            if (limited) until = std::max(now_, *limit_);
            std::optional<Caller::Action> action;
            if (live && until > now_) {
                Elapsed elapsed = live(until - now_);
                now_ = elapsed.action ? std::min(until, now_ + elapsed.time) : until;
                action = std::move(elapsed.action);
            }
            if (!action) {
                now_ = std::max(now_, until);
                if (limited) {
                    hang_up();
                    return Wake::hangup;
                }
                if (!planned) return Wake::time;
                action = std::move(events_.front().action);
                events_.erase(events_.begin());
            }
            if (const auto wake = happen(*action)) return *wake;
        }
    }

    /// The same, but all of that ends it too.
    Wake wait_for_words(Time end) {
        words_wake_ = true;
        const Wake wake = wait_until(end);
        words_wake_ = false;
        return wake;
    }

    /// Lets time pass while nobody listens: keys are lost.
    void idle_until(Time end) {
        while (wait_until(end) == Wake::key) {
        }
    }

    /// Lets time pass on a channel that is hung up.
    void pass(Time time) noexcept { now_ += time; }

    /// Lets time pass until the caller does something. False when the plan has nothing more.
    bool wait_for_anything() {
        if (hung_up_ || (events_.empty() && !limit_)) return false;
        Time next = limit_.value_or(Time::max());
        if (!events_.empty()) next = std::min(next, events_.front().time);
        wait_until(next);
        return true;
    }

    /// The moments of the plan that have come.
    void plan(Caller::Step::When when, std::string_view sound = {}, int number = 0) {
        constexpr Time between_keys{200};
        for (const Caller::Step& step : caller.take(when, sound, number)) {
            for (const auto& [delay, action] : step.actions) {
                Time time = (when == Caller::Step::When::at ? Time{0} : now_) + delay;
                if (action.kind != Caller::Action::Kind::press) {
                    insert({time, action});
                    continue;
                }
                for (const char key : action.text) {
                    insert({time, {action.kind, std::string(1, key), {}}});
                    time += between_keys;
                }
            }
        }
    }

    /// How a sound ended.
    struct Played {
        Wake wake = Wake::time;  ///< time: it played to its end.
        char key = '\0';         ///< The key that stopped it.
        Time position{0};        ///< Where in the sound.
    };

    /// Plays a sound that exists, from a position, until its end, a key in `stops`, the hang-up, or
    /// for a wait of its own kind.
    template <class Stops>
    Played play(const std::string& sound, Time length, Time from, const Stops& stops) {
        return play(sound, length, from, stops, [this](Time end) { return wait_until(end); });
    }
    template <class Stops, class Wait>
    Played play(const std::string& sound, Time length, Time from, const Stops& stops,
                const Wait& wait) {
        const Time begin = now_;
        const std::size_t at = heard_.size();
        const int number = static_cast<int>(at) + 1;
        heard_.push_back({sound, begin, begin, false});
        note(Happening::Kind::sound, sound);
        plan(Caller::Step::When::begin, sound, number);
        const Time end = begin + (length > from ? length - from : Time{0});
        Played played;
        do {
            played.wake = wait(end);
        } while (played.wake == Wake::key && !stops(key_));
        if (played.wake == Wake::key) played.key = key_;
        played.position = std::min(length, from + (now_ - begin));
        heard_[at].to = now_;
        heard_[at].whole = played.wake == Wake::time && now_ >= end;
        if (!heard_[at].whole) note(Happening::Kind::sound_cut, sound);
        plan(Caller::Step::When::end, sound, number);
        return played;
    }

  private:
    struct Event {
        Time time{0};
        Caller::Action action;
    };

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

    void insert(Event event) {
        const auto earlier = [](const Event& a, const Event& b) { return a.time < b.time; };
        events_.insert(std::upper_bound(events_.begin(), events_.end(), event, earlier),
                       std::move(event));
    }

    Time now_{0};
    bool hung_up_ = false;
    bool broken_ = false;
    bool words_wake_ = false;
    char key_ = '\0';
    std::string keys_;
    std::optional<Time> silent_since_;
    std::optional<Time> limit_;
    std::vector<Event> events_;
    std::vector<Heard> heard_;
    std::vector<Happening> log_;
    std::vector<std::string> texts_;
    std::vector<std::string> words_;
};

}}}  // namespace agi::v0::testing
