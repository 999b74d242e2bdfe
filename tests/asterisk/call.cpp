// SPDX-License-Identifier: MIT
// The call as a whole: its state, its caller ID, its end.

#include "catch.hpp"
#include "scenario.hpp"

#include <string>
#include <thread>
#include <vector>

using namespace live;
using namespace std::chrono_literals;

namespace {

LIVE_PROGRAM(answer) {
    agi::Noop{}(session);
    agi::Answer{}(session);
    agi::Verbose{"live \"test\" \\ text", 3}(session);
    agi::Hangup{}(session);
    attempt(report, "dead", [&] { agi::Answer{}(session); });
    report("hung_up", session.hung_up());
}

LIVE_PROGRAM(idle) { wait_for_test(session); }

LIVE_PROGRAM(channel_status) {
    const auto state = [&](const std::string& name, const agi::ChannelStatus& command) {
        attempt(report, name, [&] {
            const auto status = command(session);
            report(name + ".state", static_cast<int>(status.state));
            report(name + ".muted", status.muted);
        });
    };
    state("own", {});
    state("other", {std::string{session.environment().argument(3).value()}});
    state("unknown", {"Local/nobody@nowhere"});
    agi::Answer{}(session);
    state("answered", {std::string{session.environment().channel()}});
}

LIVE_PROGRAM(hang_up_other) {
    const std::string other{session.environment().argument(3).value()};
    attempt(report, "other", [&] { agi::Hangup{other}(session); });
    report("hung_up", session.hung_up());
    attempt(report, "unknown", [&] { agi::Hangup{"Local/nobody@nowhere"}(session); });
}

struct CallerId {
    std::string number;
    std::string name;
};
const std::vector<CallerId> caller_ids{
    {"5550100", "Alice Example"},
    {"5550100", ""},
    {"", "Only a Name"},
    {"", "12345"},
    {"alice", ""},
    {"alice", "Alice"},
    {"+49*30#1", ""},
    {"5550101", R"(Anna "Ann" O'Neil)"},
    {"5550102", R"(back\slash \"quoted\" \)"},
    {"5550103", "<brackets> <123>"},
    {"5550104", "Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac"},
    {"5550105", "a, (b); [c]  d"},
    {"5550106", "tab\there"},
    {"", ""},
};

LIVE_PROGRAM(caller_id) {
    for (std::size_t i = 0; i < caller_ids.size(); ++i) {
        const auto number = std::to_string(i);
        agi::SetCallerid{caller_ids[i].number, caller_ids[i].name}(session);
        report("number" + number, agi::GetVariable{"CALLERID(num)"}(session).value_or("unset"));
        report("name" + number, agi::GetVariable{"CALLERID(name)"}(session).value_or("unset"));
    }
    agi::SetCallerid{"5550107", "Latin-1: \xe9\xff"}(session);
    report("latin_1", agi::GetVariable{"CALLERID(name)"}(session).value_or("unset"));
    const std::string long_name(255 - std::string{"\"\" <123>"}.size(), 'n');
    agi::SetCallerid{"123", long_name}(session);
    report("long", agi::GetVariable{"CALLERID(name)"}(session).value_or("unset") == long_name);
    attempt(report, "too_long", [&] { agi::SetCallerid{"123", long_name + 'n'}(session); });
    attempt(report, "brackets", [&] { agi::SetCallerid{"<123>"}(session); });
}

LIVE_PROGRAM(autohangup) {
    agi::SetAutohangup{200ms}(session);
    agi::SetAutohangup{}(session);
    report("off", agi::WaitForDigit{400ms}(session).timed_out);
    report("before", session.hung_up());
    agi::SetAutohangup{250ms}(session);
    attempt(report, "playing", [&] { agi::StreamFile{"tt-weasels"}(session); });
    attempt(report, "after", [&] { agi::Answer{}(session); });
    report("hung_up", session.hung_up());
}

LIVE_PROGRAM(music) {
    agi::SetMusic{true}(session);
    agi::SetMusic{false}(session);
    agi::SetMusic{true, "default"}(session);
    agi::SetMusic{false}(session);
    agi::SetMusic{true, "no such class"}(session);
    report("end", "reached");
}

LIVE_PROGRAM(async_break) {
    agi::AsyncAGIBreak{}(session);
    report("after", agi::WaitForDigit{0ms}(session).timed_out);
}

LIVE_PROGRAM(failure) {
    agi::Failure{}(session);
    attempt(report, "after", [&] { agi::Noop{}(session); });
    report("closed", session.state() == agi::Conversation::State::closed);
}

/// A number or name of a caller, which an event shows with C escapes.
std::string from_event(const std::string& text) {
    return text == "<unknown>" ? "" : unescape(text);
}

Setup with_argument(const std::string& argument) {
    Setup setup;
    setup.agi = ',' + argument;
    return setup;
}

}  // namespace

