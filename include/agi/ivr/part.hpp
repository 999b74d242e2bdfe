// SPDX-License-Identifier: MIT
#pragma once
// What a prompt is made of.

#include <agi/command/say.hpp>
#include <agi/command/say_time.hpp>
#include <agi/version.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/refuse.hpp>

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

#define AGI_NO_PART "agi: a prompt is made of text: a number in it is Number(5) or Digits(\"5\")"
#define AGI_NO_FRACTION "agi: a whole number belongs here; Money counts hundredths: 1250 is 12.50"

/// A piece of a prompt: a sound, when it is made from text, or what the functions below make.
struct Part {
    enum class Kind : unsigned char {
        sound,     ///< `text` is a sound file, without extension.
        number,    ///< `number`, with a gender.
        digits,    ///< `text`, digit by digit.
        letters,   ///< `text`, spelled.
        phonetic,  ///< `text`, spelled with the words of the radio alphabet.
        time,      ///< `time`, in the format `text` and the zone `zone`.
        pause,     ///< `number` milliseconds.
        speech,    ///< `text`, spoken by Manners::speak.
        group,     ///< `parts`, one after the other.
        phrase,    ///< That of `parts` whose `text` is the language, each a group.
    };

    Part(const char* sound)
        : text{sound == nullptr ? throw AGIArgumentError("prompt", "a null pointer") : sound} {}
    Part(char* sound) : Part{static_cast<const char*>(sound)} {}
    Part(std::string sound) : text{std::move(sound)} {}
    Part(std::string_view sound) : text{sound} {}
    Part(Kind of, std::string with, long long value = 0)
        : kind{of}, text{std::move(with)}, number{value} {}
    Part(Kind of, std::vector<Part> made_of) : kind{of}, parts{std::move(made_of)} {}

    template <class T, class = wire::if_no_class<T>>
    AGI_REFUSE(AGI_NO_PART)
    Part(T /*value*/) {
        AGI_REFUSE_IN_BODY(T, AGI_NO_PART);
    }

    Kind kind = Kind::sound;
    Optional<Gender> gender{};
    std::string text{};
    std::string zone{};
    long long number = 0;
    std::chrono::system_clock::time_point time{};
    std::vector<Part> parts{};
};

// These are read as what they make, so they are written as types are.
// NOLINTBEGIN(readability-identifier-naming)

/// A sound file, as text alone is one, too.
inline Part Sound(std::string file) { return Part{std::move(file)}; }

/// A number: "one hundred and five". Some languages ask for a gender.
inline Part Number(long long value, Optional<Gender> gender = {}) {
    Part part{Part::Kind::number, {}, value};
    part.gender = gender;
    return part;
}

template <class T, class = std::enable_if_t<std::is_floating_point_v<T>>>
AGI_REFUSE(AGI_NO_FRACTION)
Part Number(T /*value*/, Optional<Gender> /*gender*/ = {}) {
    AGI_REFUSE_IN_BODY(T, AGI_NO_FRACTION);
    return {""};
}

/// Each digit: "zero, zero, four, two". May hold `*` and `#`; empty: nothing is said.
inline Part Digits(std::string digits) { return {Part::Kind::digits, std::move(digits)}; }

/// Text, letter by letter.
inline Part Spelled(std::string text) { return {Part::Kind::letters, std::move(text)}; }

/// The same with the radio alphabet: "alpha, bravo". The sounds are English, unless others are installed.
inline Part Phonetic(std::string text) { return {Part::Kind::phonetic, std::move(text)}; }

/// A date and time in a format of SayDatetime, empty: the language's own; in a zone such as
/// `Europe/Berlin`, empty: Asterisk's.
inline Part Moment(std::chrono::system_clock::time_point time, std::string format = {},
                   std::string zone = {}) {
    Part part{Part::Kind::time, std::move(format)};
    part.time = time;
    part.zone = std::move(zone);
    return part;
}

/// The date of a time: "Tuesday, March the third".
inline Part Day(std::chrono::system_clock::time_point time, std::string zone = {}) {
    return Moment(time, "ABd", std::move(zone));
}

/// The time of day: "ten thirty a m".
inline Part Clock(std::chrono::system_clock::time_point time, std::string zone = {}) {
    return Moment(time, "IMp", std::move(zone));
}

