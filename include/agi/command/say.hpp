// SPDX-License-Identifier: MIT
#pragma once
// Commands that speak numbers and letters from recorded sounds.

#include <agi/command/parse.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/server_version.hpp>
#include <agi/wire/text.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

// Here and in say_time.hpp, a key in `escape_digits` stops a command, and is its result; other keys are
// lost. A hang-up during one throws AGIResultHangup, after one AGIDeadChannelError.

namespace wire {

/// The result of every SAY command.
inline std::optional<char> said(AnyCommand command, const Reply& reply) {
    return key_of(command, reply, "not said: a sound is missing, or the channel hung up");
}

/// A letter as an argument of its own.
template <class Letter>
OptionalText letter(const Optional<Letter>& value) {
    if (!value) return {};
    return std::string(1, static_cast<char>(*value));
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
        std::string_view number = digits;
        if (number.substr(0, 1) == "-") number.remove_prefix(1);
        if (number.empty() || number.front() < '0' || number.front() > '9') {
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

}}  // namespace agi::v0
