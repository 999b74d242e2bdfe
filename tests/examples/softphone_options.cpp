// SPDX-License-Identifier: MIT
// The softphone's options: the world of a call, the plan of the caller, and what is refused.

#include "catch.hpp"
#include "softphone.hpp"
#include <agi/version.hpp>

#ifdef AGI_SOFTPHONE

#include <unistd.h>

#include <cstdlib>
#include <string>

using namespace phone;

namespace {

const std::string skip_environment =
    "#!/bin/sh\nwhile read -r line && [ -n \"$line\" ]; do :; done\n";

/// A program that sends these lines, one after each reply, and then prints the last one.
std::string sends(const std::string& name, std::initializer_list<const char*> lines) {
    std::string text = skip_environment;
    for (const char* line : lines) {
        text += "cat <<'END'\n" + std::string{line} + "\nEND\nread -r reply\n";
    }
    return script(name, text + "echo \"VERBOSE \\\"last: $reply\\\"\"\nread -r reply\n");
}

}  // namespace

TEST_CASE("softphone: says its version, which a report of a mistake asks for") {
    const Run said = run("--version");
    CHECK(said.status == 0);
    has(said.output, "softphone (agi) " AGI_VERSION_STRING);
}

TEST_CASE("softphone: says which keys were never pressed, as no such sound was heard") {
    const std::string hello = script("typo.sh",
                                     "#!/bin/sh\nwhile read -r l && [ -n \"$l\" ]; do :; done\n"
                                     "echo 'STREAM FILE welcome \"\"'\nread -r r\n");
    const Run call = run("--press welcom=1 " + hello);
    has(call.output, "The caller's moment never came: after \"welcom\"");
    has(run("--press welcome=1 " + hello).output,
        "The caller's moment never came: after \"welcome\", 0.3 s later");
    const Run two = run("--keys '1234 5 6' " +
                        sends("two_sounds.sh", {"GET DATA pin 5000 4", "STREAM FILE bye \"\""}));
    has(two.output, "The caller's moment never came: after any sound");
    has(two.output, "The caller's moment never came: after \"bye\", 0.3 s later");
    const std::string waits =
        sends("waits.sh", {"STREAM FILE welcome \"\"", "WAIT FOR DIGIT 1000"});
    CHECK(run("--press welcome=1 " + waits).output.find("never came") == std::string::npos);
}

