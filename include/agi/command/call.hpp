// SPDX-License-Identifier: MIT
#pragma once
// Commands for the call as a whole: answer it, end it.

#include <agi/command/parse.hpp>

#include <optional>
#include <string>

namespace agi { inline namespace v0 {

/// Answers the channel, if it is not up already.
///
///     ANSWER
///
/// After a hang-up: AGIDeadChannelError.
struct Answer {
    static constexpr bool works_after_hangup = false;

    [[nodiscard]] wire::Request request() const { return wire::Request{"ANSWER"}; }

    /// @throws AGIAppError  the channel could not be answered, or it hung up meanwhile
    void parse(const Reply& reply) const { wire::expect_number(*this, reply, 0, "not answered"); }

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
/// channel too: AGIDeadChannelError.
struct Hangup {
    std::optional<std::string> channel{};  ///< The full name of the channel; without it, this one.

    static constexpr bool works_after_hangup = false;

    [[nodiscard]] wire::Request request() const { return wire::Request{"HANGUP", channel}; }

    /// @throws AGIAppError  there is no such channel
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 1, "no such channel");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
