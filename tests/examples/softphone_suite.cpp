// SPDX-License-Identifier: MIT
// The softphone's scenarios and rehearsals, and what they write.

#include "catch.hpp"
#include "softphone.hpp"

#ifdef AGI_SOFTPHONE

#include <filesystem>
#include <iterator>
#include <string>

using namespace phone;

namespace {

const std::string ask_pin =
    "#!/bin/sh\n"
    "while read -r line && [ -n \"$line\" ]; do :; done\n"
    "say() { echo \"$*\"; read -r reply || exit 0; }\n"
    "say ANSWER\n"
    "say GET DATA enter-pin 5000 4\n"
    "pin=${reply#200 result=}\n"
    "say SET VARIABLE GOT \"$pin\"\n"
    "say DATABASE PUT calls last done\n"
    "say STREAM FILE bye '\"\"'\n";

std::string content(const std::string& name) {
    std::ifstream in{name};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::string scenario(const std::string& expected) {
    return "name = \"the right <PIN>\"\n[world]\nsounds = { enter-pin = \"3s\", bye = \"1s\" }\n"
           "[[caller]]\nafter = \"enter-pin\"\npress = \"1234\"\n[expect]\n" +
           expected;
}

}  // namespace

TEST_CASE("softphone: a scenario passes or fails, and shows where") {
    const std::string program = script("ask", ask_pin);
    const std::string good =
        file("good.call", scenario("heard = [\"enter-pin\", \"bye\"]\n"
                                   "variables = { GOT = \"1234\" }\nanswered = true\n"));
    const Run passed = run("--scenario " + good + ' ' + program);
    CHECK(passed.status == 0);
    has(passed.output, "ok      the right <PIN>");

    const std::string bad =
        file("bad.call", scenario("variables = { GOT = \"4321\" }\nwithin = \"2s\"\n"));
    const std::string xml = temporary_path("report.xml").string();
    const std::string json = temporary_path("report.json").string();
    const std::string page = temporary_path("report.html").string();
    const Run failed = run("--scenario " + good + " --scenario " + bad + " --junit " + xml +
                           " --json " + json + " --report " + page + ' ' + program);
    CHECK(failed.status == 1);
    has(failed.output, "GOT is \"1234\", not \"4321\"");
    has(failed.output, " s, not 2.000 s");
    has(failed.output, "GET DATA enter-pin 5000 4 ---|");
    has(failed.output, "2 scenarios, 1 failed");
    has(content(xml), "tests=\"2\" failures=\"1\"");
    has(content(xml), "name=\"the right &lt;PIN&gt;\"");
    has(content(xml), "<failure message=\"GOT is &quot;1234&quot;, not &quot;4321&quot;");
    has(content(json), "\"passed\": false");
    has(content(json), "\"problems\": [\"GOT is \\\"1234\\\", not \\\"4321\\\"\"");
    has(content(page), "<code>GET DATA enter-pin 5000 4</code>");
    has(content(page), "<title>the right &lt;PIN&gt;</title>");
}

TEST_CASE("softphone: a scenario may say that a variable is set, to whatever") {
    const std::string program = script("ask", ask_pin);
    const auto scenario_of = [&](const std::string& expected) {
        return run("--scenario " + file("set.call", scenario(expected)) + ' ' + program);
    };
    CHECK(scenario_of("is-set = [\"GOT\", \"DB(calls/last)\"]\nnot-set = \"OTHER\"\n").status == 0);
    const Run wrong = scenario_of("is-set = \"OTHER\"\nnot-set = \"GOT\"\n");
    CHECK(wrong.status == 1);
    has(wrong.output, "OTHER is not set");
    has(wrong.output, "GOT is set, to \"1234\"");
}

TEST_CASE("softphone: what SAY says has one name, on the screen, in plans and in scenarios") {
    const std::string program =
        script("say",
               "#!/bin/sh\nwhile read -r line && [ -n \"$line\" ]; do :; done\n"
               "echo 'say DIGITS 123456 5'; read -r reply\n"
               "echo 'SAY ALPHA aB \"\"'; read -r reply\n");
    const Run call = run("--answered --press-during 'say digits 123456=5' " + program);
    has(call.output, "say digits 123456   keys: 5\n");
    has(call.output, "say alpha aB\n");
    const std::string heard =
        file("heard.call", "[expect]\nheard = [\"say digits 123456\", \"say alpha aB\"]\n");
    CHECK(run("--scenario " + heard + ' ' + program).status == 0);
}

TEST_CASE("softphone: a program that had to be ended has not crashed") {
    const std::string program = script("silent", "#!/bin/sh\nexec sleep 1000\n");
    const Run suite = run("--patience 300ms --scenario " + file("silent.call", "") + ' ' + program);
    CHECK(suite.status == 1);
    has(suite.output, "the program has said nothing for 0.3 s");
    CHECK(suite.output.find("crashed") == std::string::npos);
    const Run crash = run("--scenario " + file("silent.call", "") + ' ' +
                          script("crash", "#!/bin/sh\nkill -SEGV $$\n"));
    has(crash.output, "the program crashed: Segmentation fault");
}

TEST_CASE("softphone: a folder of scenarios is a test suite, with programs from its own folder") {
    const std::filesystem::path folder = temporary_path("suite");
    std::filesystem::create_directories(folder / "more");
    std::filesystem::copy_file(script("ask", ask_pin), folder / "ask.sh");
    const std::string text =
        "program = [\"./ask.sh\"]\n[expect]\nheard = [\"enter-pin\", \"bye\"]\n";
    std::ofstream{folder / "one.call"} << text;
    std::ofstream{folder / "more" / "two.toml"} << "program = [\"../ask.sh\"]\n";
    std::ofstream{folder / "notes.txt"} << "no scenario";
    const Run all = run("--scenario " + folder.string());
    CHECK(all.status == 0);
    has(all.output, "ok      one");
    has(all.output, "ok      two");
    has(all.output, "2 scenarios, 0 failed");
    CHECK(run("--scenario /nonexistent.call").status == 2);
}

TEST_CASE("softphone: a page of a call that was written down") {
    const std::string written = temporary_path("dialogue").string();
    const std::string page = temporary_path("dialogue.html").string();
    CHECK(run("--keys 1234 --record " + written + ' ' + script("ask", ask_pin)).status == 0);
    CHECK(run("--dialogue " + written + " --report " + page).status == 0);
    has(content(page), "<code>GET DATA enter-pin 5000 4</code>");
    CHECK(run("--dialogue " + written).status == 2);
    CHECK(run("--dialogue /nonexistent --report " + page).status == 2);
}

TEST_CASE("softphone: its manual page and completion name every option") {
    const std::string help = run("--help").output;
    const std::string folder = AGI_TEST_DATA "/../examples/softphone/";
    std::string manual = content(folder + "softphone.1");
    for (std::size_t at = manual.find("\\-"); at != std::string::npos; at = manual.find("\\-", at))
        manual.erase(at, 1);
    const std::string zsh = content(folder + "completion.zsh");
    int options = 0;
    for (std::size_t at = help.find("\n  --"); at != std::string::npos;
         at = help.find("\n  --", at + 1)) {
        const std::string option = help.substr(at + 3, help.find_first_of(" \n", at + 5) - at - 3);
        CAPTURE(option);
        ++options;
        CHECK(manual.find(option) != std::string::npos);
        CHECK(zsh.find(option + '[') != std::string::npos);
    }
    CHECK(options > 25);
    CHECK(std::system(("bash -n " + folder + "completion.bash").c_str()) == 0);
}

TEST_CASE("softphone: a wrong scenario is refused with its line") {
    struct Case {
        const char* text;
        const char* says;
    };
    const auto [text, says] = GENERATE(
        Case{"x = 1\n", ":1: no \"x\" here"}, Case{"name = \"a\n", ":1: "},
        Case{"\n[[caller]]\npress = \"1\"\n", ":2: after, during or at says when"},
        Case{"[[caller]]\nafter = \"x\"\npress = \"1z\"\n", "a key is one of"},
        Case{"[[caller]]\nafter = \"x\"\npress = \"1\"\nhang-up = true\n",
             ".call:1: only one thing at a time"},
        Case{"[[caller]]\nafter = \"x\"\ntime = 0\n", ".call:3: this is a number from 1 to"},
        Case{"[[caller]]\nafter = \"x\"\npress = 1.5\n", ".call:3: this is a text"},
        Case{"[world]\nany-sound = true\n", ".call:2: this is a text"},
        Case{"[world]\nsounds = { \"m.wav\" = \"1s\" }\n", "Asterisk adds the format itself"},
        Case{"[[caller]]\nafter = \"x\"\ntime = 2\n[[caller]]\nafter = \"x\"\ntime = 2\n",
             "planned already"},
        Case{"[caller]\nafter = \"x\"\n", "two brackets"},
        Case{"[world]\nsounds = { a = \"5q\" }\n", ":2: a time is"},
        Case{"[world]\nfolder = \"nosuch\"\n", "no folder"},
        Case{"[call]\nasterisk = \"banana\"\n", "an Asterisk is"},
        Case{"[call]\nanswered = 1\n", "answered is true or false"},
        Case{"[expect]\nheards = []\n", "only heard"},
        Case{"[world]\napplications = { Dial = \"busy\" }\n", "result is a number"},
        Case{"", "no program"});
    CAPTURE(text);
    const Run call = run("--scenario " + file("wrong.call", text));
    CHECK(call.status == 2);
    has(call.output, says);
    CHECK(call.output.find("wrong.call:") == call.output.rfind("wrong.call:"));
}

TEST_CASE("softphone: rehearses a program in any language") {
    const Run call = run("--rehearse --press enter-pin=1234 " + script("ask", ask_pin));
    CHECK(call.status == 0);
    has(call.output, "21 calls, 5 commands");
    has(call.output, "was not checked: [always] of a scenario says it");
    const std::string fails = script("fails",
                                     "#!/bin/sh\nwhile read -r l && [ -n \"$l\" ]; do :; done\n"
                                     "echo NOOP; read -r l; exit 3\n");
    has(run("--rehearse " + fails).output, ": 1 call, 1 command\n");
    const std::string always = file("never.call", "[always]\nnever-heard = \"nosuch\"\n");
    const Run checked = run("--rehearse --scenario " + always + ' ' + script("ask", ask_pin));
    CHECK(checked.output.find("was not checked") == std::string::npos);
}

TEST_CASE("softphone: a rehearsal finds the step at which a program goes wrong") {
    const std::string undone =
        file("always.call", scenario("agistatus = \"SUCCESS\"\n[always]\n"
                                     "database = { \"calls/last\" = \"done\" }\n"));
    const Run call = run("--rehearse --scenario " + undone + ' ' + script("ask", ask_pin));
    CHECK(call.status == 1);
    has(call.output, "hang-up before command 1: the database has no calls/last");
    const std::string endless = script("again",
                                       "#!/bin/sh\ntrap '' HUP\n"
                                       "while read -r line && [ -n \"$line\" ]; do :; done\n"
                                       "until [ \"$reply\" = '200 result=1' ]; do\n"
                                       "echo 'GET DATA x 1000 1'; read -r reply || exit 0; done\n");
    const Run stuck = run("--rehearse --press x=1 " + endless);
    CHECK(stuck.status == 1);
    has(stuck.output,
        "hang-up before command 1: the caller is gone, and the program goes on and on");
}

#endif
