// SPDX-License-Identifier: MIT
#pragma once
// The call flows of flows.hpp in coroutines, a server of both kinds of handler, and calls to them.

#include "batch.hpp"
#include "flows.hpp"
#include "live_server.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace live {

#ifdef AGI_HAS_COROUTINES
using agi::fastagi::AsyncCall;

template <class Command>
Task<> stop_often_async(AsyncCall& call, ReportWriter& report, Command command) {
    StopCounts counts;
    for (int i = 0; i < stops; ++i) {
        const std::string mark = std::to_string(i);
        const agi::SetVariable set{"MARK", mark};
        co_await call(set);
        const auto result =
            co_await call.execute_until(command, StopTime{i}, std::chrono::milliseconds{1});
        if (result.stopped) ++counts.stopped;
        if (call.in_step()) ++counts.in_step;
        const agi::GetVariable get{"MARK"};
        const auto value = co_await call(get);
        if (value == mark) ++counts.own;
    }
    counts.report(report);
}

template <class Command>
Task<> play_async(AsyncCall& call, Command command) {
    co_await call(command);
}

inline Task<> minus_one_async(AsyncCall& call, ReportWriter& report, const std::string& what,
                              const std::string& file) {
    try {
        co_await with_prompt(what, file,
                             [&](const auto& command) { return play_async(call, command); });
        report("outcome", "played");
    } catch (const agi::AGIHangup&) {
        report("outcome", "hang-up");
    } catch (const agi::AGIAppError&) {
        report("outcome", "failure");
    }
    report("hung_up", call.hung_up());
}

inline Task<> wait_for_hangup_async(AsyncCall& call, ReportWriter& report) {
    const agi::Noop waiting{"waiting"};
    co_await call(waiting);
    agi::wire::net::steady_timer timer{co_await agi::wire::net::this_coro::executor};
    int rounds = 0;
    while (!call.hung_up() && rounds < 300) {
        timer.expires_after(std::chrono::milliseconds{100});
        co_await timer.async_wait(agi::wire::net::use_awaitable);
        ++rounds;
    }
    report("rounds", rounds);
    report("source", source_name(call.hangup_source()));
}

inline Task<> be_fooled_async(AsyncCall& call, ReportWriter& report) {
    using namespace std::chrono_literals;
    try {
        const agi::GetData ask{"silence/1", 300ms, 4};
        const auto entry = co_await call(ask);
        report("first", "digits " + entry.digits);
    } catch (const agi::AGIException& error) {
        report("first", error.what());
    }
    int own = 0;
    for (int i = 0; i < 20; ++i) {
        const std::string mark = "mark " + std::to_string(i);
        const agi::SetVariable set{"MARK", mark};
        co_await call(set);
        const agi::GetVariable get{"MARK"};
        const auto value = co_await call(get);
        if (value == mark) ++own;
    }
    report("own", own);
    report("in_step", call.in_step());
    report("hung_up", call.hung_up());
}

inline Task<> play_answered_async(AsyncCall& call, const std::string& file) {
    const agi::Answer answer;
    co_await call(answer);
    const agi::StreamFile play{file};
    co_await call(play);
}

inline Task<> run_flow_async(AsyncCall& call) {
    const std::string name = call.query("name").value();
    const std::string what = call.query("what").value_or("");
    const std::string file = call.query("file").value_or("");
    ReportWriter report{call.query("report").value()};
    if (name == "flow-stop") {
        co_await with_stoppable(
            what, [&](const auto& command) { return stop_often_async(call, report, command); });
    } else if (name == "flow-minus-one") {
        co_await minus_one_async(call, report, what, file);
    } else if (name == "flow-wait") {
        co_await wait_for_hangup_async(call, report);
    } else if (name == "flow-fooled") {
        co_await be_fooled_async(call, report);
    } else {
        co_await play_answered_async(call, file);
    }
    report("end", "reached");
}
#endif

inline void set_up_flows(agi::fastagi::Server& server) {
    server.route("flow", [](agi::fastagi::Call& call) {
        ReportWriter report{call.query("report").value()};
        run_flow(call, report, call.query("name").value(), call.query("what").value_or(""),
                 call.query("file").value_or(""));
    });
#ifdef AGI_HAS_COROUTINES
    server.route("async/flow", run_flow_async);
#endif
}

/// What runs a flow: a program on a pipe, a handler on a socket, a coroutine.
inline std::vector<std::string> flow_kinds() {
    std::vector<std::string> all{"program"};
    for (const std::string& kind : kinds()) all.push_back(kind + "flow");
    return all;
}

/// A call to one flow.
class FlowCall : public Call {
  public:
    struct Flow {
        std::string kind;
        std::string name;
        std::string what;
        std::string file;
    };

    FlowCall(const LiveServer& server, const Flow& flow, Setup setup = {})
        : FlowCall{server, flow, std::move(setup), next_path()} {}

    [[nodiscard]] Report report() const { return Report{path_}; }

    /// Waits until the flow has come to its end.
    [[nodiscard]] bool at_end() const {
        return soon([&] { return report()["end"] == "reached"; });
    }

  private:
    FlowCall(const LiveServer& server, const Flow& flow, Setup setup, const std::string& path)
        : Call{with_agi(server, flow, std::move(setup), path)}, path_{path} {}

    // A forged end of the environment takes the arguments away, but neither the URL nor argv.
    static Setup with_agi(const LiveServer& server, const Flow& flow, Setup setup,
                          const std::string& path) {
        if (flow.kind == "program") {
            setup.agi =
                AGI_LIVE_PROCESS "," + flow.name + ',' + path + ',' + flow.what + ',' + flow.file;
        } else {
            setup.agi = server.url(flow.kind) + "?name=" + flow.name + "&report=" + path +
                        "&what=" + flow.what + "&file=" + flow.file;
        }
        return setup;
    }
    static std::string next_path() {
        static int last = 0;
        std::string path = Asterisk::get().setting("AST_DIR") + "/report-flow" +
                           std::to_string(::getpid()) + '-' + std::to_string(++last);
        ::unlink(path.c_str());
        return path;
    }

    std::string path_;
};

}  // namespace live
