// SPDX-License-Identifier: MIT
#pragma once
// Commands that speak numbers, letters and times from recorded sounds.

#include <agi/command/parse.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/server_version.hpp>

#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

// Of all of them: a key in `escape_digits` stops them, and is the result; other keys are lost. A
// hang-up during one throws AGIResultHangup, after one AGIDeadChannelError.

namespace wire {

/// The result of every SAY command.
inline std::optional<char> said(AnyCommand command, const Reply& reply) {
    return key_of(command, reply, "not said: a sound is missing, or the channel hung up");
}

/// A letter as an argument of its own.
template <class Letter>
std::optional<std::string> letter(const Optional<Letter>& value) {
    if (!value) return std::nullopt;
    return std::string(1, static_cast<char>(*value));
}

/// Seconds since 1970, before and after it.
inline long long unix_seconds(std::chrono::system_clock::time_point time) noexcept {
    constexpr long long ticks = std::chrono::system_clock::period::den;
    const long long count = time.time_since_epoch().count();
    return count / ticks - (count % ticks < 0 ? 1 : 0);
}

}  // namespace wire

/// Which letters SAY ALPHA says with "upper case" or "lower case" in front.
enum class SayCase : char { none = 'n', lower = 'l', upper = 'u', all = 'a' };

/// Spells text.
///
///     SAY ALPHA <text> <escape digits> [case]
/// Since Asterisk 1.2.
struct [[nodiscard]] SayAlpha {
    Text text;
    DigitSet escape_digits{};      ///< Keys that stop it; none by default.
    Optional<SayCase> say_case{};  ///< None by default. Since Asterisk 12.

    static constexpr bool works_after_hangup = false;
    static constexpr bool stops_in_eagi_only = true;

    /// The result when Asterisk ended it for a new command; see Session::execute_until.
    static std::optional<char> when_stopped() { return std::nullopt; }

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SAY ALPHA", text, escape_digits, wire::letter(say_case)};
    }

    /// @throws AGIArgumentError  a case for an Asterisk that knows none
    void check_server(const ServerVersion& server) const {
        if (say_case && server.known() && !server.has_say_alpha_case()) {
            throw AGIArgumentError("SAY ALPHA", "say_case needs Asterisk 12");
        }
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Says each character of a number: "one, two, three".
///
///     SAY DIGITS <digits> <escape digits>
/// Since Asterisk 1.0.
struct [[nodiscard]] SayDigits {
    Text digits;  ///< Begins with a digit or with `-` and a digit; `*` and `#` may follow.
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.

    static constexpr bool works_after_hangup = false;
    static constexpr bool stops_in_eagi_only = true;

    /// The result when Asterisk ended it for a new command; see Session::execute_until.
    static std::optional<char> when_stopped() { return std::nullopt; }

    /// @throws AGIArgumentError  digits begins otherwise: Asterisk refuses that. SayAlpha says it.
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        const std::size_t first = !digits.empty() && digits[0] == '-' ? 1 : 0;
        if (digits.size() <= first || digits[first] < '0' || digits[first] > '9') {
            wire::refuse("SAY DIGITS", "digits does not begin with a number", digits);
        }
        return Request{"SAY DIGITS", digits, escape_digits};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// The gender of a spoken number. Which of them a language knows: f de es fr is pl pt; m es he pl;
/// n da no is se; c is. The others ignore it.
enum class Gender : char { feminine = 'f', masculine = 'm', neuter = 'n', common = 'c' };

/// Says a number: "one hundred and five".
///
///     SAY NUMBER <number> <escape digits> [gender]
/// Since Asterisk 1.0.
struct [[nodiscard]] SayNumber {
    int number = 0;
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.
    Optional<Gender> gender{};

    static constexpr bool works_after_hangup = false;
    static constexpr bool stops_in_eagi_only = true;

    /// The result when Asterisk ended it for a new command; see Session::execute_until.
    static std::optional<char> when_stopped() { return std::nullopt; }

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SAY NUMBER", number, escape_digits, wire::letter(gender)};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing, or the language cannot say it
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Spells text with the words of the radio alphabet: "alpha, bravo".
///
///     SAY PHONETIC <text> <escape digits>
/// Since Asterisk 1.0.
struct [[nodiscard]] SayPhonetic {
    Text text;
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.

    static constexpr bool works_after_hangup = false;
    static constexpr bool stops_in_eagi_only = true;

    /// The result when Asterisk ended it for a new command; see Session::execute_until.
    static std::optional<char> when_stopped() { return std::nullopt; }

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SAY PHONETIC", text, escape_digits};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

namespace wire {

/// SAY DATE and SAY TIME read 32 bits. @throws AGIArgumentError  outside 1901 to 2038
inline int unix_seconds_32(const char* verb, std::chrono::system_clock::time_point time) {
    const long long seconds = unix_seconds(time);
    require_range(verb, "time", seconds, std::numeric_limits<int>::min(),
                  std::numeric_limits<int>::max());
    return static_cast<int>(seconds);
}

}  // namespace wire

/// Says a date, in Asterisk's time zone.
///
///     SAY DATE <seconds since 1970> <escape digits>
/// Since Asterisk 1.2.
struct [[nodiscard]] SayDate {
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  time is outside 1901 to 2038
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SAY DATE", wire::unix_seconds_32("SAY DATE", time), escape_digits};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Says a time of day, in Asterisk's time zone.
///
///     SAY TIME <seconds since 1970> <escape digits>
/// Since Asterisk 1.0.
struct [[nodiscard]] SayTime {
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  time is outside 1901 to 2038
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SAY TIME", wire::unix_seconds_32("SAY TIME", time), escape_digits};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Says a date and time in a format.
///
///     SAY DATETIME <seconds since 1970> <escape digits> [format] [time zone]
///
/// Letters of the format, in English: A weekday, B b h month, m its number, d e day, Y year, I l
/// hour (12), H k hour (24), M minute, P p am or pm, S seconds, R = HM, T = HMS, Q date, with
/// "today" and the like, q the same but nothing for today; `'file'` a sound file.
/// Since Asterisk 1.2.
struct [[nodiscard]] SayDatetime {
    std::chrono::system_clock::time_point time = std::chrono::system_clock::now();
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.
    OptionalText format{};     ///< By default the language's own.
    OptionalText zone{};       ///< Such as `Europe/Berlin`; by default Asterisk's. With it, and
                               ///< no format, the format is `ABdY 'digits/at' IMp`.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  a quote or a blank in the zone: a format that came too late
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        if (zone && zone->find_first_of("' ") != std::string::npos) {
            wire::refuse("SAY DATETIME", "zone is no time zone", *zone);
        }
        std::optional<std::string> sent = format;
        if (zone && !format) sent = "ABdY 'digits/at' IMp";
        return Request{"SAY DATETIME", wire::unix_seconds(time), escape_digits, sent, zone};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing
    template <class Reply>
    std::optional<char> parse(const Reply& reply) const {
        return wire::said(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