TEST_CASE("Answer, Noop, Verbose, Hangup: the channel follows") {
    Setup unanswered;
    unanswered.leg = "run@agi";
    Scenario call{answer, unanswered};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(call.state_after("NOOP") != "Up");
    CHECK(call.state_after("ANSWER") == "Up");
    const auto commands = call.commands();
    REQUIRE(commands.size() == 5);
    CHECK(commands[0] == "200 Success: NOOP");
    CHECK(commands[1] == "200 Success: ANSWER");
    CHECK_THAT(commands[2], Catch::Matchers::StartsWith("200 Success: VERBOSE"));
    CHECK(commands[3] == "200 Success: HANGUP");
    CHECK_THAT(commands[4], Catch::Matchers::StartsWith("511 Command Not Permitted"));
    CHECK(report["dead"] == "AGIDeadChannelError");
    CHECK(report["hung_up"] == "true");
    CHECK(call.status() == "HANGUP");
}

TEST_CASE("ChannelStatus: own channel, another, an unknown one") {
    Scenario other{idle};
    other.wait_for_command("WAIT FOR DIGIT");
    Setup unanswered = with_argument(other.channel());
    unanswered.leg = "run@agi";
    Scenario call{channel_status, unanswered};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(call.state_after("CHANNEL STATUS") == "Ring");
    CHECK(report["own.state"] == "4");
    CHECK(report["own.muted"] == "false");
    CHECK(report["other.state"] == "6");
    CHECK(report["unknown"] == "AGIAppError");
    CHECK(call.state_after("ANSWER") == "Up");
    CHECK(report["answered.state"] == "6");
    CHECK(call.status() == "SUCCESS");
    other.press("0");
    CHECK(other.status() == "SUCCESS");
}

TEST_CASE("Hangup: another channel, an unknown one") {
    Scenario other{idle};
    other.wait_for_command("WAIT FOR DIGIT");
    Scenario call{hang_up_other, with_argument(other.channel())};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["other"] == "done");
    CHECK(other.status() == "HANGUP");
    CHECK(report["hung_up"] == "false");
    CHECK(report["unknown"] == "AGIAppError");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("SetCallerid: any number and name arrives") {
    Scenario call{caller_id};
    const auto report = call.report();
    INFO(report["error"]);

    const auto numbers = call.every("NewCallerid", "CallerIDNum");
    const auto names = call.every("NewCallerid", "CallerIDName");
    REQUIRE(numbers.size() == caller_ids.size() + 2);
    for (std::size_t i = 0; i < caller_ids.size(); ++i) {
        INFO(caller_ids[i].name << " <" << caller_ids[i].number << '>');
        CHECK(report["number" + std::to_string(i)] == caller_ids[i].number);
        CHECK(report["name" + std::to_string(i)] == caller_ids[i].name);
        CHECK(from_event(numbers[i]) == caller_ids[i].number);
        CHECK(from_event(names[i]) == caller_ids[i].name);
    }
    CHECK(report["latin_1"] == "Latin-1: \xe9\xff");
    CHECK(report["long"] == "true");
    CHECK(report["too_long"] == "AGIArgumentError");
    CHECK(report["brackets"] == "AGIArgumentError");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("SetAutohangup: off, and a fraction of a second") {
    Scenario call{autohangup};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["off"] == "true");
    CHECK(report["before"] == "false");
    CHECK(report["playing"] == "AGIResultHangup");
    CHECK(report["after"] == "AGIDeadChannelError");
    CHECK(report["hung_up"] == "true");
    CHECK(call.status() == "HANGUP");
}

TEST_CASE("SetMusic: on, off, a class, an unknown class") {
    Scenario call{music};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["end"] == "reached");
    // The default class takes the place of the unknown one.
    CHECK(call.every("MusicOnHoldStart", "Class") == std::vector<std::string>(3, "default"));
    CHECK(call.every("MusicOnHoldStop", "Event").size() == 2);
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("AsyncAGIBreak: no effect outside AsyncAGI") {
    Scenario call{async_break};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["after"] == "true");
    CHECK(call.commands().front() == "200 Success: ASYNCAGI BREAK");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("Failure: ends the session, and AGISTATUS says so") {
    Scenario call{failure};
    auto report = call.report();
    // Asterisk does not wait for this program.
    for (int i = 0; i < 100 && report["closed"] == "(nothing)"; ++i) {
        std::this_thread::sleep_for(50ms);
        report = call.report();
    }
    INFO(report["error"]);

    CHECK(report["after"] == "AGIHangup");
    CHECK(report["closed"] == "true");
    CHECK(call.commands().empty());
    CHECK(call.status() == "FAILURE");
}
