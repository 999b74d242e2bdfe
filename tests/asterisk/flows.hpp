// SPDX-License-Identifier: MIT
#pragma once
// Call flows that are the same in a program and in a handler that blocks. Those of coroutines are
// beside them, in fastagi_flows.hpp.

#include "end_of_call.hpp"
#include "report.hpp"
#include <agi/agi.hpp>

#include <array>
#include <chrono>
#include <string>
#include <thread>

namespace live {

/// How often a command is stopped: 0, 5, ... 60 ms after it was begun, eight times each.
constexpr int stops = 13 * 8;

/// When the stop of that number comes.
class StopTime {
  public:
    explicit StopTime(int number)
        : time_{std::chrono::steady_clock::now() + std::chrono::milliseconds{5 * (number % 13)}} {}
    bool operator()() const { return std::chrono::steady_clock::now() >= time_; }

  private:
    std::chrono::steady_clock::time_point time_;
};

struct StopCounts {
    int stopped = 0;
    int in_step = 0;
    int own = 0;  ///< How often the next command got its own reply.

    void report(ReportWriter& to) const {
        to("stopped", stopped);
        to("in_step", in_step);
        to("own", own);
    }
};

inline const std::array stoppable{"stream-file",     "short-file", "get-data",
                                  "get-data-silent", "get-option", "get-option-after",
                                  "wait-for-digit"};

/// Calls `use` with the command of that name.
template <class Use>
auto with_stoppable(const std::string& name, Use use) {
    using namespace std::chrono_literals;
    if (name == "stream-file") return use(agi::StreamFile{"tt-weasels"});
    // About 50 ms long: it ends by itself in the very moment, now and then.
    if (name == "short-file") return use(agi::StreamFile{"digits/1"});
    if (name == "get-data") return use(agi::GetData{"tt-weasels", 5s, 4});
    if (name == "get-data-silent") return use(agi::GetData{"", 5s, 4});
    if (name == "get-option") return use(agi::GetOption{"tt-weasels", "1"});
    if (name == "get-option-after") return use(agi::GetOption{"silence/1", "1"});
    return use(agi::WaitForDigit{});
}

template <class Command>
StopCounts stop_often(agi::AnySession& call, const Command& command) {
    StopCounts counts;
    for (int i = 0; i < stops; ++i) {
        const std::string mark = std::to_string(i);
        agi::SetVariable{"MARK", mark}(call);
        const auto result = call.execute_until(command, StopTime{i}, std::chrono::milliseconds{1});
        if (result.stopped) ++counts.stopped;
        if (call.in_step()) ++counts.in_step;
        if (agi::GetVariable{"MARK"}(call) == mark) ++counts.own;
    }
    return counts;
}

/// Calls `use` with a command of that name, which plays this file.
template <class Use>
auto with_prompt(const std::string& name, const std::string& file, Use use) {
    using namespace std::chrono_literals;
    if (name == "control-stream") return use(agi::ControlStreamFile{file});
    if (name == "get-option") return use(agi::GetOption{file, "1", 10s});
    return use(agi::StreamFile{file});
}

inline void wait_for_hangup(agi::AnySession& call, ReportWriter& report) {
    agi::Noop{"waiting"}(call);
    int rounds = 0;
    while (!call.hung_up() && rounds < 300) {
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        ++rounds;
    }
    report("rounds", rounds);
    report("source", source_name(call.hangup_source()));
}

/// What the first command and twenty pairs after it say, in a call whose environment is not what it
/// seems to be.
inline void be_fooled(agi::AnySession& call, ReportWriter& report) {
    using namespace std::chrono_literals;
    try {
        report("first", "digits " + agi::GetData{"silence/1", 300ms, 4}(call).digits);
    } catch (const agi::AGIException& error) {
        report("first", error.what());
    }
    int own = 0;
    for (int i = 0; i < 20; ++i) {
        const std::string mark = "mark " + std::to_string(i);
        agi::SetVariable{"MARK", mark}(call);
        if (agi::GetVariable{"MARK"}(call) == mark) ++own;
    }
    report("own", own);
    report("in_step", call.in_step());
    report("hung_up", call.hung_up());
}

/// Runs the flow of that name. `what` is the name of a command, `file` of a sound file.
inline void run_flow(agi::AnySession& call, ReportWriter& report, const std::string& name,
                     const std::string& what, const std::string& file) {
    if (name == "flow-stop") {
        with_stoppable(what, [&](const auto& command) {
            return stop_often(call, command);
        }).report(report);
    } else if (name == "flow-minus-one") {
        try {
            with_prompt(what, file, [&](const auto& command) { command(call); });
            report("outcome", "played");
        } catch (const agi::AGIHangup&) {
            report("outcome", "hang-up");
        } catch (const agi::AGIAppError&) {
            report("outcome", "failure");
        }
        report("hung_up", call.hung_up());
    } else if (name == "flow-wait") {
        wait_for_hangup(call, report);
    } else if (name == "flow-fooled") {
        be_fooled(call, report);
    } else {
        agi::Answer{}(call);
        agi::StreamFile{file}(call);
    }
    report("end", "reached");
}

}  // namespace live
