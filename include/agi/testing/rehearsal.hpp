// SPDX-License-Identifier: MIT
#pragma once
// Runs call logic once for every step at which the caller may be gone, or the connection.

#include <agi/session/session.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// How a rehearsed call ends early.
enum class Loss : unsigned char {
    none,
    hang_up_before,  ///< The caller hangs up before a command: it may get 511.
    hang_up_during,  ///< He hangs up while it runs: it may get -1.
    broken_before,   ///< The connection is lost before a command.
    broken_during,   ///< It is lost before the reply.
};

inline const char* to_string(Loss loss) noexcept {
    switch (loss) {
        case Loss::hang_up_before: return "hang-up before command";
        case Loss::hang_up_during: return "hang-up during command";
        case Loss::broken_before: return "connection lost before command";
        case Loss::broken_during: return "connection lost during command";
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

/// How a rehearsal went.
struct Rehearsal {
    int runs = 0;
    int steps = 0;        ///< Commands of the whole call.
    std::string problem;  ///< The first one, with the ladder of its call; empty: none.
    Run failed{};         ///< Where it was.

    [[nodiscard]] bool passed() const noexcept { return problem.empty(); }
};

namespace simulator {

/// A stream that ends scripts which never do.
class RehearsalStream : public SimulatedStream {
  public:
    RehearsalStream(Asterisk& asterisk, const RehearsalOptions& options, int step)
        : SimulatedStream{asterisk, options.sighup},
          asterisk_{&asterisk},
          left_{step + options.most_commands} {}

    void write_line(std::string_view line) {
        if (--left_ < 0) {
            asterisk_->note_stuck();
            throw WouldHang{"the script goes on and on"};
        }
        SimulatedStream::write_line(line);
    }

  private:
    Asterisk* asterisk_;
    int left_;
};

/// Runs the script once; what is wrong with it.
template <class Script>
std::string rehearse_once(Asterisk& asterisk, Script& script, const RehearsalOptions& options,
                          const Run& run) {
    const auto left_by = [&](const std::exception& error) -> std::string {
        const bool gone = run.loss != Loss::none || asterisk.channel.hung_up();
        if (gone && options.may_throw(std::current_exception())) return {};
        return std::string{"an exception leaves the script: "} + error.what();
    };
    std::string problem;
    try {
        Session session{RehearsalStream{asterisk, options, run.step}};
        script(session);
    } catch (const WouldHang& error) {
        return std::string{"the script hangs: "} + error.what();
    } catch (const std::exception& error) {
        problem = left_by(error);
    } catch (...) {
        problem = "something that is no std::exception leaves the script";
    }
    if (problem.empty() && asterisk.stuck()) problem = "the script hangs, and swallows WouldHang";
    if (problem.empty() && options.work_done && !options.work_done(asterisk, run)) {
        problem = "work is left undone";
    }
    return problem;
}

}  // namespace simulator

/// Makes the call as it is planned, then again and again: once for each command of it and each kind
/// of Loss. Stops at the first call in which the script hangs, lets out an exception that it should
/// not, or leaves work undone.
///
///     const auto rehearsal = rehearse(asterisk, [](auto& session) { ask_pin(session); });
///     INFO(rehearsal.problem);
///     CHECK(rehearsal.passed());
///
/// `asterisk` is copied for each call.
template <class Script>
Rehearsal rehearse(const Asterisk& asterisk, Script&& script,
                   const RehearsalOptions& options = {}) {
    Rehearsal rehearsal;
    const auto make_call = [&](const Run& run) {
        Asterisk copy = asterisk;
        Caller& caller = copy.channel.caller;
        switch (run.loss) {
            case Loss::hang_up_before: caller.before_command(run.step).hang_up(); break;
            case Loss::hang_up_during: caller.during_command(run.step).hang_up(); break;
            case Loss::broken_before: caller.before_command(run.step).break_connection(); break;
            case Loss::broken_during: caller.during_command(run.step).break_connection(); break;
            default: break;
        }
        ++rehearsal.runs;
        const std::string problem = simulator::rehearse_once(copy, script, options, run);
        if (run.loss == Loss::none) rehearsal.steps = static_cast<int>(copy.requests().size());
        if (problem.empty()) return true;
        rehearsal.failed = run;
        rehearsal.problem = to_string(run.loss);
        if (run.loss != Loss::none) rehearsal.problem += ' ' + std::to_string(run.step);
        rehearsal.problem += ": " + problem + '\n' + ladder(copy);
        return false;
    };
    if (!make_call({})) return rehearsal;
    for (int step = 1; step <= rehearsal.steps; ++step) {
        for (const Loss loss : {Loss::hang_up_before, Loss::hang_up_during, Loss::broken_before,
                                Loss::broken_during}) {
            if (!make_call({loss, step})) return rehearsal;
        }
    }
    return rehearsal;
}

}}}  // namespace agi::v0::testing
