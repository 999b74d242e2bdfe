// SPDX-License-Identifier: MIT
// Scenarios as a test suite, and rehearsals: many calls, and what came of them.
#pragma once

#include "options.hpp"
#include "results.hpp"
#include <agi/testing/page.hpp>
#include <agi/testing/rehearsal_options.hpp>
#include <agi/testing/scenario_file.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

// The files that were named, and those in the folders that were.
inline std::vector<std::filesystem::path> scenario_files(const std::vector<std::string>& named) {
    std::vector<std::filesystem::path> files;
    for (const std::string& name : named) {
        if (!std::filesystem::is_directory(name)) {
            files.emplace_back(name);
            continue;
        }
        std::vector<std::filesystem::path> inside;
        for (const auto& entry : std::filesystem::recursive_directory_iterator{name}) {
            const auto extension = entry.path().extension();
            if (extension == ".call" || extension == ".toml") inside.push_back(entry.path());
        }
        if (inside.empty()) throw agi::AGIArgumentError("no *.call or *.toml in " + name);
        std::sort(inside.begin(), inside.end());
        files.insert(files.end(), inside.begin(), inside.end());
    }
    return files;
}

// A program that a scenario names is looked for from the scenario's folder.
inline std::vector<std::string> program_of(const agi::testing::Scenario& scenario,
                                           const std::filesystem::path& file,
                                           const std::vector<std::string>& given) {
    if (!given.empty()) return given;
    std::vector<std::string> program = scenario.program;
    if (program.empty()) {
        throw agi::AGIArgumentError(
            file.string() + ": no program: name one here (program = [...]) or on the command line");
    }
    const std::filesystem::path path{program.front()};
    const bool is_path = program.front().find('/') != std::string::npos;
    if (is_path && path.is_relative() && !AgiUrl::of(program.front()) &&
        !AmiUrl::of(program.front())) {
        program.front() = (std::filesystem::absolute(file).parent_path() / path).string();
    }
    return program;
}

// A ladder without its middle, where it is too long for anybody to read.
inline std::string shortened(const std::string& ladder) {
    constexpr std::ptrdiff_t most = 2000;
    constexpr std::ptrdiff_t kept = 100;  // at each end
    const std::ptrdiff_t rows = std::count(ladder.begin(), ladder.end(), '\n');
    if (rows <= most) return ladder;
    std::size_t head = 0;
    for (std::ptrdiff_t i = 0; i < kept; ++i) head = ladder.find('\n', head) + 1;
    std::size_t tail = ladder.size();
    for (std::ptrdiff_t i = 0; i <= kept; ++i) tail = ladder.rfind('\n', tail - 1);
    return ladder.substr(0, head) + "... " + std::to_string(rows - 2 * kept) + " rows ...\n" +
           ladder.substr(tail + 1);
}

class Suite {
  public:
    explicit Suite(const Options& options) : options_{options} {}

    // All scenarios; 0 when all is as expected.
    int run_scenarios() {
        for (const auto& file : scenario_files(options_.scenarios)) {
            agi::testing::Scenario scenario = agi::testing::read_scenario(file);
            scenario.asterisk.began_at = std::time(nullptr);
            CallOptions call = options_.call;
            call.program = program_of(scenario, file, options_.call.program);
            if (options_.rehearse) {
                rehearse(scenario, call);
            } else {
                add(scenario, call);
            }
        }
        return finish();
    }

    // The call of the command line, ended at every step.
    int run_rehearsal(const agi::testing::Asterisk& asterisk) {
        agi::testing::Scenario scenario;
        scenario.name = options_.call.program.front();
        scenario.asterisk = asterisk;
        rehearse(scenario, options_.call);
        return finish();
    }

  private:
    static double since(std::chrono::steady_clock::time_point begin) {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }

    static Outcome make_call(agi::testing::Asterisk& asterisk, const CallOptions& call) {
        Terminal silent = Terminal::silent();
        return Call{asterisk, call, silent}.run();
    }

    void add(agi::testing::Scenario scenario, const CallOptions& call) {
        const auto begin = std::chrono::steady_clock::now();
        Result result{scenario.name, {}, {}, 0, {}};
        try {
            const Outcome outcome = make_call(scenario.asterisk, call);
            result.problems = scenario.problems(outcome.exit_status());
            common_problems(scenario, outcome, result.problems);
            if (outcome.agistatus == "FAILURE" && !scenario.expected.agistatus) {
                result.problems.emplace_back("AGISTATUS is FAILURE");
            }
            if (!result.problems.empty()) {
                result.details = shortened(agi::testing::ladder(scenario.asterisk));
                if (!outcome.errors.empty()) result.details += "standard error:\n" + outcome.errors;
            }
        } catch (const std::exception& error) {
            result.problems.emplace_back(error.what());
        }
        result.seconds = since(begin);
        page_ = agi::testing::page(scenario.asterisk, scenario.name);
        tell(std::move(result));
    }

    static void common_problems(const agi::testing::Scenario& scenario, const Outcome& outcome,
                                std::vector<std::string>& problems) {
        if (!outcome.problem.empty()) problems.push_back(outcome.problem);
        const bool expected = scenario.expected.variables.count(server_status) != 0;
        if (!outcome.complaint.empty() && !expected) problems.push_back(outcome.complaint);
        if (outcome.crashed() && outcome.problem.empty()) {
            problems.push_back(std::string{"the program crashed: "} +
                               strsignal(WTERMSIG(outcome.status)));
        }
        for (const std::string& what : scenario.asterisk.not_simulated) {
            problems.push_back("not simulated: " + what +
                               " (say what it does with --app or --function)");
        }
    }

