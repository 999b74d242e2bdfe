// SPDX-License-Identifier: MIT
#pragma once
// Commands for text, images and text telephones.

#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// Waits for a text message, and takes its first byte; the rest of it is lost.
///
///     RECEIVE CHAR <timeout>
///
/// Asterisk says `-1 (hangup)` for a timeout, a hang-up and an error alike. The session finds out: a
/// hang-up throws AGIResultHangup, the others are no exception. Keys do nothing. After a hang-up:
/// AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] ReceiveChar {
    Milliseconds timeout = forever;  ///< Negative: without end; 0: does not wait.

    struct Result {
        std::optional<unsigned char> byte;  ///< 0 to 255; nothing when no text came.
        bool empty_message = false;         ///< A message came, and there was nothing in it.
    };

    static constexpr bool works_after_hangup = false;

    /// How long Asterisk may take; nothing: without end.
    [[nodiscard]] OptionalMilliseconds longest() const {
        if (timeout.count() < 0) return std::nullopt;
        return timeout;
    }

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"RECEIVE CHAR", timeout};
    }

    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == -1) return {};
        if (number == 0 && reply.data() == "timeout") return {{}, true};
        if (number < 0 || number > 255) wire::unexpected(*this, reply);
        return {static_cast<unsigned char>(number), false};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Waits for a text message.
///
///     RECEIVE TEXT <timeout>
///
/// Asterisk says -1 for a timeout, a hang-up and an error alike. The session finds out: a hang-up throws
/// AGIResultHangup, the others are no exception. Keys do nothing. After a hang-up: AGIDeadChannelError. Since Asterisk 1.2.
struct [[nodiscard]] ReceiveText {
    Milliseconds timeout = forever;  ///< Negative: without end; 0: does not wait.

    static constexpr ReplyForm reply_form = ReplyForm::value;
    static constexpr bool works_after_hangup = false;

    /// How long Asterisk may take; nothing: without end.
    [[nodiscard]] OptionalMilliseconds longest() const {
        if (timeout.count() < 0) return std::nullopt;
        return timeout;
    }

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"RECEIVE TEXT", timeout};
    }

    /// The text; nothing when none came.
    template <class Reply>
    [[nodiscard]] std::optional<std::string> parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == -1) return std::nullopt;
        if (number != 1 || !reply.data()) wire::unexpected(*this, reply);
        return std::string{*reply.data()};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sends a text message.
///
///     SEND TEXT <text>
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] SendText {
    Formatted text;  ///< One line: text; see Formatted.

    static constexpr bool works_after_hangup = false;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SEND TEXT", text.text()};
    }

    /// @throws AGIAppError  not sent, or the channel cannot send text. (Asterisk before 13.22, 15.5
    ///                      and 16 says 0 for such a channel: that reads as sent.)
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not sent: the channel has no text, or hung up");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sends an image, on the few channels that can.
///
///     SEND IMAGE <file>
///
/// Asterisk says 0 also for a channel that cannot. After a hang-up: AGIDeadChannelError.
/// Since Asterisk 1.0.
struct [[nodiscard]] SendImage {
    Text file;  ///< Image file, without extension.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  file is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SEND IMAGE", "file", file);
        return Request{"SEND IMAGE", file};
    }

    /// @throws AGIAppError  the channel hung up
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not sent: the channel hung up");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// What a text telephone does.
enum class TddMode : unsigned char { off, on, mate, tdd };

/// Switches the support for text telephones.
///
///     TDD MODE on|off|mate|tdd
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] TDDMode {
    TddMode mode = TddMode::on;

    static constexpr bool works_after_hangup = false;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        switch (mode) {
            case TddMode::on: return Request{"TDD MODE", "on"};
            case TddMode::mate: return Request{"TDD MODE", "mate"};
            case TddMode::tdd: return Request{"TDD MODE", "tdd"};
            case TddMode::off: break;
        }
        return Request{"TDD MODE", "off"};
    }

    /// Whether the channel supports it.
    template <class Reply>
    bool parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number != 0 && number != 1) wire::unexpected(*this, reply);
        return number == 1;
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
