// SPDX-License-Identifier: MIT
#pragma once
// The plan of a simulated caller.

#include <agi/version.hpp>
#include <agi/wire/digit_set.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// What a simulated caller does, and when:
///
///     caller.after("enter-pin").press("1234#");
///     caller.during("goodbye").hang_up();
///     caller.at(5s).hang_up();
///
/// A step that names a sound is used once, the first time that its moment comes; name it again for the
/// next time. Without a plan the caller stays on the line, speaks, and presses nothing.
class Caller {
  public:
    using Time = std::chrono::milliseconds;

    /// One thing that the caller does.
    struct Action {
        enum class Kind : unsigned char {
            press,
            hang_up,
            text,
            speak,
            fall_silent,
            variable,
            say,
            nothing,
            break_connection,
            stop,  ///< Not the caller: the manager interface ends what plays.
        };
        Kind kind = Kind::nothing;
        std::string text{};   ///< Keys, a text message, words, or the name of a variable.
        std::string value{};  ///< The variable's new value.
        int planned = 0;      ///< Which thing of the plan it is, in `left`; 0: none.
    };

    /// What is done at a moment, each thing after a delay of its own.
    struct Step {
        enum class When : unsigned char { at, begin, end, before_command, during_command };
        struct Timed {
            Time delay{0};
            Action action{};
        };
        When when = When::at;
        std::string sound{};  ///< The sound that the moment belongs to; empty: any.
        int number = 0;       ///< Which sound or command of the call, counted from 1; 0: any.
        std::vector<Timed> actions{};
    };

    /// Where the plan says when; what follows says what.
    class Moment {
      public:
        /// Presses keys, one every 200 ms. @throws AGIArgumentError  a character that is no key
        Caller& press(std::string_view keys) {
            for (const char key : keys) static_cast<void>(DigitSet{std::string_view{&key, 1}});
            return add({Action::Kind::press, std::string{keys}, {}});
        }
        Caller& hang_up() { return add({Action::Kind::hang_up, {}, {}}); }
        /// Sends a text message: RECEIVE CHAR, RECEIVE TEXT.
        Caller& send_text(std::string_view text) {
            return add({Action::Kind::text, std::string{text}, {}});
        }
        /// Says words that SPEECH RECOGNIZE understands.
        Caller& say(std::string_view words) {
            return add({Action::Kind::say, std::string{words}, {}});
        }
        /// Speaks, until the caller falls silent: what RECORD FILE listens for.
        Caller& speak() { return add({Action::Kind::speak, {}, {}}); }
        Caller& fall_silent() { return add({Action::Kind::fall_silent, {}, {}}); }
        /// Lets the moment pass: `after("menu").do_nothing().after("menu").press("1")` presses the
        /// second time.
        Caller& do_nothing() { return add({}); }
        /// Not the caller but the rest of the system: a channel variable changes.
        Caller& set_variable(std::string_view name, std::string_view value) {
            return add({Action::Kind::variable, std::string{name}, std::string{value}});
        }
        /// Not the caller but the network: program and Asterisk lose each other.
        Caller& break_connection() { return add({Action::Kind::break_connection, {}, {}}); }

        /// That much after the moment instead of the usual delay.
        Moment& wait(Time delay) {
            delay_ = delay;
            return *this;
        }

      private:
        friend class Caller;
        Moment(Caller& caller, std::size_t step, Time delay)
            : caller_{caller}, step_{step}, delay_{delay} {}
        Caller& add(Action action) {
            caller_.steps_[step_].actions.push_back({delay_, std::move(action)});
            return caller_;
        }
        Caller& caller_;
        std::size_t step_;
        Time delay_;
    };

    /// That long after the call began.
    Moment at(Time since_begin) { return moment(Step::When::at, {}, 0, since_begin); }
    /// 100 ms after this sound has begun to play.
    Moment during(std::string_view sound) {
        return moment(Step::When::begin, sound, 0, after_begin());
    }
    /// 300 ms after this sound has stopped.
    Moment after(std::string_view sound) { return moment(Step::When::end, sound, 0, after_end()); }
    /// The same for the n-th sound of the call, counted from 1; 0: the next one.
    Moment during_sound(int number) { return moment(Step::When::begin, {}, number, after_begin()); }
    Moment after_sound(int number) { return moment(Step::When::end, {}, number, after_end()); }
    /// Just before Asterisk looks at the n-th command of the program, counted from 1.
    Moment before_command(int number) {
        return moment(Step::When::before_command, {}, number, Time{0});
    }
    /// While that command runs; just after it, if it takes no time.
    Moment during_command(int number) {
        return moment(Step::When::during_command, {}, number, Time{0});
    }
    /// One more thing at the moment before, that long after the last one:
    /// `during("menu").press("9").then(2s).hang_up()`.
    Moment then(Time later) {
        if (steps_.empty()) return at(later);
        const auto& actions = steps_.back().actions;
        return {*this, steps_.size() - 1, actions.empty() ? later : actions.back().delay + later};
    }

