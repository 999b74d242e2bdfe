// SPDX-License-Identifier: MIT
#pragma once
// How a rehearsed call ends early, and what a script may do then.

#include <agi/testing/simulated_stream.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <exception>
#include <functional>

namespace agi { inline namespace v0 { namespace testing {

/// How a rehearsed call ends early.
enum class Loss : unsigned char {
    none,
    hang_up_before,  ///< The caller hangs up before a command: it may get 511.
    hang_up_during,  ///< He hangs up while it runs: it may get -1.
    broken_before,   ///< The connection is lost before a command.
    broken_during,   ///< It is lost before the reply.
    away_during,     ///< Over AMI: it is lost for so long that the dialplan takes the call.
};

inline const char* to_string(Loss loss) noexcept {
    switch (loss) {
        case Loss::hang_up_before: return "hang-up before command";
        case Loss::hang_up_during: return "hang-up during command";
        case Loss::broken_before: return "connection lost before command";
        case Loss::broken_during: return "connection lost during command";
        case Loss::away_during: return "connection lost for good during command";
        default: return "whole call";
    }
}

/// One run of a rehearsal.
struct Run {
    Loss loss = Loss::none;
    int step = 0;  ///< The number of the command, counted from 1.
};

/// Whether an exception is the way that call logic ends when the call does: an AGIHangup.
inline bool ends_call(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const AGIHangup&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// What a rehearsal expects.
struct RehearsalOptions {
    /// Which exceptions may leave the script once the caller or the connection is gone. In the whole
    /// call, none may.
    std::function<bool(const std::exception_ptr&)> may_throw = ends_call;
    /// Whether what has to be done was done, after each run. The connection is lost in some: then
    /// nothing can be set in Asterisk.
    std::function<bool(Asterisk&, const Run&)> work_done{};
    /// A script that sends more commands than this after its caller has gone hangs.
    int most_commands = 1000;
    Sighup sighup = Sighup::noted;
};

}}}  // namespace agi::v0::testing
