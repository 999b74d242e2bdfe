// SPDX-License-Identifier: MIT
#pragma once
// Commands that speak numbers, letters and times from recorded sounds.

#include <agi/command/parse.hpp>

#include <optional>
#include <string_view>

namespace agi { inline namespace v0 {

/// The gender of a spoken number. Which of them a language knows: f de es fr is pl pt; m es he pl;
/// n da is no se; c is. The others ignore it.
enum class Gender : char { feminine = 'f', masculine = 'm', neuter = 'n', common = 'c' };

/// Says a number: "one hundred and five".
///
///     SAY NUMBER <number> <escape digits> [gender]
///
/// A key in `escape_digits` stops it; other keys are lost. A hang-up during it makes the reply -1
/// (AGIAppError); after one: AGIDeadChannelError.
struct SayNumber {
    int number = 0;
    DigitSet escape_digits{};  ///< Keys that stop it; none by default.
    std::optional<Gender> gender{};

    static constexpr bool works_after_hangup = false;

    [[nodiscard]] wire::Request request() const {
        const char letter = gender ? static_cast<char>(*gender) : '\0';
        if (!gender) return wire::Request{"SAY NUMBER", number, escape_digits};
        return wire::Request{"SAY NUMBER", number, escape_digits, std::string_view{&letter, 1}};
    }

    /// The key that stopped it, if any.
    /// @throws AGIAppError  a sound is missing, the language cannot say it, or the channel hung up
    [[nodiscard]] std::optional<char> parse(const Reply& reply) const {
        return wire::key_of(*this, reply, "not said: a sound is missing, or the channel hung up");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
