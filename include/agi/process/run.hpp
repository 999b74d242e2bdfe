// SPDX-License-Identifier: MIT
#pragma once
// The main() of a program that Asterisk starts.

#include <agi/process/last_words.hpp>
#include <agi/process/process_stream.hpp>
#include <agi/session/session.hpp>
#include <agi/version.hpp>
#include <agi/wire/refuse.hpp>

#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// The session of a program that Asterisk has started.
using ProcessSession = Session<ProcessStream>;

/// The exit status by which AGISTATUS becomes SUCCESS or FAILURE. After a hang-up it is HANGUP
/// anyway.
constexpr int exit_status(bool success) noexcept { return success ? EXIT_SUCCESS : EXIT_FAILURE; }

namespace wire {

/// What is still in the buffer of std::cout, or is printed by destructors of static objects, is no
/// request either. Standard error is silent from now on if it leads to Asterisk.
class NoMoreOutput {
  public:
    NoMoreOutput() noexcept {
        if (stderr_is_protocol(STDIN_FILENO, STDOUT_FILENO)) point_nowhere(STDERR_FILENO);
    }
    NoMoreOutput(const NoMoreOutput&) = delete;
    NoMoreOutput& operator=(const NoMoreOutput&) = delete;
    ~NoMoreOutput() {
        if (::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) point_nowhere(STDOUT_FILENO);
    }
};

constexpr std::string_view not_a_call =
    ": Asterisk starts this program, by AGI() in the dialplan; without Asterisk, the softphone "
    "does: "
    "softphone ./program";

/// What agi::run takes.
template <class Handler>
constexpr bool is_handler() {
    if constexpr (std::is_invocable_v<Handler&, ProcessSession&>) {
        using Result = std::invoke_result_t<Handler&, ProcessSession&>;
        return std::is_void_v<Result> || std::is_same_v<Result, bool>;
    } else {
        return false;
    }
}

template <class Handler>
bool succeeds(Handler& handler, ProcessSession& session) {
    if constexpr (std::is_void_v<std::invoke_result_t<Handler&, ProcessSession&>>) {
        handler(session);
        return true;
    } else {
        return handler(session);
    }
}

/// The session has begun: how the handler ends.
template <class Handler>
bool run_session(Handler& handler, ProcessSession& session) {
    try {
        if (find_early_output(session, session.stream().written_before())) {
            tell(session,
                 "something was printed before agi::run, and Asterisk took it for commands");
        }
        return succeeds(handler, session);
    } catch (const AGIHangup&) {
        return true;
    } catch (...) {
        tell(session, text_of_caught());
        return false;
    }
}

/// The whole of it, up to the exit status.
template <class Handler>
bool run_program(Handler& handler, SessionOptions&& options) {
    if (::isatty(STDIN_FILENO) == 1) {
        tell_stderr("standard input is a terminal", not_a_call);
        return false;
    }
    bool begun = false;
    try {
        const HangupSignal hangup;
        // Its end closes the protocol before SIGHUP is as it was: then Asterisk sends none any more.
        ProcessSession session{ProcessStream{{true, &hangup, true}}, std::move(options)};
        begun = true;
        if (!session.environment().request().empty()) return run_session(handler, session);
        tell_stderr("standard input does not begin with agi_request", not_a_call);
    } catch (const AGIHangup&) {
        if (begun) return true;
        tell_stderr("standard input has no call", not_a_call);
    } catch (...) {
        tell_stderr(text_of_caught());
    }
    return false;
}

}  // namespace wire

/// Runs `handler(session)` with SIGHUP noted and standard output guarded, and returns the exit
/// status of the program: of what the handler returns (nothing, or whether it succeeded), success
/// after an AGIHangup that leaves the handler, which is how a call ends, and failure after any other
/// exception.
///
/// That one is told on standard error, and on Asterisk's console by VERBOSE if the session can.
/// So is what was printed to Asterisk before. Without a call, as from a shell, the program
/// says who it is for, if standard error is not what standard output is, and fails. After it, standard
/// output stays standard error, standard input is empty, and no child has the call.
///
///     int main() { return agi::run([](agi::ProcessSession& session) { ... }); }
///
/// Options that have a name are given away: `agi::run(handler, std::move(options))`.
template <class Handler>
int run(Handler&& handler, SessionOptions&& options = {}) {
    constexpr bool is_handler = wire::is_handler<Handler>();
    static_assert(
        is_handler,
        "A handler is  void(agi::ProcessSession&)  or  bool(agi::ProcessSession&), such as "
        "[](agi::ProcessSession& call) { agi::Answer{}(call); }");
    if constexpr (is_handler) {
        const wire::NoMoreOutput no_more_output;
        return exit_status(wire::run_program(handler, std::move(options)));
    } else {
        return exit_status(false);
    }
}

#define AGI_NO_COPY "agi: options have hooks and are not copied: run(handler, std::move(options))"
template <class Handler>
AGI_REFUSE(AGI_NO_COPY)
int run(Handler&& /*handler*/, const SessionOptions& /*options*/) {
    AGI_REFUSE_IN_BODY(Handler, AGI_NO_COPY);
    return exit_status(false);
}
#undef AGI_NO_COPY

}}  // namespace agi::v0
