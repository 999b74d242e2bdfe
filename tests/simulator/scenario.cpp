// SPDX-License-Identifier: MIT
// Scenarios and pages in C++ tests: the same file as for the softphone.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/page.hpp>
#include <agi/testing/scenario.hpp>
#include <agi/testing/simulated_stream.hpp>

#if defined(__has_include)
#if __has_include(<toml++/toml.h>)
#include <agi/testing/scenario_file.hpp>
#define AGI_HAS_TOML
#endif
#endif

#include <string>

using namespace agi;
using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

template <class Session>
void enter_pin(Session& session) {
    Answer{}(session);
    const auto pin = GetData{"enter-pin", 5s, 4}(session);
    SetVariable{"PIN", pin.digits}(session);
    StreamFile{pin.digits == "1234" ? "welcome" : "wrong"}(session);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Scenario: says what is not as expected") {
    Scenario scenario;
    scenario.asterisk.channel.any_sound = 2s;
    scenario.asterisk.channel.caller.after("enter-pin").press("4321");
    scenario.expected.heard = {{"enter-pin", "welcome"}};
    scenario.expected.never_heard = {"wrong"};
    scenario.expected.heard_in_order = {"welcome"};
    scenario.expected.variables = {{"PIN", "1234"}};
    scenario.expected.is_set = {"PIN", "CALLS"};
    scenario.expected.not_set = {"PIN", "CALLS"};
    scenario.expected.database = {{"calls/last", "x"}};
    scenario.expected.console = {"hello"};
    scenario.expected.goes_on = "default,100,5";
    scenario.expected.agistatus = "FAILURE";
    scenario.expected.answered = false;
    scenario.expected.exit_status = 3;
    scenario.expected.within = 1s;
    {
        Session session{SimulatedStream{scenario.asterisk}};
        enter_pin(session);
    }
    CHECK(scenario.problems(0) ==
          std::vector<std::string>{
              "heard was enter-pin, wrong, not enter-pin, welcome",
              "welcome was not heard: enter-pin, wrong", "wrong was heard",
              "PIN is \"4321\", not \"1234\"", "CALLS is not set", "PIN is set, to \"4321\"",
              "the database has no calls/last", "the console never said \"hello\"",
              "the dialplan goes on at is \"default,100,2\", not \"default,100,5\"",
              "AGISTATUS is \"SUCCESS\", not \"FAILURE\"", "the exit status is \"0\", not \"3\"",
              "the call was answered", "the call took 4.900 s, not 1.000 s"});
    CHECK_FALSE(scenario.passed());
    CHECK(has(scenario.report(), "wrong was heard\n"));
    CHECK(has(scenario.report(), "<--------- enter-pin ---|"));
}

TEST_CASE("scenario: names the moments of the caller that never came") {
    Scenario scenario;
    scenario.asterisk.channel.any_sound = 1s;
    Caller& caller = scenario.asterisk.channel.caller;
    caller.during("enter-pin").press("1234").during("enter-pni").press("1");
    caller.after("bye").hang_up().during_sound(9).hang_up();
    caller.before_command(7).hang_up().during_command(8).hang_up().at(9h).hang_up();
    Session session{SimulatedStream{scenario.asterisk}};
    GetData{"enter-pin", 5s, 4}(session);
    CHECK(scenario.asterisk.channel.caller.left() ==
          std::vector<std::string>{"during \"enter-pni\"", "after \"bye\"", "during sound 9",
                                   "before command 7", "during command 8", "at 32400 s"});
    CHECK(scenario.report().find("the caller's moment never came: during \"enter-pni\"\n") == 0);
}

