// SPDX-License-Identifier: MIT
// What a session makes of hang-ups, of a forged environment and of stopped commands, each of it in a
// program, in a handler that blocks and in a coroutine.

#include "fastagi_flows.hpp"

#include "catch.hpp"

#include <fmt/ranges.h>

#include <array>
#include <atomic>
#include <list>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace live;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Endless loops, one for each core.
class BusyMachine {
  public:
    BusyMachine() {
        for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) {
            threads_.emplace_back([this] {
                while (!done_) {
                }
            });
        }
    }
    BusyMachine(const BusyMachine&) = delete;
    BusyMachine& operator=(const BusyMachine&) = delete;
    ~BusyMachine() {
        done_ = true;
        for (std::thread& thread : threads_) thread.join();
    }

  private:
    std::atomic<bool> done_{false};
    std::vector<std::thread> threads_;
};

/// The server's log, apart from what it says at its start.
std::string told(const LiveServer& server) {
    std::istringstream lines{server.log()};
    std::string all;
    for (std::string line; std::getline(lines, line);) {
        const bool start = line.find("this process may have ") != std::string::npos ||
                           line.find("listening on ") != std::string::npos;
        if (!start) all += line + '\n';
    }
    return all;
}

/// Stops each of the commands at all times, side by side.
void stop_all(const std::string& kind) {
    const LiveServer server{set_up_flows};
    const LogSince log;
    std::map<std::string, FlowCall> calls;
    for (const auto& what : stoppable) {
        calls.try_emplace(what, server, FlowCall::Flow{kind, "flow-stop", what, ""});
    }
    for (auto& [what, call] : calls) {
        CAPTURE(kind, what);
        // GET DATA and the others say that they failed when they are ended so.
        call.status();
        CHECK(call.at_end());
        const Report report = call.report();
        CHECK(report["own"] == std::to_string(stops));
        CHECK(report["in_step"] == std::to_string(stops));
        CHECK(report["stopped"] != "0");
    }
    CHECK(told(server) == "");
    // Asterisk itself tells of every WAIT FOR DIGIT and GET DATA that a new line ends.
    CHECK(log.complaints("Waitfordigit returning numeric 1") == "");
}

/// A hundred calls whose prompt says -1, as the caller has hung up or as the file is missing; each
/// must know which.
void tell_apart(const std::string& kind, const Headers& variables, bool hang_up) {
    const LiveServer server{set_up_flows};
    const LogSince log;
    constexpr std::array prompts{"stream-file", "control-stream", "get-option"};
    const std::string file = hang_up ? "tt-monkeys" : "no-such-file";
    Setup setup;
    setup.variables = variables;
    std::list<FlowCall> calls;
    for (std::size_t i = 0; i < 100; ++i) {
        calls.emplace_back(
            server, FlowCall::Flow{kind, "flow-minus-one", prompts[i % prompts.size()], file},
            setup);
    }
    if (hang_up) {
        for (auto& call : calls) {
            call.wait_for_event("AGIExecStart");
            call.hang_up();
        }
    }
    std::map<std::string, int> outcomes;
    const std::string expected = hang_up ? "hang-up, hung up: true" : "failure, hung up: false";
    for (auto& call : calls) {
        CHECK(call.status() == (hang_up ? "HANGUP" : "FAILURE"));
        CHECK(call.at_end());
        const Report report = call.report();
        ++outcomes[report["outcome"] + ", hung up: " + report["hung_up"]];
    }
    CHECK(fmt::format("{}", outcomes) == fmt::format("{{\"{}\": 100}}", expected));
    CHECK(told(server) == "");
    CHECK(log.complaints(hang_up ? "(nothing)" : "no-such-file") == "");
}

/// For a URL's query, and for the dialplan's URIDECODE.
std::string encoded(const std::string& text) {
    std::string all;
    for (const char c : text) {
        constexpr const char* hex = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        all += '%';
        all += hex[byte / 16U];
        all += hex[byte % 16U];
    }
    return all;
}

// Each ends the environment, and goes on with what looks like replies.
const std::vector<std::string> forgeries{
    "Bob\n\n200 result=1234",
    "Bob\n\n200 result=1234\n200 result=1 (mark 0)\n200 result=1 (mark 0)",
    "Bob\n\n200 result=1234\n\n200 result=1234",
    "Bob\n\n200 result=1 (agi-mark-1)\n200 result=1 (agi-mark-1-1)\n200 result=1234",
    "Bob\n\n200 result=1 (an open",
    "Bob\n\n520-Invalid command syntax.  Proper usage follows:",
    "Bob\n\n520 Invalid command syntax.",
    "Bob\n\n511 Command Not Permitted on a dead channel or intercept routine",
    "Bob\n\n100 Trying",
    "Bob\n\nHANGUP",
    "Bob\n\ngarbage",
    "Bob\n\n",
};

}  // namespace