TEST_CASE("softphone: an unattended program that sends commands for ever is ended") {
    const Run endless = run("--keys 1 /usr/bin/yes");
    CHECK(endless.status == 1);
    has(endless.output, "the program goes on and on: more than 100000 commands");
    const std::string loop = script(
        "loop.sh", skip_environment + "while :; do echo NOOP; read -r reply || exit; done\n");
    const std::string scenario = file("loop.call", "name = \"loop\"\n");
    const Run failed = run("--scenario " + scenario + ' ' + loop + " > /dev/null");
    CHECK(failed.status == 1);
    const Run rehearsed = run("--rehearse " + loop);
    CHECK(rehearsed.status == 1);
    has(rehearsed.output, "whole call: the program goes on and on");
    has(rehearsed.output, " rows ...\n");
    CHECK(rehearsed.output.size() < 100'000);
}

TEST_CASE("softphone: wrong options are refused with a line") {
    struct Case {
        const char* arguments;
        const char* says;
    };
    const auto [arguments, says] = GENERATE(
        Case{"--set X", "--set takes NAME=VALUE: not \"X\""},
        Case{"--set =1", "--set takes NAME=VALUE"},
        Case{"--db X=1", "an entry of the database is family/key: not \"X\""},
        Case{"--db /x/y=1", "an entry of the database is"}, Case{"--db x/=1", "an entry of the"},
        Case{"--asterisk banana", "an Asterisk is 22.10.1 or 16.28.0: not \"banana\""},
        Case{"--asterisk ''", "an Asterisk is"}, Case{"--asterisk -1", "an Asterisk is"},
        Case{"--hangup-after=-5", "a time is 5s, 500ms or 2m"},
        Case{"--hangup-after soon", "a time is"}, Case{"--hangup-after 5x", "a time is"},
        Case{"--hangup-after nan", "a time is"}, Case{"--hangup-after 1e30", "a time is"},
        Case{"--patience x", "a time is"}, Case{"--app Dial", "--app takes NAME=RESULT"},
        Case{"--app Dial=busy", "result is a number"},
        Case{"--app Dial=0,DIALSTATUS", "a variable of an application is NAME=VALUE"},
        Case{"--function X", "--function takes NAME=VALUE"},
        Case{"--sub x=1", "a place is context,extension,priority"},
        Case{"--label a,b,c=x", "a priority is a number from 1 on: not \"x\""},
        Case{"--label a=1", "or a label for the last: not \"a\""},
        Case{"--label a,,c=1", "a place is"}, Case{"--priority 0", "a priority is a number"},
        Case{"--keys 12x", "a key is one of"}, Case{"--press x", "--press takes PROMPT=KEYS"},
        Case{"--press x=1z", "a key is one of"}, Case{"--press-during x", "--press-during takes"},
        Case{"--sounds /nonexistent", "--sounds takes a folder"}, Case{"--nosuch", "--nosuch"},
        Case{"--junit x", "--junit and --json are for"},
        Case{"--eagi /nonexistent", "cannot read /nonexistent"},
        Case{"--eagi /etc/passwd", "/etc/passwd is no audio: --eagi takes a .wav of 16 bits"},
        Case{"agi://127.0.0.1:99999/x", "no port \"99999\" in agi://127.0.0.1:99999/x"},
        Case{"agi://127.0.0.1:0/x", "no port"}, Case{"agi://127.0.0.1:/x", "no port"},
        Case{"--record /nonexistent/x", "cannot write /nonexistent/x"});
    CAPTURE(arguments);
    const Run call = run(std::string{arguments} + " /bin/true");
    CHECK(call.status == 2);
    has(call.output, says);
}

#ifdef AGI_PIN
TEST_CASE("softphone: the lines of the README work as they are written") {
    std::ifstream in{AGI_TEST_DATA "/../README.md"};
    const std::string tool = "    build/demo/examples/softphone ";
    const std::string program = "build/demo/examples/pin";
    int lines = 0;
    for (std::string line; std::getline(in, line);) {
        if (line.compare(0, tool.size(), tool) != 0) continue;
        ++lines;
        line = line.substr(tool.size(), line.find("  #") - tool.size());
        const bool server = line.find("agi://") != std::string::npos;
        const std::size_t at = line.find(program);
        CHECK((server || at != std::string::npos));
        if (at != std::string::npos) line.replace(at, program.size(), AGI_PIN);
        const Run call = run(line);
        INFO(line << '\n' << call.output);
        CHECK(call.status == (server ? 2 : 0));  // no server is there
    }
    CHECK(lines == 4);
}
#endif

TEST_CASE("softphone: no program is refused, and --help says how") {
    CHECK(run("").status == 2);
    const Run help = run("--help");
    CHECK(help.status == 0);
    has(help.output, "softphone --scenario tests/ ./ivr.pl");
}

TEST_CASE("softphone: applications, functions, subroutines and labels can be given") {
    const std::string program =
        sends("world", {"EXEC Dial PJSIP/1", "GET VARIABLE ODBC_PRICE(7)", "SET PRIORITY again",
                        "GOSUB sub s 1", "GET FULL VARIABLE \"${DIALSTATUS} ${GOSUB_RETVAL}\""});
    const Run call =
        run("--app Dial=0,DIALSTATUS=BUSY --function ODBC_PRICE=12.50 --sub sub,s,1=back --label "
            "default,100,again=5 --keys - " +
            program);
    CHECK(call.status == 0);
    has(call.output, "ODBC_PRICE(7) is \"12.50\"");
    has(call.output, ": 1 (BUSY back)");
}

TEST_CASE("softphone: who calls, whom, and in which language") {
    const std::string program =
        script("who",
               "#!/bin/sh\n"
               "while read -r line && [ -n \"$line\" ]; do all=\"$all|$line\"; done\n"
               "echo \"VERBOSE \\\"$all\\\"\"; read -r reply\n");
    const Run call =
        run("--keys - --callerid 42 --callername Bob --extension 9 --context in --language de "
            "--dnid 7 --priority 3 " +
            program);
    for (const char* part :
         {"agi_callerid: 42|", "agi_calleridname: Bob|", "agi_extension: 9|", "agi_context: in|",
          "agi_language: de|", "agi_dnid: 7|", "agi_priority: 3|"}) {
        has(call.output, part);
    }
}

TEST_CASE("softphone: what it does not simulate is said, and is a failure") {
    const Run call =
        run("--keys - " + sends("queue", {"EXEC Queue support", "GET VARIABLE CURL(http://x)"}));
    CHECK(call.status == 1);
    has(call.output,
        "NOT SIMULATED: application Queue. Asterisk has it. Say what it does with --app Queue=0");
    has(call.output, "--function CURL=VALUE");
}

TEST_CASE("softphone: keys belong to a prompt, and to the time that it is heard") {
    const std::string program =
        sends("prompts", {"STREAM FILE intro \"\"", "GET DATA pin 2000 4", "GET DATA pin 2000 4",
                          "GET DATA pin 2000 4", "GET DATA menu 2000 1"});
    const Run call =
        run("--answered --press pin=1111 --press pin= --press pin=2222 --press-during menu=9 " +
            program);
    has(call.output, "intro\n");
    has(call.output, "pin   keys: 1111\n");
    has(call.output, "pin   no keys\n");
    has(call.output, "pin   keys: 2222\n");
    has(call.output, "menu   keys: 9\n");
}

TEST_CASE("softphone: groups of keys do not mix, and an empty one presses nothing") {
    const std::string program = sends("groups", {"GET DATA a 2000 4", "GET DATA b 2000 4",
                                                 "GET DATA c 2000 4", "GET DATA d 2000 4"});
    const Run call = run("--answered --keys '1234  - 5678' " + program);
    has(call.output, "a   keys: 1234\n");
    has(call.output, "b   no keys\n");
    has(call.output, "c   no keys\n");
    has(call.output, "d   keys: 5678\n");
}

TEST_CASE("softphone: every command is run whether or not the program reads replies") {
    const std::string program =
        script("deafen",
               "#!/bin/sh\nexec < /dev/null\necho SET VARIABLE A 1\n"
               "echo SET VARIABLE B 2\necho EXEC Wait 2\necho SET VARIABLE C 3\n");
    for (int i = 0; i < 5; ++i) {
        const Run call = run("--keys - " + program);
        CHECK(call.status == 0);
        for (const char* part : {"A is now \"1\"", "B is now \"2\"", "C is now \"3\""})
            has(call.output, part);
    }
}

TEST_CASE("softphone: lines that come in one write lie in the buffer until the end") {
    const std::string program =
        script("together", skip_environment +
                               "printf 'SET VARIABLE A 1\\nSET VARIABLE B 2\\n'\n"
                               "read -r reply; echo \"VERBOSE \\\"first $reply\\\"\"\n");
    const Run call = run("--keys - --trace " + program);
    has(call.output, "A is now \"1\"");
    has(call.output, "B is now \"2\"");
    has(call.output, "console: first 200 result=1");
}

TEST_CASE(
    "softphone: a program that does not flush its output is ended with a hint, and its children") {
    const std::string time = "9" + std::to_string(getpid());
    const std::string program =
        script("unflushed", "#!/bin/sh\nsleep " + time + " & sleep " + time + "\n");
    const Run call = run("--keys - --patience 300ms " + program);
    CHECK(call.status == 1);
    has(call.output, "Does it flush its output after each line?");
    CHECK(std::system(("pgrep -fx 'sleep " + time + "' > /dev/null").c_str()) != 0);
}

TEST_CASE("softphone: one that ignores the hang-up and goes on is ended") {
    const std::string program =
        script("endless",
               "#!/bin/sh\ntrap '' HUP\n"
               "while :; do echo 'GET DATA x'; read -r reply || exit; done\n");
    const Run call = run("--hangup-after 5s --patience 10s " + program);
    CHECK(call.status == 1);
    has(call.output, "the caller is gone, and the program goes on and on");
}

TEST_CASE("softphone: a script without #! is not run, as by Asterisk") {
    const Run call = run("--keys - " + script("nobang", "echo NOOP\n"));
    CHECK(call.status == 2);
    has(call.output, "does its first line begin with #! ?");
    has(call.output, "Exec format error");
}

TEST_CASE("softphone: the process has Asterisk's environment") {
    const std::string program = script(
        "env",
        skip_environment +
            "echo \"VERBOSE \\\"$AST_AGI_DIR $AST_VERSION $AST_CONFIG_FILE\\\"\"\nread -r x\n"
            "echo \"VERBOSE \\\"<$AST_SYSTEMNAME> $AST_BUILD_OS\\\"\"\nread -r x\n"
            "echo \"VERBOSE \\\"blocked $(sed -n 's/^SigBlk:.//p' /proc/self/status)\\\"\"\nread "
            "-r x\n");
    const Run call = run("--keys - --asterisk 16.28.0 " + program);
    has(call.output, "console: /usr/share/asterisk/agi-bin 16.28.0 /etc/asterisk/asterisk.conf");
    has(call.output, "console: <> Linux");
    has(call.output, "blocked 0000000000000000");
}

TEST_CASE("softphone: says that a call was not answered") {
    const Run call = run("--keys - " + sends("early", {"STREAM FILE hello \"\""}));
    has(call.output, "hello   (the call is not answered)");
    has(call.output, "never answered");
    const Run answered = run("--keys - --answered " + sends("early", {"STREAM FILE hello \"\""}));
    CHECK(answered.output.find("not answered") == std::string::npos);
}

TEST_CASE("softphone: RECORD FILE needs its folder, and verbs may be in any case") {
    const Run call =
        run("--keys - --answered " +
            sends("record", {"stream file hello \"\"", "record file /nonexistent/x wav # 1000"}));
    has(call.output, "hello\n");
    has(call.output, "console: last: 200 result=-1 (writefile)");
}

TEST_CASE("softphone: under EAGI the program hears the file on descriptor 3") {
    const std::string voice = file("voice.sln", std::string(320, 'v'));
    const std::string program =
        script("eagi", skip_environment +
                           "echo 'WAIT FOR DIGIT 200'; read -r reply\n"
                           "echo \"VERBOSE \\\"$(head -c 3 <&3)\\\"\"; read -r reply\n");
    has(run("--keys - --answered --eagi " + voice + ' ' + program).output, "console: vvv");
}

#endif
