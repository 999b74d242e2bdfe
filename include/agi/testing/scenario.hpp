// SPDX-License-Identifier: MIT
#pragma once
// A call that is planned as a whole: who calls, what is there, what the caller does, what has to come of it.

#include <agi/testing/asterisk.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// What has to come of a call. What is not set is not looked at.
struct Expectation {
    std::optional<std::vector<std::string>> heard;  ///< Every sound, in its order.
    std::vector<std::string> heard_in_order;        ///< These among others.
    std::vector<std::string> never_heard;
    std::map<std::string, std::string> variables;  ///< As `${name}`: functions, too.
    std::vector<std::string> is_set;               ///< These are not empty, whatever they are.
    std::vector<std::string> not_set;              ///< These are empty.
    std::map<std::string, std::string> database;   ///< `family/key` to value.
    std::vector<std::string> console;              ///< Each is a part of a line of VERBOSE.
    std::optional<std::string> goes_on;            ///< `context,extension,priority`.
    std::optional<std::string> agistatus;
    std::optional<int> exit_status;
    std::optional<bool> answered;
    std::optional<std::chrono::milliseconds> within;  ///< How long the call may be.

    /// Whether nothing is looked at.
    [[nodiscard]] bool empty() const {
        return !heard && heard_in_order.empty() && never_heard.empty() && variables.empty() &&
               is_set.empty() && not_set.empty() && database.empty() && console.empty() &&
               !goes_on && !agistatus && !exit_status && !answered && !within;
    }
};

/// A scenario: an Asterisk that is set up, the program to run on it, and what is expected. Read from a file
/// by read_scenario() in `scenario_file.hpp`, or made by hand:
///
///     Scenario scenario = read_scenario("tests/wrong-pin.toml");
///     Session session{SimulatedStream{scenario.asterisk}};
///     ask_pin(session);
///     INFO(scenario.report());
///     CHECK(scenario.passed());
///
/// Copy it to make the same call twice.
struct Scenario {
    std::string name;
    std::vector<std::string> program;  ///< With its arguments; may be empty.
    Asterisk asterisk;
    Expectation expected;
    /// What has to be true however the caller leaves, for a rehearsal; not when the connection was lost.
    Expectation always;

    /// What is not as expected, a sentence each. The exit status is the program's, where it is one.
    [[nodiscard]] std::vector<std::string> problems(std::optional<int> exit_status = {}) {
        return problems(expected, exit_status);
    }
    [[nodiscard]] bool passed(std::optional<int> exit_status = {}) {
        return problems(exit_status).empty();
    }

    /// The problems, what of the caller's plan never came, and the ladder of the call.
    [[nodiscard]] std::string report(std::optional<int> exit_status = {}) {
        std::string out;
        for (const std::string& problem : problems(exit_status)) (out += problem) += '\n';
        for (const std::string& moment : asterisk.channel.caller.left()) {
            out += "the caller's moment never came: " + moment + '\n';
        }
        return out + ladder(asterisk);
    }

    [[nodiscard]] std::vector<std::string> problems(const Expectation& what,
                                                    std::optional<int> exit_status) {
        found_.clear();
        // What is taken for missing is so on purpose.
        if (!asterisk.missing_if_not_simulated) {
            for (const std::string& one : asterisk.not_simulated)
                found_.push_back("not simulated: " + one);
        }
        compare_sounds(what);
        compare_variables(what);
        for (const auto& [entry, value] : what.database) {
            const auto there = asterisk.database.find('/' + entry);
            if (there == asterisk.database.end()) {
                found_.push_back("the database has no " + entry);
            } else {
                compare("the database's " + entry, value, there->second);
            }
        }
        for (const std::string& text : what.console) {
            bool said = false;
            for (const std::string& line : asterisk.console) {
                said = said || line.find(text) != std::string::npos;
            }
            if (!said) found_.push_back("the console never said \"" + text + '"');
        }
        if (what.goes_on) compare("the dialplan goes on at", *what.goes_on, next_place());
        const int status = exit_status.value_or(0);
        if (what.agistatus) compare("AGISTATUS", *what.agistatus, asterisk.agistatus(status));
        if (what.exit_status && exit_status) {
            compare("the exit status", std::to_string(*what.exit_status), std::to_string(status));
        }
        if (what.answered && *what.answered != asterisk.channel.answered) {
            found_.emplace_back(*what.answered ? "the call was not answered"
                                               : "the call was answered");
        }
        if (what.within && asterisk.channel.now() > *what.within) {
            const auto shown = [](std::chrono::milliseconds time) {
                const std::string text = simulator::shown_time(time);
                return text.substr(text.find_first_not_of(' '));
            };
            found_.push_back("the call took " + shown(asterisk.channel.now()) + " s, not " +
                             shown(*what.within) + " s");
        }
        return std::move(found_);
    }

  private:
    void compare_variables(const Expectation& what) {
        for (const auto& [variable, value] : what.variables) {
            compare(variable, value, asterisk.value(variable));
        }
        for (const std::string& variable : what.is_set) {
            if (asterisk.value(variable).empty()) found_.push_back(variable + " is not set");
        }
        for (const std::string& variable : what.not_set) {
            const std::string value = asterisk.value(variable);
            if (value.empty()) continue;
            found_.push_back(variable);
            found_.back().append(" is set, to \"").append(value) += '"';
        }
    }
    void compare(const std::string& what, const std::string& wanted, const std::string& is) {
        if (wanted == is) return;
        found_.push_back(what + " is \"" + is + "\", not \"" + wanted + '"');
    }

    void compare_sounds(const Expectation& what) {
        std::vector<std::string> heard;
        for (const Heard& one : asterisk.channel.heard()) heard.push_back(one.sound);
        if (what.heard && *what.heard != heard) {
            found_.push_back("heard was " + listed(heard) + ", not " + listed(*what.heard));
        }
        std::size_t at = 0;
        for (const std::string& sound : what.heard_in_order) {
            while (at < heard.size() && heard[at] != sound) ++at;
            if (at == heard.size()) {
                found_.push_back(sound + " was not heard" +
                                 (what.heard_in_order.size() > 1 ? " in that order" : "") + ": " +
                                 listed(heard));
                break;
            }
            ++at;
        }
        for (const std::string& sound : what.never_heard) {
            for (const std::string& one : heard) {
                if (one != sound) continue;
                found_.push_back(sound + " was heard");
                break;
            }
        }
    }

    static std::string listed(const std::vector<std::string>& all) {
        std::string out;
        for (const std::string& one : all) out += (out.empty() ? "" : ", ") + one;
        return out.empty() ? "nothing" : out;
    }

    [[nodiscard]] std::string next_place() const {
        const Place next = asterisk.next_place();
        return next.context + ',' + next.extension + ',' + std::to_string(next.priority);
    }

    std::vector<std::string> found_;
};

}}}  // namespace agi::v0::testing