TEST_CASE("scenario: names the times of the plan that the call did not last for") {
    Asterisk asterisk;
    asterisk.channel.any_sound = 1s;
    Caller& caller = asterisk.channel.caller;
    caller.at(500ms).press("9").at(30s).hang_up();
    caller.after("menu").press("1").then(100s).hang_up();
    caller.after_sound(0).press("2345").after_sound(0).do_nothing().after_sound(0).press("6");
    CHECK(caller.left() == std::vector<std::string>{"at 0.5 s", "at 30 s", "after \"menu\"",
                                                    "after any sound", "after any sound",
                                                    "after any sound"});
    Session session{SimulatedStream{asterisk}};
    StreamFile{"menu"}(session);
    WaitForDigit{1s}(session);
    StreamFile{"welcome"}(session);
    CHECK(caller.left() == std::vector<std::string>{"after any sound", "after any sound", "at 30 s",
                                                    "after \"menu\", 100.3 s later",
                                                    "after \"welcome\", 0.3 s later"});
    Asterisk again = asterisk;
    again.channel.idle_until(5min);
    CHECK(again.channel.caller.left().size() == 3);
    CHECK(caller.left().size() == 5);
}

TEST_CASE("page: a call with its time line and every line, and nothing that a browser would obey") {
    Asterisk asterisk;
    asterisk.channel.any_sound = 2s;
    asterisk.channel.caller.after("enter-pin").press("1").during("wrong").hang_up();
    Session session{SimulatedStream{asterisk}};
    Verbose{"<script>alert(1)</script>"}(session);
    CHECK_THROWS(enter_pin(session));
    const std::string html = page(asterisk, "a <PIN>");
    for (const char* part :
         {"<title>a &lt;PIN&gt;</title>", "&lt;script&gt;", "<div class=\"bar sound\"",
          ">enter-pin</div>", "<span class=\"key\"", "hang-up</span>", "<tr class=\"bad\">",
          "prefers-color-scheme: dark", "@media print", "the environment, 20 lines"}) {
        CAPTURE(part);
        CHECK(has(html, part));
    }
    CHECK_FALSE(has(html, "<script"));
    CHECK_FALSE(has(html, "http"));  // nothing from elsewhere

    const std::string written = page(parse_dialogue(transcript(asterisk)), "recorded");
    CHECK(has(written, "a recorded call"));
    CHECK(has(written, "GET DATA"));
}

TEST_CASE("page: the marks of its scale are round") {
    using simulator::page_step;
    CHECK(page_step(0ms) == 100ms);
    CHECK(page_step(800ms) == 100ms);
    CHECK(page_step(801ms) == 200ms);
    CHECK(page_step(15340ms) == 2s);
    CHECK(page_step(5min) == 50s);
    CHECK(page_step(10h) == 5000s);
    Asterisk asterisk;
    Session session{SimulatedStream{asterisk}};
    WaitForDigit{15340ms}(session);
    CHECK(has(page(asterisk, "x"), ">12.0 s</span><span style="));
    CHECK(has(page(asterisk, "x"), ">14.0 s</span></div>"));
}

#ifdef AGI_HAS_TOML

