// SPDX-License-Identifier: MIT
#pragma once
// A simulated channel: sounds that play, and a caller who follows a plan.

#include <agi/testing/caller.hpp>
#include <agi/testing/happening.hpp>
#include <agi/testing/timeline.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

namespace simulator {

/// Asterisk adds the format itself: `hello.wav` would be hello.wav.wav.
inline bool names_format(std::string_view sound) {
    const std::size_t dot = sound.rfind('.');
    if (dot == std::string_view::npos) return false;
    for (const std::string_view format :
         {"wav", "gsm", "ulaw", "alaw", "sln", "g722", "mp3", "WAV"}) {
        if (sound.substr(dot + 1) == format) return true;
    }
    return false;
}

}  // namespace simulator

/// The line of a call: what the caller hears and does.
class Channel : public Timeline {
  public:
    std::map<std::string, Time> sounds;  ///< The sounds that exist, and how long they are.
    bool has_usual_beep = true;  ///< RECORD FILE has its beep although it is not among the sounds.
    bool answered = false;       ///< The channel is up: somebody hears, and RECORD FILE records.
    std::optional<Time> any_sound;  ///< How long every other sound is; without it, it is missing.

    /// The call begins: the plan's times count from here.
    void begin() { plan(Caller::Step::When::at); }

    [[nodiscard]] const std::vector<Heard>& heard() const noexcept { return heard_; }

    [[nodiscard]] std::optional<Time> length_of(const std::string& sound) const {
        const auto found = sounds.find(sound);
        if (found != sounds.end()) return found->second;
        return simulator::names_format(sound) ? std::nullopt : any_sound;
    }

    /// Refuses sounds that Asterisk would never find, or that have no length.
    ///
    /// @throws AGIArgumentError  a length is negative, or a name ends in a format: `hello.wav`
    void check_sounds() const {
        for (const auto& [sound, length] : sounds) {
            if (length < Time{0}) {
                throw AGIArgumentError("the sound \"" + sound + "\" has a negative length");
            }
            if (simulator::names_format(sound)) {
                throw AGIArgumentError("the sound \"" + sound +
                                       "\" has its format in its name: Asterisk adds that itself");
            }
        }
        if (any_sound && *any_sound < Time{0}) {
            throw AGIArgumentError("any_sound is a negative length");
        }
    }

    /// The moments of the plan that have come.
    void plan(Caller::Step::When when, std::string_view sound = {}, int number = 0) {
        constexpr Time between_keys{200};
        for (const Caller::Step& step : caller.take(when, sound, number)) {
            for (const Caller::Step::Timed& what : step.actions) {
                Time time = (when == Caller::Step::When::at ? Time{0} : now()) + what.delay;
                Caller::Action action = what.action;
                const bool presses = action.kind == Caller::Action::Kind::press;
                action.planned = caller.await(step, what, sound, presses ? action.text.size() : 1);
                if (!presses) {
                    schedule(time, action);
                    continue;
                }
                // The moment is when it is let go; the caller has one finger.
                time = std::max(time, now() + key_length);
                if (when != Caller::Step::When::at) time = std::max(time, next_press_);
                for (const char key : action.text) {
                    schedule(time, {action.kind, std::string(1, key), {}, action.planned});
                    time += between_keys;
                }
                if (when != Caller::Step::When::at) next_press_ = time - between_keys + key_length;
            }
        }
    }

    /// How a sound ended.
    struct Played {
        Wake wake = Wake::time;  ///< time: it played to its end; later: it has not ended.
        char key = '\0';         ///< The key that stopped it.
        Time position{0};        ///< Where in the sound.
    };

    /// A sound that plays.
    struct Playing {
        std::size_t index;  ///< In `heard()`.
        Time length;
        Time from;  ///< Where in the sound it began.
    };

    /// Begins to play a sound that exists.
    Playing start(const std::string& sound, Time length, Time from = {}) {
        heard_.push_back({sound, now(), now(), false, answered});
        note(Happening::Kind::sound, answered ? sound : sound + " (not answered)");
        const Playing playing{heard_.size() - 1, length, from};
        plan(Caller::Step::When::begin, sound, number(playing));
        return playing;
    }

    /// Lets it play until its end, a key in `stops`, the hang-up, or for a wait of its own kind.
    template <class Stops, class Wait>
    Played go_on(const Playing& playing, const Stops& stops, const Wait& wait) {
        const auto& [index, length, from] = playing;
        const Time end = heard_[index].from + (length > from ? length - from : Time{0});
        Played played;
        do {
            played.wake = wait(end);
        } while (played.wake == Wake::key && !stops(key()));
        if (played.wake == Wake::key) played.key = key();
        heard_[index].to = now();
        played.position = std::min(length, from + (now() - heard_[index].from));
        if (played.wake == Wake::later) return played;
        heard_[index].whole = played.wake == Wake::time && now() >= end;
        const std::string sound = heard_[index].sound;
        if (!heard_[index].whole) note(Happening::Kind::sound_cut, sound);
        plan(Caller::Step::When::end, sound, number(playing));
        return played;
    }
    template <class Stops>
    Played go_on(const Playing& playing, const Stops& stops) {
        return go_on(playing, stops, [this](Time end) { return wait_until_stopped(end); });
    }

    /// The same for what the manager interface does not end: what is spoken from pieces, music.
    template <class Stops>
    Played go_on_unstopped(const Playing& playing, const Stops& stops) {
        return go_on(playing, stops, [this](Time end) { return wait_until(end); });
    }

    /// Both at once.
    template <class Stops>
    Played play(const std::string& sound, Time length, Time from, const Stops& stops) {
        return go_on(start(sound, length, from), stops);
    }
    template <class Stops>
    Played play_unstopped(const std::string& sound, Time length, const Stops& stops) {
        return go_on_unstopped(start(sound, length), stops);
    }

  private:
    static int number(const Playing& playing) { return static_cast<int>(playing.index) + 1; }

    std::vector<Heard> heard_;
    Time next_press_{0};  ///< Keys that are planned come before it.
};

}}}  // namespace agi::v0::testing
