// SPDX-License-Identifier: MIT
#pragma once
// What may be set before a server runs, and what all of its parts share.

#include <agi/fastagi/counters.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/session/options.hpp>
#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

enum class Severity : unsigned char { info, warning, error };

/// Each event is one line of printable characters. Called from several threads, and after
/// Server::run has returned by calls that it had to leave behind.
using Log = std::function<void(Severity, std::string_view)>;

/// To standard error.
inline void log_to_stderr(Severity severity, std::string_view text) {
    constexpr const char* names[] = {"info", "warning", "error"};
    std::string line = "agi: ";
    line.append(names[static_cast<int>(severity)]).append(": ").append(text).append(1, '\n');
    std::fwrite(line.data(), 1, line.size(), stderr);
}

/// A text, with escapes in place of what could begin a line of its own, or reach a terminal.
inline std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool printable = c >= ' ' && c <= '~';
        printable ? line += c : line += wire::escaped({&c, 1});
    }
    return line;
}

/// A call that is over.
struct CallReport {
    std::uint64_t id;
    std::string_view path;  ///< As sent.
    Outcome outcome;
    std::chrono::nanoseconds time;  ///< From the environment to the end of the handler.
};

/// A connection that was taken.
struct Connection {
    std::uint64_t number;   ///< Counted from 1, those too that turn out to be no calls.
    std::string_view from;  ///< The peer's address, or the label of its Origin.
};

struct ServerOptions {
    /// Calls at a time. One more is refused politely: `status_variable` says BUSY.
    std::size_t max_calls = 10'000;
    /// Of these, calls in blocking handlers: each has a thread.
    std::size_t max_threads = 512;
    /// Stack of each of these threads in bytes; 0: what the system gives, 8 MB as a rule. It is
    /// address space, of which a 32-bit system has too little for many threads. A thread that cannot be
    /// made is a call that is refused: BUSY.
    std::size_t thread_stack_size = 0;
    /// Connections at a time, those too that have not said what they want. More wait in the
    /// kernel's backlog. 0: 20,000, or what the process's limit of descriptors has room for.
    std::size_t max_connections = 0;
    /// Threads for coroutines and for what the server does itself. A call stays on one of them.
    unsigned loops = 1;

    /// Time for the environment, from the connection on.
    std::chrono::milliseconds environment_time{5000};
    /// Time to tell Asterisk why a call was refused or has failed. A stop waits for this, and a
    /// second, after it has told the calls to end.
    std::chrono::milliseconds farewell_time{5000};

    wire::EnvironmentLimits environment{};
    std::size_t reply_limit = wire::ReplyReader::default_limit;  ///< Bytes of one reply.
    HangupPolicy hangup_policy = HangupPolicy::carry_on;
    /// Called before anything is read of a connection, on its loop's thread, which it must not block;
    /// with several loops, at the same time. May change what its session does: `trace` records it,
    /// `on_hangup`, the policies. If it throws, that is logged, and the session is as it was left.
    std::function<void(const Connection&, SessionOptions&)> prepare{};

    /// The channel variable that tells the dialplan when a handler did not do its work: BUSY,
    /// NOTFOUND, FAILED, STOPPED, or what a middleware says. Otherwise it is not touched.
    std::string status_variable = "FASTAGI_STATUS";

    /// Whether an address may connect; all may by default.
    std::function<bool(const net::ip::address&)> admit{};
    Log log = log_to_stderr;
    /// Called at the end of every call, on its thread.
    std::function<void(const CallReport&)> on_end{};
};

/// What the parts of a server share, and what a thread may still use that outlives it.
struct ServerState {
    explicit ServerState(ServerOptions o) : options{std::move(o)} {}

    void log(Severity severity, std::string_view text) const noexcept {
        try {
            if (options.log) options.log(severity, one_line(text));
        } catch (...) {
            // A log that fails must not end a call.
        }
    }

    const ServerOptions options;
    Counters counters;
    std::atomic<bool> stopping{false};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