    /// Takes the steps of a moment out of the plan: all that name a time, or the first for a sound
    /// or a command.
    std::vector<Step> take(Step::When when, std::string_view sound, int number) {
        std::vector<Step> taken;
        for (std::size_t i = 0; i < steps_.size();) {
            const Step& step = steps_[i];
            const bool same_sound = step.sound.empty() || step.sound == sound;
            const bool same_number = step.number == 0 || step.number == number;
            if (step.when != when || !same_sound || !same_number) {
                ++i;
                continue;
            }
            taken.push_back(step);
            steps_.erase(steps_.begin() + static_cast<std::ptrdiff_t>(i));
            if (when != Step::When::at) break;
        }
        return taken;
    }

    /// An action of a step that was taken waits for its time, so many times. What it has in `planned`.
    int await(const Step& step, const Step::Timed& what, std::string_view sound,
              std::size_t times) {
        Awaited one{++awaited_, name_of(step, what.delay, sound)};
        if (what.action.kind != Action::Kind::nothing) coming_.insert(coming_.end(), times, one);
        return one.planned;
    }
    /// The time has come for one of these.
    void came(int planned) {
        const auto found = std::find_if(coming_.begin(), coming_.end(),
                                        [&](const Awaited& one) { return one.planned == planned; });
        if (found != coming_.end()) coming_.erase(found);
    }

    /// The moments of the plan that have not come, such as `during "menu"`: a sound that was not heard, or whose
    /// name is another one; and times after the end of the call, such as `at 30 s`.
    [[nodiscard]] std::vector<std::string> left() const {
        std::vector<std::string> moments;
        for (const Step& step : steps_) moments.push_back(name_of(step));
        int last = 0;
        for (const Awaited& one : coming_) {
            if (std::exchange(last, one.planned) != one.planned) moments.push_back(one.moment);
        }
        return moments;
    }

  private:
    /// What was scheduled; each key for itself.
    struct Awaited {
        int planned;
        std::string moment;
    };

    static std::string seconds(Time time) {
        std::string text = std::to_string(time.count() / 1000);
        const std::string rest = std::to_string(1000 + time.count() % 1000).substr(1);
        const std::size_t digits = rest.find_last_not_of('0');
        if (digits != std::string::npos) text += '.' + rest.substr(0, digits + 1);
        return text + " s";
    }
    /// `at 30 s`, `after "menu", 2.3 s later`.
    static std::string name_of(const Step& step, Time delay, std::string_view sound) {
        if (step.when == Step::When::at) return "at " + seconds(delay);
        Step named = step;
        if (step.number == 0) named.sound = sound;
        return name_of(named) + ", " + seconds(delay) + " later";
    }
    static std::string name_of(const Step& step) {
        const std::string number = std::to_string(step.number);
        const std::string sound = step.number != 0     ? "sound " + number
                                  : step.sound.empty() ? "any sound"
                                                       : '"' + step.sound + '"';
        switch (step.when) {
            case Step::When::begin: return "during " + sound;
            case Step::When::end: return "after " + sound;
            case Step::When::before_command: return "before command " + number;
            case Step::When::during_command: return "during command " + number;
            case Step::When::at: break;
        }
        return "at " + seconds(step.actions.empty() ? Time{0} : step.actions.front().delay);
    }

    static constexpr Time after_begin() noexcept { return Time{100}; }
    static constexpr Time after_end() noexcept { return Time{300}; }

    Moment moment(Step::When when, std::string_view sound, int number, Time delay) {
        steps_.push_back({when, std::string{sound}, number, {}});
        return {*this, steps_.size() - 1, delay};
    }

    std::vector<Step> steps_;
    std::vector<Awaited> coming_;
    int awaited_ = 0;
};

}}}  // namespace agi::v0::testing
