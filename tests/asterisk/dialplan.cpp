// SPDX-License-Identifier: MIT
// The environment, applications, raw lines, and the commands that change the call.

#include "catch.hpp"
#include "scenario.hpp"

namespace {

using namespace std::chrono_literals;

const live::Program environment{
    "environment", [](live::Session& session, live::ReportWriter& report) {
        const auto& call = session.environment();
        report("argument_count", call.argument_count());
        for (int i = 3; i <= call.argument_count(); ++i) {
            report("argument_" + std::to_string(i), call.argument(i).value());
        }
        report("uniqueid", call.uniqueid());
        report("type", call.type());
        report("context", call.context());
        report("extension", call.extension());
        report("priority", call.priority().value_or(0));
        report("callerid", call.callerid().value_or("none"));
        report("calleridname", call.calleridname().value_or("none"));
        report("enhanced", call.enhanced());
        report("network", call.network());
    }};

const live::Program answer{"answer", [](live::Session& session, live::ReportWriter& report) {
                               agi::Noop{}(session);
                               agi::Answer{}(session);
                               agi::Verbose{"live \"test\" \\ text", 3}(session);
                               agi::Hangup{}(session);
                               live::attempt(report, "dead", [&] { agi::Answer{}(session); });
                               report("hung_up", session.hung_up());
                           }};

const live::Program exec{
    "exec", [](live::Session& session, live::ReportWriter& report) {
        report("known", agi::Exec{"UserEvent", "LiveTest,Text: a (b) \\\"c\\\""}(session));
        live::attempt(report, "unknown", [&] { agi::Exec{"NoSuchApplication", "x"}(session); });
        // Spying on one's own caller ends with the number that the caller dials: 1.
        std::string caller{session.environment().channel()};
        caller.back() = '1';
        report("one", agi::Exec{"ChanSpy", caller + ",qS"}(session));
        agi::SetVariable{"AFTER", "in step"}(session);
        report("after", agi::GetVariable{"AFTER"}(session).value_or("unset"));
    }};

const live::Program raw{"raw", [](live::Session& session, live::ReportWriter& report) {
                            const auto unknown = session.send("FOO BAR");
                            report("unknown", unknown.code());
                            const auto usage = session.send("STREAM FILE x");
                            report("usage", usage.code());
                            report("usage.text", usage.usage());
                            report("noop", session.send("NOOP \"x\"").code());
                        }};

}  // namespace

TEST_CASE("Environment: what Asterisk says of a call") {
    live::Setup setup;
    setup.agi = ",a b,,\"x,y: z\"";
    setup.callerid = "\"Bob: \xc3\xa9\" <1234>";
    live::Scenario call{environment, setup};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["argument_count"] == "5");
    CHECK(report["argument_3"] == "a b");
    CHECK(report["argument_4"].empty());
    CHECK(report["argument_5"] == "x,y: z");
    CHECK(report["uniqueid"] == call.leg());
    CHECK(report["type"] == "Local");
    CHECK(report["context"] == "agi");
    CHECK(report["extension"] == "run");
    CHECK(report["priority"] == "1");
    CHECK(report["callerid"] == "1234");
    CHECK(report["calleridname"] == "Bob: \xc3\xa9");
    CHECK(report["enhanced"] == "false");
    CHECK(report["network"] == "false");
}

TEST_CASE("Answer, Noop, Verbose, Hangup: the channel follows") {
    live::Setup unanswered;
    unanswered.leg = "run@agi";
    live::Scenario call{answer, unanswered};
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

TEST_CASE("Exec: known and unknown application, one whose result is 1") {
    live::Scenario call{exec};
    call.wait_for_event("ChanSpyStart", "SpyerUniqueid", call.leg());
    call.press("1#");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["known"] == "0");
    call.wait_for_event("UserEvent", "Text", R"(a (b) "c")");
    CHECK(report["unknown"] == "AGIAppError");
    CHECK_THAT(report["unknown.what"], Catch::Matchers::ContainsSubstring("NoSuchApplication"));
    // Asterisk sends a usage text after this reply; the next command must not see it.
    CHECK(report["one"] == "1");
    CHECK(report["after"] == "in step");
    CHECK(call.variable("AFTER") == "in step");
}

TEST_CASE("Session: send hands out 510 and 520 replies") {
    live::Scenario call{raw};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["unknown"] == "510");
    CHECK(report["usage"] == "520");
    CHECK(report["usage.text"].size() > 100);
    CHECK(report["noop"] == "200");
    const auto commands = call.commands();
    REQUIRE(commands.size() == 3);
    CHECK(commands[0] == "510 Invalid or unknown command: FOO BAR");
    CHECK(commands[1] == "520 Usage: STREAM FILE x");
    CHECK(commands[2] == "200 Success: NOOP \"x\"");
    CHECK(call.status() == "SUCCESS");
}
