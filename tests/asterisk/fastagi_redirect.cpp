// SPDX-License-Identifier: MIT
// The call is taken away from its program, and lives: Redirect, Bridge, and a transfer by who was called.

#include "batch.hpp"
#include "catch.hpp"
#include "end_of_call.hpp"
#include "live_server.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <string>
#include <thread>
#include <vector>

using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;

namespace {

const std::vector<std::string> commands{"exec-wait",   "get-data",    "idle",
                                        "record-file", "stream-file", "wait-for-digit"};

void redirect(Call& call, const char* extension) {
    Asterisk::get().ami().action("Redirect", {{"Channel", call.channel()},
                                              {"Context", "landing"},
                                              {"Exten", extension},
                                              {"Priority", "1"}});
}

/// The program of end_of_call.hpp as a handler.
void add_end_of_call(fastagi::Server& server) {
    server.route("end_of_call", [](fastagi::Call& call) {
        const auto argument = [&](int n) {
            return std::string{call.environment().argument(n).value()};
        };
        ReportWriter report{argument(2)};
        try {
            end_of_call(call, report, argument(1), argument(3), argument(2) + ".sound");
        } catch (const agi::AGIHangup&) {
            report("closed", true);
        }
        report("status", 0);
    });
}

/// Calls in each of the commands, side by side, are sent elsewhere: they get there, and not before their
/// programs have ended.
void redirect_all(const std::string& agi, const Headers& variables, const char* cleaned_up) {
    std::list<ProcessCall> calls;
    for (const auto& name : commands) {
        Setup setup;
        setup.variables = variables;
        calls.emplace_back(agi, name, "", setup);
        calls.back().wait_for_command(request_of(name));
    }
    for (auto& call : calls) redirect(call, "stays");
    for (auto& call : calls) {
        INFO(call.name());
        CHECK(call.wait_for_variable("LANDED") == "stays");
        CHECK(call.variable("AGISTATUS") == "HANGUP");
        const Report report = call.report();
        INFO(report["error"]);
        if (cleaned_up == std::string{"true"}) CHECK(report["status"] == "0");
        CHECK(report["cleaned_up"] == cleaned_up);
        CHECK_FALSE(call.hung_up());
        CHECK(call.ask("CHANNEL(state)") == "Up");
    }
}

/// Waits for a key until the call is over; says what has become of it.
std::string wait_for_end(fastagi::Call& call) {
    try {
        agi::WaitForDigit{60s}(call);
        return "a key";
    } catch (const agi::AGIHangup&) {
        return call.hung_up() ? "hung up" : "not hung up";
    }
}

void wait_for(const std::atomic<bool>& gate) {
    while (!gate) std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("Redirect: looks like a hang-up, and the caller goes on when the program has ended") {
    const LiveServer server{add_end_of_call};
    for (const std::string& agi : {std::string{AGI_LIVE_PROCESS}, server.url("end_of_call")}) {
        INFO(agi);
        redirect_all(agi, {}, "true");
        redirect_all(agi, {{"AGISIGHUP", "no"}}, "true");
        redirect_all(agi, {{"AGIEXITONHANGUP", "yes"}}, "(nothing)");
    }
    CHECK(all_have_ended());
}

TEST_CASE("Redirect: the new place can be asked for, and variables go there") {
    const LiveServer server{[](fastagi::Server& set_up) {
        set_up.route("asks", [](fastagi::Call& call) {
            const std::string end = wait_for_end(call);
            call.after_hangup([&](auto& rest) {
                const auto context = agi::GetVariable{"CONTEXT"}(rest).value_or("");
                const auto extension = agi::GetVariable{"EXTEN"}(rest).value_or("");
                agi::SetVariable{"NOTE", end + ", was in " +
                                             std::string{rest.environment().context()} +
                                             ", is in " + context + " " + extension}(rest);
            });
        });
#ifdef AGI_HAS_COROUTINES
        set_up.route("async/asks", [](fastagi::AsyncCall& call) -> Task<> {
            const agi::WaitForDigit wait{60s};
            std::string end = "a key";
            try {
                co_await call(wait);
            } catch (const agi::AGIHangup&) {
                end = "hung up";
            }
            co_await call.after_hangup([&](auto& rest) -> Task<> {
                const agi::GetVariable context{"CONTEXT"};
                const agi::GetVariable extension{"EXTEN"};
                const auto in = co_await rest(context);
                const auto at = co_await rest(extension);
                const agi::SetVariable note{
                    "NOTE", end + ", was in agi, is in " + in.value_or("") + " " + at.value_or("")};
                co_await rest(note);
            });
        });
#endif
    }};
    for (const std::string& kind : kinds()) {
        CAPTURE(kind);
        Call moved{going_on(server.url(kind + "asks"))};
        moved.wait_for_command("WAIT FOR DIGIT");
        redirect(moved, "stays");
        CHECK(moved.wait_for_variable("LANDED") == "stays");
        CHECK(moved.ask("NOTE") == "hung up, was in agi, is in landing stays");

        Call gone{going_on(server.url(kind + "asks"))};
        gone.wait_for_command("WAIT FOR DIGIT");
        gone.hang_up();
        CHECK(gone.wait_for_variable("NOTE") == "hung up, was in agi, is in agi on");
    }
    CHECK(soon([&] { return server.counts().connections == 0; }));
    CHECK(server.counts().failed == 0);
}

TEST_CASE("Bridge: looks like a hang-up, and the caller has left at once") {
    std::atomic<bool> gate{false};
    std::atomic<bool> told{false};
    const LiveServer server{[&](fastagi::Server& set_up) {
        set_up.route("late", [&](fastagi::Call& call) {
            told = wait_for_end(call) == "hung up";
            wait_for(gate);
            call.after_hangup([](auto& rest) { agi::SetVariable{"LATE", "yes"}(rest); });
        });
    }};
    Call call{going_on(server.url("late"))};
    call.wait_for_command("WAIT FOR DIGIT");
    Setup answers = going_on("agi://127.0.0.1:1/nobody");
    answers.leg = "silent@peer";
    Call other{answers};
    other.wait_for_application("Wait", "60");
    Asterisk::get().ami().action("Bridge",
                                 {{"Channel1", call.channel()}, {"Channel2", other.channel()}});
    call.wait_for_event("BridgeEnter");
    CHECK(soon([&] { return told.load(); }));
    CHECK_FALSE(call.hung_up());
    CHECK(call.variable("AGISTATUS") == "(not set)");

    // The bridge ends, and the dialplan goes on behind a program that still runs.
    other.hang_up();
    CHECK(call.wait_for_variable("WENT_ON") == "/");
    CHECK(server.counts().active == 1);
    gate = true;
    CHECK(soon([&] { return server.counts().connections == 0; }));
    CHECK(server.counts().failed == 0);
    CHECK(call.variable("LATE") == "(not set)");
}

TEST_CASE(
    "Transfer by who was called: Dial returns 0, and the caller goes on when the program ends") {
    std::atomic<bool> gate{false};
    const LiveServer server{[&](fastagi::Server& set_up) {
        set_up.route("dials", [&](fastagi::Call& call) {
            const int result = agi::Exec{"Dial", {"Local/answers@callee/n"}}(call);
            wait_for(gate);
            std::string end = " alive";
            try {
                agi::ChannelStatus{}(call);
            } catch (const agi::AGIHangup&) {
                end = " hung up";
            }
            call.after_hangup([&](auto& rest) {
                agi::SetVariable{"NOTE", std::to_string(result) + end}(rest);
            });
        });
    }};
    Call call{going_on(server.url("dials"))};
    call.wait_for_command("EXEC \"Dial\"");
    call.wait_for_event("BridgeEnter");
    Asterisk::get().ami().action(
        "BlindTransfer",
        {{"Channel", call.ask("DIALEDPEERNAME")}, {"Context", "landing"}, {"Exten", "here"}});
    CHECK(call.wait_for_variable("DIALSTATUS") == "ANSWER");
    CHECK(call.variable("LANDED") == "(not set)");
    gate = true;
    CHECK(call.wait_for_variable("LANDED") == "here 1");
    CHECK(call.variable("NOTE") == "0 hung up");
    CHECK(call.variable("AGISTATUS") == "HANGUP");
}