/// Nothing, for that long. Any key ends it: one that stops nothing is lost, and the next part follows.
inline Part Pause(std::chrono::milliseconds time) { return {Part::Kind::pause, {}, time.count()}; }

/// Text that a machine speaks: see Manners::speak.
inline Part Spoken(std::string text) { return {Part::Kind::speech, std::move(text)}; }

/// Parts, one after the other.
inline Part Group(std::vector<Part> parts) { return {Part::Kind::group, std::move(parts)}; }

/// Parts with a word before the last one: "one, two and three".
inline Part List(const std::vector<Part>& parts, const Part& last_word = "vm-and") {
    std::vector<Part> all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0 && i + 1 == parts.size()) all.push_back(last_word);
        all.push_back(parts[i]);
    }
    return Group(std::move(all));
}

/// What a Duration or an amount of Money is counted in: the sound for one, and that for more.
struct Unit {
    std::string one;
    std::string many;
    Optional<Gender> gender{};
};

/// A number and its unit: "two minutes".
inline Part Count(long long number, const Unit& unit) {
    return Group({Number(number, unit.gender), number == 1 ? unit.one : unit.many});
}

/// A time that something takes: "two hours, one minute, five seconds". What is zero is left out.
inline Part Duration(std::chrono::seconds time, const Unit& hours = {"hours", "hours"},
                     const Unit& minutes = {"minute", "minutes"},
                     const Unit& seconds = {"second", "seconds"}) {
    constexpr long long sixty = 60;
    const long long count = time.count() < 0 ? 0 : time.count();
    std::vector<Part> parts;
    if (count >= sixty * sixty) parts.push_back(Count(count / (sixty * sixty), hours));
    if (count / sixty % sixty != 0) parts.push_back(Count(count / sixty % sixty, minutes));
    if (count % sixty != 0 || parts.empty()) parts.push_back(Count(count % sixty, seconds));
    return Group(std::move(parts));
}

/// Two units of which a hundred of one make the other. Asterisk's own sounds have no cents.
struct Currency {
    Unit unit;
    Unit hundredth;
    std::string between = "vm-and";  ///< Empty: nothing is said there.
};

/// An amount, in hundredths: "twelve dollars and fifty cents".
inline Part Money(long long hundredths, const Currency& currency) {
    constexpr long long hundred = 100;
    std::vector<Part> parts;
    if (hundredths < 0) {
        parts.push_back(Sound("digits/minus"));
        hundredths = -hundredths;
    }
    const long long rest = hundredths % hundred;
    if (hundredths >= hundred || rest == 0) {
        parts.push_back(Count(hundredths / hundred, currency.unit));
        if (rest != 0 && !currency.between.empty()) parts.push_back(Sound(currency.between));
    }
    if (rest != 0) parts.push_back(Count(rest, currency.hundredth));
    return Group(std::move(parts));
}

template <class T, class = std::enable_if_t<std::is_floating_point_v<T>>>
AGI_REFUSE(AGI_NO_FRACTION)
Part Money(T /*amount*/, const Currency& /*currency*/) {
    AGI_REFUSE_IN_BODY(T, AGI_NO_FRACTION);
    return {""};
}

/// What is said in a language, such as `de` or `de_AT`.
struct InLanguage {
    std::string language;
    std::vector<Part> parts;
};

/// Parts whose order differs from language to language: those of `de_AT`, else of `de`, else the first.
///
///     Phrase({{"en", {"you-have", Number(n), "messages"}}, {"de", {"sie-haben", Number(n), ...}}})
inline Part Phrase(std::initializer_list<InLanguage> alternatives) {
    std::vector<Part> all;
    for (const InLanguage& one : alternatives) {
        all.push_back(Group(one.parts));
        all.back().text = one.language;
    }
    return {Part::Kind::phrase, std::move(all)};
}

// NOLINTEND(readability-identifier-naming)

#undef AGI_NO_PART
#undef AGI_NO_FRACTION

/// The alternative of a phrase for a language; nullptr: it has none at all.
inline const Part* in_language(const Part& phrase, std::string_view language) {
    for (;;) {
        for (const Part& one : phrase.parts) {
            if (one.text == language) return &one;
        }
        const std::size_t region = language.find_last_of("_-");
        if (region == std::string_view::npos) break;
        language = language.substr(0, region);
    }
    return phrase.parts.empty() ? nullptr : &phrase.parts.front();
}

}}}  // namespace agi::v0::ivr
