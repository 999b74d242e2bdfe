// SPDX-License-Identifier: MIT
#pragma once
// Runs call logic once for every step at which the caller may be gone, or the connection.

#include <agi/session/session.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/rehearsal_options.hpp>
#include <agi/testing/simulator/rehearsal_stream.hpp>
#include <agi/version.hpp>

#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// How a rehearsal went.
struct Rehearsal {
    int runs = 0;
    int steps = 0;         ///< Commands of the whole call.
    std::string problem;   ///< The first one, with the ladder of its call; empty: none.
    Run failed{};          ///< Where it was.
    bool checked = false;  ///< Whether RehearsalOptions::work_done looked at what was done.

    [[nodiscard]] bool passed() const noexcept { return problem.empty(); }

    /// What was tried and what was not, in a sentence; or the problem.
    [[nodiscard]] std::string summary() const {
        if (!passed()) return problem;
        return std::to_string(runs) + (runs == 1 ? " call, " : " calls, ") + std::to_string(steps) +
               (steps == 1 ? " command" : " commands") +
               ": the script always ended, by no exception that it may not throw. " +
               (checked ? "What has to be done was done."
                        : "NOTHING ELSE WAS CHECKED: RehearsalOptions::work_done is not set.");
    }
};

namespace simulator {

/// Plans how the call ends.
inline void plan_loss(Caller& caller, const Run& run) {
    switch (run.loss) {
        case Loss::hang_up_before: caller.before_command(run.step).hang_up(); break;
        case Loss::hang_up_during: caller.during_command(run.step).hang_up(); break;
        case Loss::broken_before: caller.before_command(run.step).break_connection(); break;
        case Loss::broken_during:
        case Loss::away_during: caller.during_command(run.step).break_connection(); break;
        default: break;
    }
}

inline void note_problem(Rehearsal& rehearsal, const Asterisk& asterisk, const Run& run,
                         const std::string& problem) {
    rehearsal.failed = run;
    rehearsal.problem = to_string(run.loss);
    if (run.loss != Loss::none) rehearsal.problem += ' ' + std::to_string(run.step);
    rehearsal.problem += ": " + problem + '\n' + ladder(asterisk);
}

/// Makes the call in all the ways of `rehearse`. `make_call` gets the stream of each.
template <class MakeCall>
Rehearsal rehearse_with(const Asterisk& asterisk, const MakeCall& make_call,
                        const RehearsalOptions& options) {
    Rehearsal rehearsal;
    rehearsal.checked = static_cast<bool>(options.work_done);
    const auto passes = [&](const Run& run) {
        Asterisk copy = asterisk;
        plan_loss(copy.channel.caller, run);
        ++rehearsal.runs;
        const std::string problem = rehearse_once(copy, make_call, options, run);
        if (run.loss == Loss::none) rehearsal.steps = static_cast<int>(copy.requests().size());
        if (problem.empty()) return true;
        note_problem(rehearsal, copy, run, problem);
        return false;
    };
    if (!passes({})) return rehearsal;
    for (int step = 1; step <= rehearsal.steps; ++step) {
        for (const Loss loss : {Loss::hang_up_before, Loss::hang_up_during, Loss::broken_before,
                                Loss::broken_during}) {
            if (!passes({loss, step})) return rehearsal;
        }
    }
    return rehearsal;
}

}  // namespace simulator

/// Makes the call as it is planned, then again and again: once for each command of it and each kind
/// of Loss. Stops at the first call in which the script hangs, lets out an exception that it should
/// not, or leaves work undone.
///
///     const auto rehearsal = rehearse(asterisk, [](auto& session) { ask_pin(session); });
///     INFO(rehearsal.summary());
///     CHECK(rehearsal.passed());
///
/// `asterisk` is copied for each call.
template <class Script>
Rehearsal rehearse(const Asterisk& asterisk, Script&& script,
                   const RehearsalOptions& options = {}) {
    const auto make_call = [&](simulator::RehearsalStream stream) {
        Session session{stream};
        script(session);
    };
    return simulator::rehearse_with(asterisk, make_call, options);
}

}}}  // namespace agi::v0::testing
