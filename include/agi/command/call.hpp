// SPDX-License-Identifier: MIT
#pragma once
// Commands for the call as a whole: answer it, end it.

#include <agi/command/parse.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace agi { inline namespace v0 {

/// Answers the channel, if it is not up already.
///
///     ANSWER
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] Answer {
    static constexpr bool works_after_hangup = false;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"ANSWER"};
    }

    /// @throws AGIAppError  the channel could not be answered, or it hung up meanwhile
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not answered");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Hangs up this channel or another one.
///
///     HANGUP [channel]
///
/// The session goes on: commands that need no channel still work. After a hang-up, of another
/// channel too: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] Hangup {
    OptionalText channel{};  ///< The full name of the channel; without it, this one.

    static constexpr bool works_after_hangup = false;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"HANGUP", channel};
    }

    /// @throws AGIAppError  there is no such channel
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 1, "no such channel");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// The state of a channel. A newer Asterisk may say a number that has no name here.
enum class ChannelState : int {
    down = 0,
    reserved = 1,
    off_hook = 2,
    dialing = 3,
    ring = 4,     ///< An incoming call that is not answered yet.
    ringing = 5,  ///< The telephone that we called rings.
    up = 6,
    busy = 7,
    dialing_off_hook = 8,
    pre_ring = 9,
};

/// Asks for the state of this channel or another one.
///
///     CHANNEL STATUS [channel]
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] ChannelStatus {
    OptionalText channel{};  ///< The full name of the channel; without it, this one.

    struct Result {
        ChannelState state = ChannelState::down;
        bool muted = false;
    };

    static constexpr bool works_after_hangup = false;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"CHANNEL STATUS", channel};
    }

    /// @throws AGIAppError  there is no such channel
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        constexpr int mute_flag = 1 << 16;
        const int number = wire::number_of(*this, reply);
        if (number == -1) wire::fail(*this, reply, "no such channel");
        if (number < 0) wire::unexpected(*this, reply);
        const bool muted = number / mute_flag % 2 == 1;
        return {static_cast<ChannelState>(muted ? number - mute_flag : number), muted};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sets the caller's number and name.
///
///     SET CALLERID <"name" <number>>
///
/// Both are set: the one not given is emptied. After a hang-up: AGIDeadChannelError.
/// Since Asterisk 1.0.
struct [[nodiscard]] SetCallerid {
    Text number;
    Text name = "";

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  `"`, `<` or `>` in the number; a name that is a telephone number
    ///                           where the number has no digit; more than 255 bytes together
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        const std::string_view digits = number;
        if (digits.find_first_of("\"<>") != std::string_view::npos) {
            wire::refuse("SET CALLERID", "number has a quote or a bracket", number);
        }
        if (has_no_digit(number) && looks_dialled(name)) {
            wire::refuse("SET CALLERID", "the number comes before the name", number);
        }
        // Text without brackets is a name, unless it looks like a number.
        std::string text = number;
        if (!name.empty()) {
            text = wire::joined({quoted(name), " <", number, ">"});
        } else if (number.empty() ||
                   digits.find_first_not_of("0123456789*#+") != std::string_view::npos) {
            text = wire::joined({"<", number, ">"});
        }
        wire::require_range("SET CALLERID", "the size", static_cast<long long>(text.size()), 0,
                            255);
        return Request{"SET CALLERID", text};
    }

    /// Asterisk says 1 always.
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 1, "not set");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }

  private:
    static bool has_no_digit(std::string_view text) noexcept {
        return !text.empty() && text.find_first_of("0123456789") == std::string_view::npos;
    }
    static bool looks_dialled(std::string_view text) noexcept {
        return !text.empty() &&
               text.find_first_not_of("0123456789*#+-() ") == std::string_view::npos;
    }
    /// Caller IDs have quoting of their own, under that of AGI.
    static std::string quoted(const std::string& text) {
        std::string out(1, '"');
        for (const char c : text) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
        return out;
    }
};

/// Hangs up the channel after a time, unless it is set again.
///
///     SET AUTOHANGUP <seconds>
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] SetAutohangup {
    Milliseconds time =
        std::chrono::milliseconds{0};  ///< From now; 0 switches it off. Up to 24 days.

    static constexpr bool works_after_hangup = false;

    /// Asterisk before 1.6.1 ignores fractions of a second.
    /// @throws AGIArgumentError  time is out of range
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        const long long ms = time.count();
        wire::require_range("SET AUTOHANGUP", "time", ms, 0, 2147483647);
        if (ms % 1000 == 0) return Request{"SET AUTOHANGUP", ms / 1000};
        const std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
        return Request{"SET AUTOHANGUP", wire::joined({std::to_string(ms / 1000), ".", fraction})};
    }

    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not set");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Switches music on hold on or off. It plays until it is switched off, under other sounds not.
///
///     SET MUSIC on|off [class]
///
/// Asterisk says 0 always, also for an unknown class. After a hang-up: AGIDeadChannelError.
/// Since Asterisk 1.0.
struct [[nodiscard]] SetMusic {
    Flag on = true;
    OptionalText music_class{};  ///< Without it, the channel's own.

    static constexpr bool works_after_hangup = false;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SET MUSIC", on ? "on" : "off", music_class};
    }

    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not set");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};
}}  // namespace agi::v0
