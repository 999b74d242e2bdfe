// SPDX-License-Identifier: MIT
#pragma once
// Says prompts part by part, until they end or a key ends them.

#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/say.hpp>
#include <agi/command/say_time.hpp>
#include <agi/ivr/manners.hpp>
#include <agi/ivr/step.hpp>
#include <agi/version.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// The steps of a list of prompts. Copies them, and views the Manners.
class Player {
  public:
    explicit Player(const Manners& manners) : manners_{manners}, language_{manners.language} {}

    /// That of the call, where the Manners have none.
    void language(std::string_view of_the_call) {
        if (manners_.language.empty()) language_ = of_the_call;
    }
    [[nodiscard]] const std::string& language() const noexcept { return language_; }

    void clear() {
        queue_.clear();
        at_ = 0;
    }
    void add(const Prompt& prompt) {
        each_part(prompt.parts, language_, [this](const Part& part) { queue_.push_back(part); });
    }
    [[nodiscard]] bool playing() const noexcept { return at_ < queue_.size(); }
    /// The rest is not said.
    void stop() noexcept { at_ = queue_.size(); }

    /// The next step; Kind::none: all is said. A key in `stops` ends it. `secret.reply`: hides all but sounds,
    /// and what is pressed; `secret.request`: hides sounds, too.
    Step next(const DigitSet& stops, wire::Redaction secret = {}) {
        while (playing()) {
            const Part& part = queue_[at_++];
            hidden_ = secret.request || (secret.reply && part.kind != Part::Kind::sound);
            Step step = step_of(part, stops, {hidden_, secret.reply});
            if (step) return step;
        }
        return {};
    }

    /// Takes the last part away, if that is a sound that can be had: SPEECH RECOGNIZE plays it. Empty: it
    /// is none.
    std::string take_last_sound(bool secret = false) {
        if (!playing()) return {};
        hidden_ = secret;
        const Part& part = queue_.back();
        std::string sound;
        if (part.kind == Part::Kind::sound) sound = part.text;
        if (part.kind == Part::Kind::speech) sound = spoken(part);
        if (sound.empty() || lacks(sound)) return {};
        queue_.pop_back();
        return sound;
    }

    /// The step that was last given out failed. False: it is to be an error.
    bool fail() {
        if (at_ == 0 || manners_.missing == Missing::error) return false;
        const Part& part = queue_[at_ - 1];
        const bool named = part.kind == Part::Kind::sound || part.kind == Part::Kind::speech;
        note_missing(named ? std::string_view{part.text} : "(a number or letters)");
        return true;
    }

    /// The first sound that was missing; empty: none was.
    [[nodiscard]] const std::string& missing() const noexcept { return missing_; }

  private:
    using Kind = Step::Kind;

    Step step_of(const Part& part, const DigitSet& stops, wire::Redaction secret) {
        switch (part.kind) {
            case Part::Kind::sound: return play(part.text, stops, secret);
            case Part::Kind::speech: return play(spoken(part), stops, secret);
            case Part::Kind::number: return number(part, stops, secret);
            case Part::Kind::digits: return digits(part.text, stops, secret);
            case Part::Kind::letters:
                if (part.text.empty()) return {};
                return Step{Kind::play, SayAlpha{part.text, stops}, secret};
            case Part::Kind::phonetic:
                if (part.text.empty()) return {};
                return Step{Kind::play, SayPhonetic{part.text, stops}, secret};
            case Part::Kind::time: {
                SayDatetime say{part.time, stops};
                if (!part.text.empty()) say.format = part.text;
                if (!part.zone.empty()) say.zone = part.zone;
                return Step{Kind::play, say, secret};
            }
            case Part::Kind::pause:
                // WAIT FOR DIGIT 0 looks at nothing.
                if (part.number <= 0) return {};
                return Step{Kind::digit, WaitForDigit{Time{part.number}}, secret};
            case Part::Kind::group:
            case Part::Kind::phrase: break;  // their parts are in the queue
        }
        return {};
    }

    Step play(const std::string& sound, const DigitSet& stops, wire::Redaction secret) {
        if (sound.empty() || lacks(sound)) return {};
        return Step{Kind::play, StreamFile{sound, stops}, secret};
    }

    /// SAY NUMBER takes 32 bits.
    static Step number(const Part& part, const DigitSet& stops, wire::Redaction secret) {
        constexpr long long most = std::numeric_limits<int>::max();
        if (part.number > most || part.number < -most) {
            return digits(std::to_string(part.number), stops, secret);
        }
        return Step{Kind::play, SayNumber{static_cast<int>(part.number), stops, part.gender},
                    secret};
    }

    /// SAY DIGITS refuses what does not begin with a digit.
    static Step digits(const std::string& text, const DigitSet& stops, wire::Redaction secret) {
        if (text.empty()) return {};
        const std::size_t first = text[0] == '-' && text.size() > 1 ? 1 : 0;
        if (text[first] < '0' || text[first] > '9') {
            return Step{Kind::play, SayAlpha{text, stops}, secret};
        }
        return Step{Kind::play, SayDigits{text, stops}, secret};
    }

    [[nodiscard]] std::string spoken(const Part& part) {
        if (!manners_.speak) {
            throw AGIArgumentError("prompt", "Spoken needs Manners::speak: " + shown(part.text));
        }
        std::string sound = manners_.speak(part.text, language_);
        if (sound.empty()) {
            if (manners_.missing == Missing::error) {
                throw AGIAppError("prompt", "this text was not spoken: " + shown(part.text));
            }
            note_missing(part.text);
        }
        return sound;
    }

    bool lacks(const std::string& sound) {
        if (!manners_.has_sound || manners_.missing == Missing::error) return false;
        if (manners_.has_sound(sound, language_)) return false;
        note_missing(sound);
        return true;
    }

    void note_missing(std::string_view sound) {
        if (missing_.empty()) missing_ = shown(sound);
    }
    [[nodiscard]] std::string shown(std::string_view text) const {
        return hidden_ ? "(secret)" : std::string{text};
    }

    const Manners& manners_;
    std::string language_;
    std::vector<Part> queue_{};
    std::size_t at_ = 0;
    std::string missing_{};
    bool hidden_ = false;  ///< What is said now is secret.
};

}}}  // namespace agi::v0::ivr
