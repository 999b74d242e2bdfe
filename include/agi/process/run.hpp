// SPDX-License-Identifier: MIT
#pragma once
// The main() of a program that Asterisk starts.

#include <agi/process/process_stream.hpp>
#include <agi/session/session.hpp>
#include <agi/version.hpp>
#include <agi/wire/refuse.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// The session of a program that Asterisk has started.
using ProcessSession = Session<ProcessStream>;

/// The exit status by which AGISTATUS becomes SUCCESS or FAILURE. After a hang-up it is HANGUP
/// anyway.
constexpr int exit_status(bool success) noexcept { return success ? EXIT_SUCCESS : EXIT_FAILURE; }

/// Runs `handler(session)` with SIGHUP noted and standard output guarded, and returns the exit
/// status of the program: of what the handler returns (nothing, or whether it succeeded), success
/// after an AGIHangup that leaves the handler, failure after any other exception, which is printed
/// to standard error. Standard output stays standard error after it.
///
///     int main() { return agi::run([](agi::ProcessSession& session) { ... }); }
///
/// Options that have a name are given away: `agi::run(handler, std::move(options))`.
template <class Handler>
int run(Handler&& handler, SessionOptions&& options = {}) {
    // What is still in the buffer of std::cout, or is printed by destructors of static objects, is
    // no request either.
    struct NoMoreOutput {
        NoMoreOutput() = default;
        NoMoreOutput(const NoMoreOutput&) = delete;
        NoMoreOutput& operator=(const NoMoreOutput&) = delete;
        ~NoMoreOutput() { ::dup2(STDERR_FILENO, STDOUT_FILENO); }
    } const no_more_output;
    try {
        const HangupSignal hangup;
        ProcessSession session{ProcessStream{{true, &hangup}}, std::move(options)};
        if constexpr (std::is_void_v<std::invoke_result_t<Handler&, ProcessSession&>>) {
            handler(session);
            return exit_status(true);
        } else {
            static_assert(std::is_same_v<std::invoke_result_t<Handler&, ProcessSession&>, bool>,
                          "agi::run: the handler returns nothing, or whether it succeeded");
            return exit_status(handler(session));
        }
    } catch (const AGIHangup&) {
        return exit_status(true);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "agi: %s\n", error.what());
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