    // The whole call, and then one for each command and each way to lose the caller or the connection.
    void rehearse(const agi::testing::Scenario& scenario, const CallOptions& call) {
        using agi::testing::Loss;
        const auto begin = std::chrono::steady_clock::now();
        agi::testing::Scenario whole = scenario;
        Result result{scenario.name + ", rehearsed", {}, {}, 0, {}};
        int runs = 1;
        const auto whole_problem = run_step(whole, call, {}, result);
        const int steps = static_cast<int>(whole.asterisk.requests().size());
        page_ = agi::testing::page(whole.asterisk, scenario.name);
        if (!whole_problem) {
            for (int step = 1; step <= steps; ++step) {
                for (const Loss loss : {Loss::hang_up_before, Loss::hang_up_during,
                                        Loss::broken_before, Loss::broken_during}) {
                    agi::testing::Scenario again = scenario;
                    ++runs;
                    run_step(again, call, {loss, step}, result);
                }
            }
        }
        result.seconds = since(begin);
        result.summary = std::to_string(runs) + (runs == 1 ? " call, " : " calls, ") +
                         std::to_string(steps) + (steps == 1 ? " command" : " commands");
        for (const auto& [what, count] : notes_) {
            result.summary +=
                "\n    " + std::to_string(count) + (count == 1 ? " call: " : " calls: ") + what;
        }
        notes_.clear();
        if (scenario.always.empty()) {
            result.summary +=
                "\n    what has to be done whatever happens was not checked: [always] of a "
                "scenario says it";
        }
        tell(std::move(result));
    }

    // Whether something was wrong.
    bool run_step(agi::testing::Scenario& scenario, const CallOptions& call,
                  const agi::testing::Run& run, Result& result) {
        using agi::testing::Loss;
        agi::testing::Caller& caller = scenario.asterisk.channel.caller;
        switch (run.loss) {
            case Loss::hang_up_before: caller.before_command(run.step).hang_up(); break;
            case Loss::hang_up_during: caller.during_command(run.step).hang_up(); break;
            case Loss::broken_before: caller.before_command(run.step).break_connection(); break;
            case Loss::broken_during: caller.during_command(run.step).break_connection(); break;
            default: break;
        }
        const Outcome outcome = make_call(scenario.asterisk, call);
        std::vector<std::string> problems;
        common_problems(scenario, outcome, problems);
        const bool connected = run.loss != Loss::broken_before && run.loss != Loss::broken_during;
        if (run.loss == Loss::none) {
            problems = scenario.problems(outcome.exit_status());
            common_problems(scenario, outcome, problems);
            if (outcome.exit_status() != 0 && !scenario.expected.exit_status) {
                problems.push_back("the exit status is " + std::to_string(outcome.exit_status()));
            }
        }
        if (connected) {
            for (std::string& problem : scenario.problems(scenario.always, outcome.exit_status())) {
                problems.push_back(std::move(problem));
            }
        }
        if (run.loss != Loss::none) note(outcome);
        if (problems.empty()) return false;
        std::string where = to_string(run.loss);
        if (run.loss != Loss::none) where += ' ' + std::to_string(run.step);
        for (const std::string& problem : problems)
            result.problems.push_back(std::string{where}.append(": ").append(problem));
        if (result.details.empty()) {
            result.details = where + ":\n" + shortened(agi::testing::ladder(scenario.asterisk));
            if (!outcome.errors.empty()) result.details += "standard error:\n" + outcome.errors;
            page_ = agi::testing::page(scenario.asterisk, scenario.name + ", " + where);
        }
        return true;
    }

    // How programs end that lose their caller: for the report.
    void note(const Outcome& outcome) {
        if (!outcome.problem.empty()) {
            // The softphone has ended it.
        } else if (WIFSIGNALED(outcome.status)) {
            ++notes_[std::string{"ended by the signal "} + strsignal(WTERMSIG(outcome.status))];
        } else if (outcome.exit_status() != 0) {
            ++notes_["exit status " + std::to_string(outcome.exit_status())];
        }
        if (!outcome.errors.empty()) {
            ++notes_["it says on standard error: " +
                     outcome.errors.substr(0, outcome.errors.find('\n'))];
        }
    }

    void tell(Result result) {
        const bool good = result.problems.empty();
        std::printf("%s  %s  (%.2f s)%s%s\n", good ? "ok    " : "FAILED", result.name.c_str(),
                    result.seconds, result.summary.empty() ? "" : ": ", result.summary.c_str());
        for (const std::string& problem : result.problems) {
            std::printf("    %s\n", printable(problem, true).c_str());
        }
        if (!good) std::printf("%s\n", result.details.c_str());
        if (!options_.report.empty() && (!good || results_.empty()))
            write_file(options_.report, page_);
        results_.push_back(std::move(result));
    }

    int finish() {
        const auto failed = std::count_if(results_.begin(), results_.end(),
                                          [](const Result& one) { return !one.problems.empty(); });
        if (results_.size() > 1) {
            std::printf("%zu scenarios, %d failed\n", results_.size(), static_cast<int>(failed));
        }
        if (!options_.junit.empty()) write_file(options_.junit, junit(results_));
        if (!options_.json.empty()) write_file(options_.json, json(results_));
        return failed == 0 ? 0 : 1;
    }

    const Options& options_;
    std::vector<Result> results_;
    std::map<std::string, int> notes_;
    std::string page_;
};
