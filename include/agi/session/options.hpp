// SPDX-License-Identifier: MIT
#pragma once
// What may be set before a session begins.

#include <agi/session/hook.hpp>
#include <agi/stream/hangup_source.hpp>
#include <agi/version.hpp>
#include <agi/wire/environment.hpp>
#include <agi/wire/reply_reader.hpp>
#include <agi/wire/server_version.hpp>

#include <chrono>
#include <string_view>

namespace agi { inline namespace v0 {

/// Which way a traced line went.
enum class Direction : unsigned char {
    sent,
    received,
    received_part,  ///< What had come of a line when the stream closed.
};

/// Sees every line of a session, without its LF.
using TraceHook = Hook<Direction, std::string_view>;

/// What a session does when it knows that the call is over.
enum class HangupPolicy : unsigned char {
    carry_on,  ///< Commands that need no channel work; the others throw AGIDeadChannelError.
    throw_at_command,  ///< Every command throws, apart from those in after_hangup.
};

/// What may be set before a session reads its first line.
struct SessionOptions {
    TraceHook trace{};  ///< Called for every line, those of the environment too.
    /// Called once, when it is learnt that the call is over. That may be while a reply is owed: it
    /// must not use the session.
    Hook<HangupSource> on_hangup{};
    /// Called for every reply to a command, with what it took.
    Hook<std::chrono::nanoseconds> on_reply{};
    HangupPolicy hangup_policy = HangupPolicy::carry_on;
    /// Whether CHANNEL STATUS is asked after a -1 that may mean a missing file or a hang-up. If not,
    /// that is an AGIAppError in either case, unless the hang-up is known by other means.
    bool ask_after_failure = true;
    ServerVersion server{};      ///< Which Asterisk it is, where agi_version is not to be believed.
    std::size_t line_limit = 0;  ///< Longest request line in bytes; 0: what that Asterisk takes.
    wire::EnvironmentLimits environment{};
    /// Bytes of one reply, less than 4 GB.
    std::size_t reply_limit = wire::ReplyReader::default_limit;
};

}}  // namespace agi::v0
