// SPDX-License-Identifier: MIT
// A telephone in a terminal that calls any AGI program: no Asterisk, no network, no sound.
//
//     softphone ./pin 42
//     softphone agi://127.0.0.1/pin?account=42
//     softphone --scenario tests/ ./ivr.php
//     softphone --rehearse --keys 1234# ./ivr.pl
//
// Keys that you type are key presses, Ctrl-C hangs up. With a plan for the caller, or without a terminal,
// nobody types and the call takes no time. Asterisk's part is the library's simulation.

#include "call.hpp"
#include "command_line.hpp"
#include "end_signals.hpp"
#include "suite.hpp"
#include <agi/version.hpp>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

namespace {

constexpr int no_call = 2;

int one_call(const Options& options) {
    agi::testing::Asterisk asterisk = asterisk_of(options);
    Outcome outcome;
    {
        Terminal terminal{!options.is_planned()};
        outcome = Call{asterisk, options.call, terminal}.run();
    }
    if (!options.report.empty()) {
        write_file(options.report, agi::testing::page(asterisk, options.call.program.front()));
    }
    const bool good = outcome.agistatus != "FAILURE" && outcome.problem.empty() &&
                      outcome.complaint.empty() && asterisk.not_simulated.empty();
    return good ? 0 : 1;
}

// The page of a call that was written down.
int show(const Options& options) {
    if (options.report.empty()) throw agi::AGIArgumentError("--dialogue is for --report FILE.html");
    std::ifstream in{options.dialogue, std::ios::binary};
    if (!in) throw agi::AGIArgumentError("cannot read " + options.dialogue);
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    write_file(options.report,
               agi::testing::page(agi::testing::parse_dialogue(text), options.dialogue));
    return 0;
}

int run(Options& options) {
    options.call.patience = agi::testing::parse_time(options.patience);
    if (!options.dialogue.empty()) return show(options);
    if (options.scenarios.empty() && options.call.program.empty()) {
        throw agi::AGIArgumentError("which program? See softphone --help");
    }
    if (options.scenarios.empty() && !options.rehearse &&
        (!options.junit.empty() || !options.json.empty())) {
        throw agi::AGIArgumentError("--junit and --json are for --scenario and --rehearse");
    }
    if (!options.scenarios.empty()) return Suite{options}.run_scenarios();
    if (options.rehearse) return Suite{options}.run_rehearsal(asterisk_of(options));
    return one_call(options);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"A telephone that calls an AGI program, without Asterisk", "softphone"};
    app.set_version_flag("--version", "softphone (agi) " AGI_VERSION_STRING);
    add_options(app, options);
    try {
        app.parse(argc, argv);
        std::signal(SIGPIPE, SIG_IGN);
        EndSignals::watch();
        return run(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : no_call;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "softphone: %s\n", error.what());
        return no_call;
    }
}
