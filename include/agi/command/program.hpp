// SPDX-License-Identifier: MIT
#pragma once
// Commands for the program itself: say nothing, write to the console.

#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>
#include <agi/wire/command_traits.hpp>

#include <string>

namespace agi { inline namespace v0 {

/// Does nothing. Asterisk's console shows the text when AGI debugging is on.
///
///     NOOP [text]
///
/// Works after a hang-up. Since Asterisk 1.0.
struct [[nodiscard]] Noop {
    Text text = "";

    static constexpr bool works_after_hangup = true;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        if (text.empty()) return Request{"NOOP"};
        return Request{"NOOP", text};
    }

    template <class Reply>
    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 0) wire::unexpected(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Writes a message to Asterisk's console and log.
///
///     VERBOSE <message> [level]
///
/// Works after a hang-up. Since Asterisk 1.0.
struct [[nodiscard]] Verbose {
    Formatted message;  ///< One line: text; see Formatted.
    int level = 1;      ///< 0 to 4: shown when Asterisk's verbosity is at least that; 0 always.

    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  level is out of range
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_range("VERBOSE", "level", level, 0, 4);
        return Request{"VERBOSE", message.text(), level};
    }

    template <class Reply>
    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 1) wire::unexpected(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Ends AsyncAGI; the dialplan goes on. Does nothing elsewhere.
///
///     ASYNCAGI BREAK
///
/// Works after a hang-up. Since Asterisk 1.6.
struct [[nodiscard]] AsyncAGIBreak {
    static constexpr bool works_after_hangup = true;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"ASYNCAGI BREAK"};
    }

    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not ended");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Ends the session, and lets Asterisk set AGISTATUS to FAILURE.
///
///     failure
///
/// There is no reply: nothing can be sent after it. Works after a hang-up. Since Asterisk 1.4.
struct [[nodiscard]] Failure {
    static constexpr ReplyForm reply_form = ReplyForm::none;
    static constexpr bool works_after_hangup = true;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"failure"};
    }
    void parse(const Reply& /*none*/) const {}

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sends a line that was written elsewhere, as it is.
///
///     RawCommand{R"(GET DATA "enter-pin" 5000)"}
///
/// For commands that this library does not have. Whoever writes the line does the quoting. How the
/// reply is read follows from the command in the line.
struct [[nodiscard]] RawCommand {
    Text line;

    static constexpr bool works_after_hangup = false;  ///< As most commands.

    [[nodiscard]] ReplyForm reply_form() const noexcept { return wire::form_of(line); }

    /// @throws AGIArgumentError  LF, NUL or CR in it, more than 64 words, or it begins with
    ///                           `failure`
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request::raw(line);
    }

    /// The reply, whatever its result; other codes than 200 are exceptions.
    template <class Reply>
    [[nodiscard]] Reply parse(const Reply& reply) const {
        return reply;
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
