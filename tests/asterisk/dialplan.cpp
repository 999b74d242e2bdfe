// SPDX-License-Identifier: MIT
// The environment, applications, raw lines, and the commands that change the call.

#include "catch.hpp"
#include "scenario.hpp"

#include <algorithm>
#include <string>
#include <vector>

using namespace live;
using namespace std::chrono_literals;

namespace {

LIVE_PROGRAM(environment) {
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
}

LIVE_PROGRAM(exec) {
    report("known", agi::Exec{"UserEvent", "LiveTest,Text: a (b) \\\"c\\\""}(session));
    attempt(report, "unknown", [&] { agi::Exec{"NoSuchApplication", "x"}(session); });
    // Spying on one's own caller ends with the number that the caller dials: 1.
    std::string caller{session.environment().channel()};
    caller.back() = '1';
    report("one", agi::Exec{"ChanSpy", caller + ",qS"}(session));
    agi::SetVariable{"AFTER", "in step"}(session);
    report("after", agi::GetVariable{"AFTER"}(session).value_or("unset"));
}

LIVE_PROGRAM(exec_hangup) {
    report("result", agi::Exec{"Hangup", "17"}(session));
    agi::DatabasePut{"exec_hangup", "written", "yes"}(session);
    report("written", agi::DatabaseGet{"exec_hangup", "written"}(session));
    agi::DatabaseDel{"exec_hangup", "written"}(session);
}

/// Everything that means something to the dialplan or to AGI.
constexpr const char* odd_text = R"(a,b "c d" (e) [f] g\h\\ i'j ${EXTEN} k;l |m)";

LIVE_PROGRAM(exec_options) {
    agi::Exec{"UserEvent", agi::dialplan_options("OddOptions", std::string{"Text: "} + odd_text,
                                                 "Number: 42")}(session);
    // Not every application takes backslashes for its own.
    agi::Exec{"Verbose", std::string{"1,odd: "} + odd_text}(session);
    const std::string all(600, '(');
    report("long", agi::Exec{"NoOp", agi::dialplan_options(all)}(session));
    agi::Exec{"Set", "PLAIN=a \"b\" (c) \\d"}(session);
    report("plain", agi::GetVariable{"PLAIN"}(session).value_or("unset"));
    report("none", agi::Exec{"NoOp"}(session));
}

LIVE_PROGRAM(gosub) {
    const auto run = [&](const std::string& name, const agi::Gosub& command) {
        attempt(report, name, [&] { command(session); });
        report(name + ".value", agi::GetVariable{"GOSUB_RETVAL"}(session).value_or("unset"));
    };
    run("plain", {"sub", "s", 1});
    run("argument", {"sub", "s", 1, "one,two"});
    run("label", {"sub", "s", "label"});
    run("digit", {"sub", "digit", 1});
    run("missing", {"sub", "s", "no-such-label"});
    run("hang", {"sub", "hang", 1});
    attempt(report, "dead", [&] { agi::Gosub{"sub", "s", 1}(session); });
}

LIVE_PROGRAM(land_on_number) {
    agi::SetContext{"landing"}(session);
    agi::SetExtension{"here"}(session);
    agi::SetPriority{1}(session);
    report("end", "reached");
}

LIVE_PROGRAM(land_on_label) {
    agi::SetContext{"landing"}(session);
    agi::SetExtension{"here"}(session);
    attempt(report, "unknown", [&] { agi::SetPriority{"no-such-label"}(session); });
    agi::SetPriority{"label"}(session);
}

LIVE_PROGRAM(land_without_priority) {
    agi::SetContext{"landing"}(session);
    agi::SetExtension{"here"}(session);
}

LIVE_PROGRAM(noop_and_verbose) {
    const std::vector<std::string> texts{"plain",
                                         "",
                                         "\"quotes\" \\back\\slash\\",
                                         "(parens) [brackets], commas; ${EXTEN}",
                                         "Gr\xc3\xbc\xc3\x9f\x65",
                                         "Latin-1 \xe9\xff",
                                         "tab\there",
                                         std::string(1024, 'n')};
    for (const auto& text : texts) {
        agi::Noop{text}(session);
        agi::Verbose{"live noop " + text}(session);
    }
    for (int level = 0; level <= 4; ++level) {
        agi::Verbose{"live level " + std::to_string(level), level}(session);
    }
    agi::Verbose{42}(session);
    const auto limit = session.line_limit();
    agi::Noop{std::string(limit - std::string{"NOOP \"\""}.size(), 'n')}(session);
    agi::Verbose{std::string(limit - std::string{"VERBOSE \"\" 1"}.size(), 'v')}(session);
    attempt(report, "noop", [&] { agi::Noop{std::string(limit - 6, 'n')}(session); });
    attempt(report, "verbose", [&] { agi::Verbose{std::string(limit - 11, 'v')}(session); });
    report("end", "reached");
}

LIVE_PROGRAM(raw_command) {
    const agi::Reply reply = agi::RawCommand{R"(GET VARIABLE "GIVEN")"}(session);
    report("result", reply.result());
    report("data", reply.data().value_or("none"));
    attempt(report, "unknown", [&] { agi::RawCommand{"FOO BAR"}(session); });
    attempt(report, "usage", [&] { agi::RawCommand{"STREAM FILE x"}(session); });
    attempt(report, "failure", [&] { agi::RawCommand{"failure"}(session); });
    attempt(report, "line feed", [&] { agi::RawCommand{"NOOP\nNOOP"}(session); });
    report("end", agi::RawCommand{"noop"}(session).result());
}

LIVE_PROGRAM(raw) {
    const auto unknown = session.send("FOO BAR");
    report("unknown", unknown.code());
    const auto usage = session.send("STREAM FILE x");
    report("usage", usage.code());
    report("usage.text", usage.usage());
    report("noop", session.send("NOOP \"x\"").code());
}

}  // namespace

