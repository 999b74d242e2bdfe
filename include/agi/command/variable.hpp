// SPDX-License-Identifier: MIT
#pragma once
// Commands for channel variables and dialplan functions.

#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>

#include <optional>
#include <string>

namespace agi { inline namespace v0 {

/// Reads a channel variable, or a dialplan function when the name ends in `)`.
///
///     GET VARIABLE <name>
///
/// The name stands without `${}`; `NAME:offset:length` works. Asterisk cuts the value at 1023
/// bytes: GetFullVariable does not. A value with line feeds is read whole, unless one of its lines
/// but the last ends in `)`. Works after a hang-up. A name is code: `SHELL(...)` runs a program.
struct GetVariable {
    std::string name;

    static constexpr ReplyForm reply_form = ReplyForm::value;
    static constexpr bool works_after_hangup = true;

    [[nodiscard]] wire::Request request() const { return wire::Request{"GET VARIABLE", name}; }

    /// The value, which may be empty; nothing when the variable is not set or the function failed.
    [[nodiscard]] std::optional<std::string> parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == 0) return std::nullopt;
        if (number != 1 || !reply.data()) wire::unexpected(*this, reply);
        return std::string{*reply.data()};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sets a channel variable, or writes a dialplan function when the name ends in `)`.
///
///     SET VARIABLE <name> <value>
///
/// `_` or `__` in front of the name lets channels that this one makes inherit it. Asterisk does not
/// evaluate the value. A value cannot hold a line feed or a NUL. Works after a hang-up. A name is
/// code: `SHELL(...)` runs a program.
struct SetVariable {
    std::string name;
    Formatted value;  ///< Text, or anything that fmt can format.
    CarriageReturn carriage_return =
        CarriageReturn::refuse;  ///< Whether a CR in the value is meant.

    static constexpr bool works_after_hangup = true;

    [[nodiscard]] wire::Request request() const {
        return wire::Request{"SET VARIABLE", name,
                             wire::WithCarriageReturn{value.text(), carriage_return}};
    }

    /// Asterisk says 1 always, also when a function refused the value.
    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 1) wire::unexpected(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