TEST_CASE("Stopping: 0 to 60 ms after the command, while the machine is busy", "[load]") {
    const BusyMachine busy;
    for (const std::string& kind : flow_kinds()) stop_all(kind);
}

TEST_CASE("Stopping: 0 to 60 ms after the command") {
    for (const std::string& kind : flow_kinds()) stop_all(kind);
}

TEST_CASE("A -1 by a hang-up: a hundred calls of each kind know it", "[load]") {
    for (const std::string& kind : flow_kinds()) {
        CAPTURE(kind);
        tell_apart(kind, {}, true);
    }
}

TEST_CASE("A -1 by a hang-up that nothing tells of (AGISIGHUP=no): a hundred calls know it",
          "[load]") {
    for (const std::string& kind : flow_kinds()) {
        CAPTURE(kind);
        tell_apart(kind, {{"AGISIGHUP", "no"}}, true);
    }
}

TEST_CASE("A -1 by a missing file: a hundred calls of each kind know it", "[load]") {
    for (const std::string& kind : flow_kinds()) {
        CAPTURE(kind);
        tell_apart(kind, {}, false);
    }
}

TEST_CASE("A -1 by a missing file, with AGISIGHUP=no: a hundred calls of each kind know it",
          "[load]") {
    for (const std::string& kind : flow_kinds()) {
        CAPTURE(kind);
        tell_apart(kind, {{"AGISIGHUP", "no"}}, false);
    }
}

TEST_CASE("A loop that asks hung_up() ends after the caller has gone") {
    for (const std::string& kind : flow_kinds()) {
        CAPTURE(kind);
        const LiveServer server{set_up_flows};
        const LogSince log;
        FlowCall call{server, {kind, "flow-wait", "", ""}};
        call.wait_for_command("NOOP");
        std::this_thread::sleep_for(500ms);
        CHECK(call.report()["end"] == "(nothing)");
        call.hang_up();
        CHECK(call.status() == "HANGUP");
        CHECK(call.at_end());
        CHECK(call.report()["rounds"] != "300");
        CHECK(call.report()["source"] == (kind == "program" ? "signal" : "hangup_line"));
        CHECK(told(server) == "");
        CHECK(log.complaints() == "");
    }
}

TEST_CASE("AGISIGHUP=no, and a handler that ends by the hang-up: nobody calls that a failure") {
    for (const std::string& kind : flow_kinds()) {
        CAPTURE(kind);
        const LiveServer server{set_up_flows};
        const LogSince log;
        Setup setup;
        setup.leg = "run@agi";
        setup.variables = {{"AGISIGHUP", "no"}};
        FlowCall call{server, {kind, "flow-answer", "", "tt-monkeys"}, setup};
        call.wait_for_command("STREAM FILE");
        call.hang_up();
        CHECK(call.status() == "HANGUP");
        CHECK(call.variable("FASTAGI_STATUS") == "(not set)");
        CHECK(call.report()["end"] == "(nothing)");
        if (kind != "program") {
            CHECK(soon([&] { return server.counts().hung_up == 1; }));
            CHECK(soon([&] { return server.counts().connections == 0; }));
            CHECK(server.counts().failed == 0);
        }
        CHECK(told(server) == "");
        CHECK(log.complaints() == "");
        // Nor did Asterisk's console hear of it.
        CHECK(call.commands().size() == 3);
        CHECK_THAT(call.commands().back(), ContainsSubstring("CHANNEL STATUS"));
    }
}

TEST_CASE("A caller's name, or an argument, that ends the environment: no reply is another's") {
    for (const std::string& kind : flow_kinds()) {
        for (const char* leg : {"forged@agi", "forged-argument@agi"}) {
            const LiveServer server{set_up_flows};
            const LogSince log;
            std::list<FlowCall> calls;
            for (const std::string& forgery : forgeries) {
                Setup setup;
                setup.leg = leg;
                setup.variables = {{"FORGED", encoded(forgery)}};
                calls.emplace_back(server, FlowCall::Flow{kind, "flow-fooled", "", ""}, setup);
            }
            std::size_t number = 0;
            for (auto& call : calls) {
                CAPTURE(kind, leg, forgeries[number++]);
                CHECK(call.status() == "SUCCESS");
                CHECK(call.at_end());
                CHECK(call.report()["first"] == "digits ");
                CHECK(call.report()["own"] == "20");
                CHECK(call.report()["in_step"] == "true");
            }
            CHECK(told(server) == "");
            CHECK(log.complaints() == "");
        }
    }
}
