// A telephone in a terminal that calls any AGI program: no Asterisk, no network, no sound.
//
//     softphone ./pin 42
//     softphone agi://127.0.0.1/pin?account=42
//
// Keys that you type are key presses, Ctrl-C hangs up. With --keys or --hangup-after, or without a
// terminal, nobody types and the call takes no time. Asterisk's part is the library's simulation.

#include "call.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

// `5s`, `500ms` or `5`, which is seconds.
Time duration(const std::string& text) {
    std::size_t end = 0;
    double number = 0;
    try {
        number = std::stod(text, &end);
    } catch (const std::logic_error&) {
        throw std::runtime_error{"no time: " + text};
    }
    const std::string unit = text.substr(end);
    if (unit != "ms" && unit != "s" && !unit.empty()) {
        throw std::runtime_error{"a time is 5s or 500ms, not " + text};
    }
    return Time{static_cast<Time::rep>(number * (unit == "ms" ? 1 : 1000))};
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("program", options.program,
                   "The program and its arguments, or agi://host[:port]/script")
        ->required();
    app.add_option("--keys", options.keys,
                   "Keys to press: one group, separated by blanks, after each prompt");
    app.add_option_function<std::string>(
           "--hangup-after",
           [&options](const std::string& text) { options.hangup_after = duration(text); },
           "Hang up after that time")
        ->type_name("5s|500ms");
    app.add_option("--set", options.variables, "Set a channel variable")
        ->allow_extra_args(false)
        ->type_name("NAME=VALUE");
    app.add_option("--db", options.database, "Put an entry into the database")
        ->allow_extra_args(false)
        ->type_name("FAMILY/KEY=VALUE");
    app.add_option("--sounds", options.sounds,
                   "Sound files; without it every sound is there, 3 s long")
        ->type_name("FOLDER");
    app.add_option("--asterisk", options.version, "The version of Asterisk to be")
        ->capture_default_str()
        ->type_name("VERSION");
    app.add_option("--record", options.record, "Write the call as a dialogue that a test can play")
        ->type_name("FILE");
    app.add_flag("--trace", options.trace, "Show the lines of the protocol");
    app.prefix_command(false);
    app.positionals_at_end();
    app.footer(
        "With --keys or --hangup-after, or without a terminal, nobody types and the call takes no "
        "time.\nExit status: 0, or 1 when AGISTATUS is FAILURE; 2 when there was no call.");
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int no_call = 2;
    Options options;
    CLI::App app{"A telephone that calls an AGI program, without Asterisk"};
    add_options(app, options);
    try {
        app.parse(argc, argv);
        std::signal(SIGPIPE, SIG_IGN);
        Terminal terminal{options.keys.empty() && !options.hangup_after};
        return Call{options, terminal}.run();
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : no_call;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "softphone: %s\n", error.what());
        return no_call;
    }
}