TEST_CASE("read_scenario: the whole format") {
    Scenario scenario = parse_scenario(R"toml(
name = "all of it"
program = ["./x", "y"]
[call]
asterisk = "16.28.0"
callerid = "42"
callername = "Bob"
extension = "200"
context = "in"
priority = 3
arguments = ["one", "two"]
network = true
answered = true
[world]
sounds = { enter-pin = "2s", welcome = "500ms" }
any-sound = "1s"
variables = { PIN = "1234", "CALLERID(name)" = "Alice" }
globals = { G = "g" }
database = { "a/b" = "c" }
functions = { PRICE = "12.50" }
applications = { Dial = "0,DIALSTATUS=BUSY" }
subroutines = { "sub,s,1" = "back" }
labels = { "in,200,again" = 7 }
environment = { HOME = "/home" }
[[caller]]
after = "enter-pin"
time = 2
wait = "1s"
press = "1234"
[[caller]]
at = "60s"
hang-up = true
[expect]
heard-in-order = ["enter-pin", "enter-pin"]
[always]
database = { "a/b" = "c" }
)toml",
                                       "all.toml");
    Asterisk& asterisk = scenario.asterisk;
    CHECK(scenario.name == "all of it");
    CHECK(scenario.program == std::vector<std::string>{"./x", "y"});
    CHECK(asterisk.version.major_number() == 16);
    CHECK(asterisk.entry("agi_callerid") == "42");
    CHECK(asterisk.arguments == std::vector<std::string>{"one", "two"});
    CHECK(asterisk.network);
    CHECK(asterisk.channel.answered);
    CHECK(asterisk.value("CALLERID(name)") == "Alice");
    CHECK(asterisk.value("PRICE(1)") == "12.50");
    CHECK(asterisk.value("ENV(HOME)") == "/home");
    CHECK(asterisk.labels.at("in,200,again") == 7);
    CHECK(scenario.always.database.at("a/b") == "c");
    Session session{SimulatedStream{asterisk}};
    CHECK(Exec{"Dial", "x"}(session) == 0);
    CHECK(asterisk.value("DIALSTATUS") == "BUSY");
    Gosub{"sub", "s", "1"}(session);
    CHECK(asterisk.value("GOSUB_RETVAL") == "back");
    CHECK(GetData{"enter-pin", 1s, 4}(session).timed_out);
    CHECK(GetData{"enter-pin", 5s, 4}(session).digits == "1234");
    CHECK(asterisk.channel.heard().front().to == 2s);
    INFO(scenario.report());
    CHECK(scenario.passed());
}

TEST_CASE("read_scenario: a value that is none is refused with its line") {
    struct Case {
        const char* text;
        const char* says;
    };
    const auto [text, says] = GENERATE(
        Case{"[call]\npriority = 0", "a priority is a number from 1 on: not \"0\""},
        Case{"[world]\nlabels = { \"in,200,again\" = \"x\" }", "a priority is a number"},
        Case{"[world]\nlabels = { again = 7 }", "a place is context,extension,priority"},
        Case{"[world]\nsubroutines = { \"sub,s\" = \"back\" }", "for the last: not \"sub,s\""},
        Case{"[world]\ndatabase = { \"/a/b\" = \"c\" }", "is family/key: not \"/a/b\""},
        Case{"[world]\ndatabase = { a = \"c\" }", "an entry of the database is family/key"},
        Case{"[expect]\ndatabase = { \"a/\" = \"c\" }", "is family/key: not \"a/\""},
        Case{"[expect]\nexit-status = \"x\"", "this is a number from 0 to 255: not \"x\""},
        Case{"[expect]\nexit-status = 256", "from 0 to 255: not \"256\""},
        Case{"[[caller]]\ntime = \"once\"\nafter = \"x\"", "a number from 1 to 1000: not \"once\""},
        Case{"[[caller]]\ntime = 0\nafter = \"x\"", "a number from 1 to 1000: not \"0\""});
    CAPTURE(text);
    std::string said;
    try {
        parse_scenario(text, "wrong.toml");
    } catch (const AGIArgumentError& error) {
        said = error.what();
    }
    CAPTURE(said);
    CHECK(has(said, "wrong.toml:2: "));
    CHECK(has(said, says));
}

TEST_CASE("read_scenario: a file that cannot be read is said") {
    CHECK_THROWS_AS(read_scenario("/nonexistent.toml"), AGIArgumentError);
}

#endif

TEST_CASE("scenario: what is not simulated is a problem, also where the program swallows it") {
    Scenario scenario;
    const auto queue = [](Asterisk& asterisk) {
        Session session{SimulatedStream{asterisk}};
        try {
            Exec{"Queue", "support"}(session);
        } catch (const std::exception&) {
        }
    };
    Scenario taken = scenario;
    queue(scenario.asterisk);
    CHECK(scenario.problems() == std::vector<std::string>{"not simulated: application Queue"});
    taken.asterisk.missing_if_not_simulated = true;
    queue(taken.asterisk);
    CHECK(taken.passed());
}