TEST_CASE("Environment: what Asterisk says of a call") {
    Setup setup;
    setup.agi = ",a b,,\"x,y: z\"";
    setup.callerid = "\"Bob: \xc3\xa9\" <1234>";
    Scenario call{environment, setup};
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

TEST_CASE("Exec: known and unknown application, one whose result is 1") {
    Scenario call{exec};
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

TEST_CASE("Exec: -1 is a value, as of Hangup, and what comes next is done") {
    Scenario call{exec_hangup};
    const auto report = call.report();
    INFO(report["error"]);
    CHECK(report["result"] == "-1");
    CHECK(report["written"] == "yes");
    CHECK(call.status() == "HANGUP");
}

TEST_CASE("Session: send hands out 510 and 520 replies") {
    Scenario call{raw};
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

TEST_CASE("dialplan_options: every option arrives as it was meant") {
    Scenario call{exec_options};
    const auto report = call.report();
    INFO(report["error"]);

    call.wait_for_event("UserEvent", "UserEvent", "OddOptions");
    CHECK(call.every("UserEvent", "Text") == std::vector<std::string>{odd_text});
    CHECK(call.every("UserEvent", "Number") == std::vector<std::string>{"42"});
    CHECK(Asterisk::get().logged(std::string{"odd: "} + odd_text + '\n'));
    CHECK(report["long"] == "0");
    CHECK(report["plain"] == R"(a "b" (c) \d)");
    CHECK(call.variable("PLAIN") == R"(a "b" (c) \d)");
    CHECK(report["none"] == "0");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("Gosub: return value, arguments, label, a key inside, no Return") {
    Scenario call{gosub};
    call.wait_for_command("GOSUB \"sub\" \"digit\"");
    call.press("7");
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["plain"] == "done");
    CHECK(report["plain.value"] == "back with ");
    CHECK(report["argument"] == "done");
    CHECK(report["argument.value"] == "back with one");
    CHECK(call.variable("SEEN") == "one/two");
    CHECK(report["label"] == "done");
    CHECK(report["label.value"] == "from the label");
    CHECK(report["digit"] == "done");
    CHECK(report["digit.value"] == "7");
    CHECK(report["missing"] == "AGIAppError");
    CHECK(report["hang"] == "AGIAppError");
    CHECK_THAT(report["hang.what"], Catch::Matchers::ContainsSubstring("without a Return"));
    CHECK(report["dead"] == "AGIDeadChannelError");
    CHECK(call.status() == "FAILURE");
}

TEST_CASE("SetContext, SetExtension, SetPriority: the dialplan goes on there") {
    Scenario number{land_on_number};
    number.wait_for_event("Hangup");
    CHECK(number.every("Newexten", "AppData").back().empty());
    CHECK(number.report()["end"] == "reached");
    CHECK(number.variable("LANDED") == "here 2");
    number.wait_for_application("Set", "LANDED=here 1");

    Scenario label{land_on_label};
    label.wait_for_event("Hangup");
    CHECK(label.report()["unknown"] == "AGIUsageError");
    CHECK(label.variable("LANDED") == "here label");
    CHECK(label.status() == "SUCCESS");
}

TEST_CASE("SetContext, SetExtension: without a priority the dialplan goes on behind this one") {
    Scenario call{land_without_priority};
    call.wait_for_event("Hangup");

    CHECK(call.every("Newexten", "AppData") ==
          std::vector<std::string>{"", "run,1", call.agi(), "LANDED=here 2", ""});
}

TEST_CASE("Noop, Verbose: any text, any level") {
    Scenario call{noop_and_verbose};
    const auto report = call.report();
    INFO(report["error"]);

    const auto& asterisk = Asterisk::get();
    CHECK(asterisk.logged("live noop \"quotes\" \\back\\slash\\\n"));
    CHECK(asterisk.logged("live noop (parens) [brackets], commas; ${EXTEN}\n"));
    CHECK(asterisk.logged("live noop Gr\xc3\xbc\xc3\x9f\x65\n"));
    CHECK(asterisk.logged("live noop Latin-1 \xe9\xff\n"));
    CHECK(asterisk.logged("live noop tab\there\n"));
    CHECK(asterisk.logged("live noop " + std::string(1024, 'n') + '\n'));
    for (int level = 0; level <= 4; ++level) {
        CHECK(asterisk.logged("live level " + std::to_string(level) + '\n'));
    }
    CHECK(report["noop"] == "AGIArgumentError");
    CHECK(report["verbose"] == "AGIArgumentError");
    CHECK(report["end"] == "reached");
    const auto commands = call.commands();
    CHECK(commands.size() == 24);
    // Asterisk has no words for the two lines that are not UTF-8.
    CHECK(std::count(commands.begin(), commands.end(), " : ") == 2);
    CHECK(std::count_if(commands.begin(), commands.end(), [](const std::string& command) {
              return command.find("200 Success: ") == 0;
          }) == 22);
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("RawCommand: the reply as it is, the errors as exceptions") {
    Setup setup;
    setup.variables = {{"GIVEN", "a (value)"}};
    Scenario call{raw_command, setup};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["result"] == "1");
    CHECK(report["data"] == "a (value)");
    CHECK(report["unknown"] == "AGIInvalidCommandError");
    CHECK(report["usage"] == "AGIUsageError");
    CHECK(report["failure"] == "AGIArgumentError");
    CHECK(report["line feed"] == "AGIArgumentError");
    CHECK(report["end"] == "0");
    CHECK(call.commands().size() == 4);
    CHECK(call.status() == "SUCCESS");
}
