// SPDX-License-Identifier: MIT
// The options of the softphone, and what --help says about them.
#pragma once

#include "options.hpp"

#include <CLI/CLI.hpp>
#include <string>

inline void add_call_options(CLI::App& app, Options& options) {
    const std::string group = "The call";
    const auto entry = [&](const char* name, const char* key, const char* help) {
        app.add_option_function<std::string>(
               name, [&options, key](const std::string& text) { options.entries[key] = text; },
               help)
            ->group(group);
    };
    app.add_option("--asterisk", options.version, "The version of Asterisk to be")
        ->capture_default_str()
        ->type_name("VERSION")
        ->group(group);
    entry("--callerid", "agi_callerid", "The caller's number");
    entry("--callername", "agi_calleridname", "His name");
    entry("--dnid", "agi_dnid", "The number that was dialled");
    entry("--context", "agi_context", "Where the dialplan is");
    entry("--extension", "agi_extension", "The same");
    entry("--priority", "agi_priority", "The same");
    entry("--language", "agi_language", "The channel's language");
    app.add_option("--eagi", options.call.eagi, "EAGI: what the caller says, 8 kHz, 16 bits")
        ->type_name("FILE.wav")
        ->group(group);
    app.add_flag("--answered", options.answered, "The call is answered when the program starts")
        ->group(group);
    app.add_flag("--dead", options.dead, "The caller is gone when the program starts")
        ->group(group);
}

inline void add_caller_options(CLI::App& app, Options& options) {
    const std::string group =
        "The caller (with one of these, nobody types and the call takes no time)";
    const auto list = [&](const char* name, std::vector<std::string>& to, const char* form,
                          const char* help) {
        app.add_option(name, to, help)->allow_extra_args(false)->type_name(form)->group(group);
    };
    app.add_option("--keys", options.keys,
                   "One group of keys after each sound, separated by a blank; - presses nothing")
        ->type_name("'1234# 2 -'")
        ->group(group);
    list("--press", options.press, "PROMPT=KEYS",
         "Keys after that prompt; again for the next time; no keys: press nothing");
    list("--press-during", options.press_during, "PROMPT=KEYS", "The same while it plays");
    list("--hangup-during", options.hangup_during, "PROMPT", "Hang up while it plays");
    app.add_option("--hangup-after", options.hangup_after, "Hang up after that time")
        ->type_name("5s|500ms")
        ->group(group);
}

inline void add_world_options(CLI::App& app, Options& options) {
    const std::string group = "What is there";
    const auto list = [&](const char* name, std::vector<std::string>& to, const char* form,
                          const char* help) {
        app.add_option(name, to, help)->allow_extra_args(false)->type_name(form)->group(group);
    };
    app.add_option("--sounds", options.sounds,
                   "Sound files; without it every sound is there, 3 s long")
        ->type_name("FOLDER")
        ->group(group);
    list("--set", options.variables, "NAME=VALUE", "Set a channel variable, or write a function");
    list("--db", options.database, "FAMILY/KEY=VALUE", "Put an entry into the database");
    list("--app", options.applications, "NAME=RESULT[,VARIABLE=VALUE...]",
         "What EXEC of that application does, as in Dial=0,DIALSTATUS=BUSY");
    list("--function", options.functions, "NAME=VALUE", "What that function of the dialplan says");
    list("--sub", options.subroutines, "CONTEXT,EXTENSION,PRIORITY=VALUE",
         "A subroutine for GOSUB, and what it returns");
    list("--label", options.labels, "CONTEXT,EXTENSION,LABEL=PRIORITY", "A label for SET PRIORITY");
}

inline void add_test_options(CLI::App& app, Options& options) {
    const std::string group = "Tests";
    app.add_option("--scenario", options.scenarios,
                   "Scenarios: files, or folders with *.call or *.toml")
        ->allow_extra_args(false)
        ->type_name("FILE|FOLDER")
        ->group(group);
    app.add_flag("--rehearse", options.rehearse,
                 "Make the call again and again: the caller, or the connection, gone at every step")
        ->group(group);
    app.add_option("--junit", options.junit, "Write the results as JUnit's XML")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--json", options.json, "Write the results as JSON")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--report", options.report,
                   "Write the call (the first that fails, else the first) as a page for a browser")
        ->type_name("FILE.html")
        ->group(group);
    app.add_option(
           "--dialogue", options.dialogue,
           "Make no call: --report is of this one, which --record or agi::Transcript has written")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--patience", options.patience,
                   "How long an unattended program may say nothing before it is ended")
        ->capture_default_str()
        ->type_name("TIME")
        ->group(group);
    app.add_option("--record", options.call.record,
                   "Write the call as a dialogue that a test can play")
        ->type_name("FILE")
        ->group(group);
    app.add_flag("--trace", options.call.trace, "Show the lines of the protocol")->group(group);
}

inline void add_options(CLI::App& app, Options& options) {
    app.add_option(
           "program", options.call.program,
           "The program and its arguments, or agi://host[:port]/script and arguments; "
           "ami://[user:secret@][host][:port]/script listens there for a program that takes "
           "its calls over AMI")
        ->type_name("PROGRAM [ARGUMENT...]");
    add_call_options(app, options);
    add_caller_options(app, options);
    add_world_options(app, options);
    add_test_options(app, options);
    app.positionals_at_end();
    app.footer(
        "Examples\n"
        "  softphone ./ivr.php                                you are the caller: type keys, "
        "Ctrl-C hangs up\n"
        "  softphone --press enter-pin=1234# ./ivr.php        the same unattended, in no time\n"
        "  softphone --keys '4321 - 1234' ./ivr.php           after the first sound 4321, after "
        "the "
        "second nothing, after the third 1234\n"
        "  softphone --app Dial=0,DIALSTATUS=BUSY ./ivr.py 42 with an argument, and a busy "
        "telephone\n"
        "  softphone --scenario tests/ ./ivr.pl               all scenarios of a folder, as a test "
        "suite\n"
        "  softphone --rehearse --keys 1234# ./ivr.go         does it survive a hang-up at every "
        "step?\n"
        "  softphone ami://:5038/pin                          AGI(agi:async,pin): a program logs "
        "in "
        "at port 5038\n"
        "\n"
        "Exit status: 0; 1 when AGISTATUS is FAILURE, the program had to be ended, something was "
        "not simulated,\n"
        "the server does not know the script, or a scenario failed; 2 when there was no call. "
        "Scenarios are described in\n"
        "the manual page: man softphone, or, before the install, man "
        "examples/softphone/softphone.1");
}
