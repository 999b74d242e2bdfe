// SPDX-License-Identifier: MIT
#pragma once
// Commands that wait for keys.

#include <agi/command/parse.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace agi { inline namespace v0 {

/// Plays a prompt and collects digits.
///
///     GET DATA <file> [timeout] [max digits]
///
/// The first key stops the prompt; `#`, the last allowed digit or silence ends the entry. A hang-up
/// during it throws AGIResultHangup, after one AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] GetData {
    Text file;  ///< Sound file, without extension; empty: no prompt.
    /// Silence that ends the entry, before the first digit and between digits. 0: Asterisk's own,
    /// 6 s and 2 s.
    Milliseconds timeout = std::chrono::milliseconds{2000};
    int max_digits = 255;  ///< 1 to 1023.

    struct Result {
        std::string digits;      ///< `0-9*A-D`, without the final `#`; may be empty.
        bool timed_out = false;  ///< Silence ended the entry, not `#` or the last allowed digit.
        bool stopped = false;    ///< Session::execute_until stopped it; the digits are lost.
    };

    static constexpr bool works_after_hangup = false;

    /// The result when Asterisk ended it for a new command, and so without a reply.
    static Result when_stopped() { return {{}, false, true}; }

    /// How long Asterisk may take, not counting the prompt; nothing: without end.
    [[nodiscard]] OptionalMilliseconds longest() const {
        const auto each = wire::at_most_int(timeout);
        if (each < 0) return std::nullopt;
        return std::chrono::milliseconds{each == 0 ? 6000 + 2000LL * max_digits
                                                   : each * max_digits};
    }

    /// @throws AGIArgumentError  max_digits is out of range: 1024 would overrun Asterisk's buffer
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_range("GET DATA", "max_digits", max_digits, 1, 1023);
        return Request{"GET DATA", file, timeout, max_digits};
    }

    /// @throws AGIAppError  the file is missing
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        if (reply.result() == "-1")
            wire::fail(*this, reply, "the file is missing, or the channel hung up");
        for (const char digit : reply.result()) {
            if (!is_dtmf(digit)) wire::unexpected(*this, reply);
        }
        const bool timed_out = reply.data() == "timeout";
        if (!timed_out && !reply.text().empty()) wire::unexpected(*this, reply);
        return {std::string{reply.result()}, timed_out, false};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Plays a prompt and waits for one key.
///
///     GET OPTION <file> <escape digits> [timeout]
///
/// A key in `escape_digits` ends it, during the prompt or after; other keys are lost. A hang-up
/// during the prompt throws AGIResultHangup, one after it looks like silence; after one:
/// AGIDeadChannelError. Since Asterisk 1.2.
struct [[nodiscard]] GetOption {
    Text file;                 ///< Sound file, without extension.
    DigitSet escape_digits{};  ///< The keys that are waited for.
    /// Silence after the prompt; 0: does not wait, negative: without end. Always sent, as without
    /// it Asterisk crashes on a channel that has no dialplan.
    Milliseconds timeout = std::chrono::milliseconds{5000};

    struct Result {
        std::optional<char>
            digit;             ///< The key; none in time, or the channel hung up after the prompt.
        SampleOffset endpos;   ///< Where the prompt stopped.
        bool stopped = false;  ///< Session::execute_until stopped it.
    };

    static constexpr bool works_after_hangup = false;

    /// The result when Asterisk ended it for a new command: without a reply during the prompt, with
    /// one like that of silence after it.
    static Result when_stopped() { return {{}, {}, true}; }

    /// How long Asterisk may take, not counting the prompt; nothing: without end.
    [[nodiscard]] OptionalMilliseconds longest() const {
        if (timeout.count() < 0) return std::nullopt;
        return timeout;
    }

    /// @throws AGIArgumentError  file is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("GET OPTION", "file", file);
        return Request{"GET OPTION", file, escape_digits, timeout};
    }

    /// @throws AGIAppError  the file cannot be opened
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        const auto digit = wire::key_of(*this, reply, "not played, or the channel hung up");
        const auto endpos = reply.endpos();
        if (!endpos) wire::unexpected(*this, reply);
        return {digit, {*endpos}, false};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// What AMI's ControlPlayback may ask of a file. A newer Asterisk may say a number that has no name.
enum class StreamControl : int { stop = 1000, pause, restart, rewind, forward };

/// Waits for a key.
///
///     WAIT FOR DIGIT <timeout>
///
/// Any key ends it. A hang-up during it throws AGIResultHangup, after one
/// AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] WaitForDigit {
    Milliseconds timeout = forever;  ///< Negative: without end; 0: does not wait.

    struct Result {
        std::optional<char> digit;  ///< The key.
        bool timed_out = false;     ///< No key came in time.
        bool stopped = false;       ///< Session::execute_until stopped it, or a stray line.
        std::optional<StreamControl> control{};  ///< AMI's ControlPlayback ended it.
    };

    static constexpr bool works_after_hangup = false;

    /// The result when Asterisk ended it for a new command.
    static Result when_stopped() { return {{}, false, true, {}}; }

    /// How long Asterisk may take; nothing: without end.
    [[nodiscard]] OptionalMilliseconds longest() const {
        if (timeout.count() < 0) return std::nullopt;
        return timeout;
    }

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"WAIT FOR DIGIT", timeout};
    }

    /// @throws AGIAppError  an error of the channel
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == 1) return when_stopped();  // bytes came on the control stream
        if (number >= 1000 && number <= 1004) {
            return {{}, false, false, static_cast<StreamControl>(number)};
        }
        const auto digit = wire::key_of(*this, reply, "the channel hung up");
        return {digit, !digit, false, {}};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
