// SPDX-License-Identifier: MIT
#pragma once
// Commands for channel variables and dialplan functions.

#include <agi/command/expression.hpp>
#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 {

namespace wire {

/// @throws AGIArgumentError  the name of a variable is empty, or stands in `${}`
inline void require_name(const char* verb, std::string_view name) {
    require_text(verb, "name", name);
    if (name.substr(0, 2) == "${") {
        refuse(verb, "name stands without ${}", name);
    }
}

}  // namespace wire

/// Reads a channel variable, or a dialplan function when the name ends in `)`.
///
///     GET VARIABLE <name>
///
/// The name stands without `${}`, and without `:offset:length`: that is not set. Asterisk cuts the
/// value at 1023 bytes. GetFullVariable knows neither limit. A value with line feeds is read whole, unless one of its lines
/// but the last ends in `)`. Works after a hang-up. A name is code: `SHELL(...)` runs a program.
/// Since Asterisk 1.0.
struct [[nodiscard]] GetVariable {
    Text name;

    static constexpr ReplyForm reply_form = ReplyForm::value;
    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  the name is empty, or stands in `${}`
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_name("GET VARIABLE", name);
        return Request{"GET VARIABLE", name};
    }

    /// The value, which may be empty; nothing when the variable is not set or the function failed.
    template <class Reply>
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
/// code: `SHELL(...)` runs a program. Since Asterisk 1.0.
struct [[nodiscard]] SetVariable {
    Text name;
    Formatted value;  ///< Text; see Formatted.
    CarriageReturn carriage_return =
        CarriageReturn::refuse;  ///< Whether a CR in the value is meant.

    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  the name is empty, or stands in `${}`
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_name("SET VARIABLE", name);
        return Request{"SET VARIABLE", name,
                       wire::WithCarriageReturn{value.text(), carriage_return}};
    }

    /// Asterisk says 1 always, also when a function refused the value.
    template <class Reply>
    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 1) wire::unexpected(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Evaluates an expression of the dialplan.
///
///     GET FULL VARIABLE <expression> [channel]
///
/// `GetFullVariable{"${CALLERID(num)}/${EXTEN}"}`: what stands in `${}` and `$[]` is evaluated, the
/// rest is text, a bare name too. Works after a hang-up. An expression is code: never build one
/// from what a caller sent. Since Asterisk 1.2.
struct [[nodiscard]] GetFullVariable {
    Text expression;
    OptionalText channel{};  ///< The full name of a channel; without it, this one.

    static constexpr ReplyForm reply_form = ReplyForm::value;
    static constexpr bool works_after_hangup = true;

    /// The value of a variable or function, without its `${}`.
    /// @throws AGIArgumentError  `$`, `{` or `}` in the name
    static GetFullVariable of(std::string_view name, OptionalText channel = {}) {
        wire::refuse_expression("GET FULL VARIABLE", name);
        return {wire::joined({"${", name, "}"}), std::move(channel)};
    }

    /// @throws AGIArgumentError  an expression where the channel belongs
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        if (channel && channel->find("${") != std::string::npos) {
            wire::refuse("GET FULL VARIABLE", "the expression comes before the channel", *channel);
        }
        return Request{"GET FULL VARIABLE", expression, channel};
    }

    /// The text. A variable that is not set is empty.
    /// @throws AGIAppError  there is no such channel
    template <class Reply>
    [[nodiscard]] std::string parse(const Reply& reply) const {
        return std::string{wire::evaluated(*this, reply)};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Reads a variable or a dialplan function exactly, whatever its value holds.
///
///     GET FULL VARIABLE ${URIENCODE(${<name>})}
///
/// A value with line feeds cannot always be told from the lines behind it: this way it travels
/// percent-encoded. Needs func_uri in Asterisk. Works after a hang-up.
struct [[nodiscard]] GetVariableExact {
    Text name;

    static constexpr ReplyForm reply_form = ReplyForm::value;
    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  the name is empty, or has `$`, `{` or `}`
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("GET FULL VARIABLE", "name", name);
        wire::refuse_expression("GET FULL VARIABLE", name);
        return Request{"GET FULL VARIABLE",
                       wire::joined({wire::uri_probe, "${URIENCODE(${", name, "})}"})};
    }

    /// The value. A variable that is not set is empty.
    /// @throws AGIAppError  Asterisk has no URIENCODE
    template <class Reply>
    [[nodiscard]] std::string parse(const Reply& reply) const {
        return wire::percent_decoded(wire::uri_probed(*this, reply));
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sets a variable, or writes a dialplan function, to a value that may hold line feeds.
///
///     EXEC Exec Set(<name>=${URIDECODE(<percent-encoded value>)})
///
/// Needs app_exec and func_uri in Asterisk; without the latter the variable becomes empty. Works
/// after a hang-up. The value takes up to three bytes of the line for each of its own.
struct [[nodiscard]] SetVariableExact {
    Text name;
    Formatted value;  ///< Text; see Formatted. No NUL.

    static constexpr ReplyForm reply_form = ReplyForm::application;
    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  the name is empty, or has `$`, `{`, `}` or `=`; a NUL in the value
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("EXEC", "name", name);
        wire::refuse_expression("EXEC", name, "${}=");
        return wire::set_by_expression(name, value.text());
    }

    /// @throws AGIAppError  Asterisk has no application Exec, or the name was refused
    template <class Reply>
    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 0) wire::fail(*this, reply, "not set");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
