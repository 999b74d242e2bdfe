// SPDX-License-Identifier: MIT
#pragma once
// Reads a scenario from a TOML file. Needs toml++ (Debian: libtomlplusplus-dev).

#include <agi/testing/scenario.hpp>
#include <agi/testing/simulator/toml_reader.hpp>
#include <agi/testing/sounds.hpp>
#include <agi/testing/world.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <toml++/toml.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

namespace simulator {

/// Fills a scenario from a table. Every key that is not known is refused, with its line.
class ScenarioReader : private TomlReader {
  public:
    ScenarioReader(const toml::table& root, const std::filesystem::path& file)
        : TomlReader{file}, root_{root} {}

    Scenario read() {
        only(root_, {"name", "program", "call", "world", "caller", "expect", "always"});
        scenario_.name = text(root_, "name", file().stem().string());
        scenario_.program = texts(root_, "program");
        if (const auto* table = section(root_, "call")) read_call(*table);
        if (const auto* table = section(root_, "world")) {
            read_world(*table);
        } else {
            scenario_.asterisk.channel.any_sound = usual_length();
        }
        read_caller();
        if (const auto* table = section(root_, "expect")) scenario_.expected = expectation(*table);
        if (const auto* table = section(root_, "always")) scenario_.always = expectation(*table);
        return std::move(scenario_);
    }

  private:
    static constexpr int most_times = 1000;  ///< That a sound is heard.
    static std::chrono::milliseconds usual_length() { return std::chrono::seconds{3}; }

    void read_call(const toml::table& table) {
        only(table,
             {"asterisk", "callerid", "callername", "dnid", "context", "extension", "priority",
              "language", "accountcode", "channel", "arguments", "network", "eagi", "answered"});
        if (const toml::node* const node = table.get("asterisk")) {
            scenario_.asterisk =
                checked(*node, [](const std::string& version) { return Asterisk{version}; });
        }
        Asterisk& asterisk = scenario_.asterisk;
        struct Entry {
            const char* key;
            const char* name;
        };
        for (const auto& [key, name] :
             {Entry{"callerid", "agi_callerid"}, Entry{"callername", "agi_calleridname"},
              Entry{"dnid", "agi_dnid"}, Entry{"context", "agi_context"},
              Entry{"extension", "agi_extension"}, Entry{"priority", "agi_priority"},
              Entry{"language", "agi_language"}, Entry{"accountcode", "agi_accountcode"},
              Entry{"channel", "agi_channel"}}) {
            if (const toml::node* const node = table.get(key))
                asterisk.entry(name) = text_of(*node);
        }
        if (const toml::node* const node = table.get("priority")) checked(*node, parse_priority);
        asterisk.arguments = texts(table, "arguments");
        asterisk.network = flag(table, "network", false);
        asterisk.channel.answered = flag(table, "answered", false);
        if (flag(table, "eagi", false)) asterisk.entry("agi_enhanced") = "1.0";
    }

    void read_world(const toml::table& table) {
        only(table, {"folder", "sounds", "any-sound", "variables", "globals", "database",
                     "functions", "applications", "subroutines", "labels", "environment"});
        Asterisk& asterisk = scenario_.asterisk;
        if (const toml::node* const node = table.get("folder")) {
            const std::filesystem::path folder = file().parent_path() / text_of(*node);
            if (!std::filesystem::is_directory(folder))
                refuse(*node, "no folder " + folder.string());
            asterisk.channel.sounds = sounds_in(folder);
            asterisk.channel.has_usual_beep = false;
        }
        if (const auto* const sounds = section(table, "sounds")) {
            for (const auto& [name, length] : *sounds) {
                if (names_format(name.str())) {
                    refuse(length, "Asterisk adds the format itself: not \"" +
                                       std::string{name.str()} + '"');
                }
                asterisk.channel.sounds[std::string{name.str()}] = checked(length, parse_time);
            }
        }
        if (const toml::node* const node = table.get("any-sound")) {
            asterisk.channel.any_sound = checked(*node, parse_time);
        } else if (table.get("folder") == nullptr && table.get("sounds") == nullptr) {
            asterisk.channel.any_sound = usual_length();
        }
        asterisk.globals = pairs(table, "globals");
        asterisk.process_environment = pairs(table, "environment");
        for (const auto& [entry, value] : database(table)) asterisk.database['/' + entry] = value;
        for (const auto& [name, value] : pairs(table, "functions"))
            asterisk.functions[name] = constant(value);
        if (const auto* const subroutines = section(table, "subroutines")) {
            for (const auto& [place, value] : *subroutines) {
                asterisk.subroutines[checked(value, place.str(), parse_place)] =
                    returning(text_of(value));
            }
        }
        if (const auto* const labels = section(table, "labels")) {
            for (const auto& [label, priority] : *labels) {
                asterisk.labels[checked(priority, label.str(), parse_place)] =
                    checked(priority, parse_priority);
            }
        }
        if (const auto* const applications = section(table, "applications")) {
            for (const auto& [name, result] : *applications) {
                asterisk.applications[std::string{name.str()}] = checked(result, parse_application);
            }
        }
        for (const auto& [name, value] : pairs(table, "variables")) asterisk.set(name, value);
    }

    [[nodiscard]] std::map<std::string, std::string> database(const toml::table& table) const {
        if (const auto* const entries = section(table, "database")) {
            for (const auto& [entry, value] : *entries) {
                checked(value, entry.str(), parse_database_entry);
            }
        }
        return pairs(table, "database");
    }

    void read_caller() {
        const toml::node* const node = root_.get("caller");
        if (node == nullptr) return;
        if (!node->is_array())
            refuse(*node, "[[caller]] has two brackets: a list of what the caller does");
        std::map<std::string, int> planned;
        for (const toml::node& one : *node->as_array()) {
            if (!one.is_table()) refuse(one, "[[caller]] is a table");
            read_step(*one.as_table(), planned);
        }
    }

    void read_step(const toml::table& step, std::map<std::string, int>& planned) {
        only(step, {"after", "during", "at", "time", "wait", "press", "hang-up", "say", "text",
                    "silent", "set"});
        Moment moment;
        for (const char* const when : {"after", "during", "at"}) {
            const toml::node* const sound = step.get(when);
            if (sound == nullptr) continue;
            if (!moment.when.empty()) refuse(*sound, "only one of after, during and at");
            moment.when = when;
            moment.sound = text_of(*sound);
        }
        if (moment.when.empty()) refuse(step, "after, during or at says when");
        int& planned_times = planned[moment.when + ' ' + moment.sound];
        moment.time = planned_times + 1;
        if (const toml::node* const time = step.get("time")) {
            moment.time = number_of(*time, 1, most_times);
        }
        if (moment.when != "at" && moment.time <= planned_times) {
            refuse(step, "this time of " + moment.sound + " is planned already");
        }
        try {
            act(step, plan_moment(scenario_.asterisk.channel.caller, moment, planned));
        } catch (const RefusedLine&) {
            throw;
        } catch (const AGIArgumentError& error) {
            refuse(step, error.what());
        }
    }

    void act(const toml::table& step, Caller::Moment moment) const {
        if (step.get("wait") != nullptr) moment.wait(parse_time(text(step, "wait", {})));
        int actions = 0;
        for (const char* const what : {"press", "hang-up", "say", "text", "silent", "set"}) {
            if (step.get(what) == nullptr) continue;
            if (++actions > 1) refuse(step, "only one thing at a time");
            const std::string_view action{what};
            act(step, action, moment);
        }
        if (actions == 0) moment.do_nothing();
    }

    void act(const toml::table& step, std::string_view what, Caller::Moment& moment) const {
        if (what == "press") {
            const std::string keys = text(step, what, {});
            keys.empty() ? moment.do_nothing() : moment.press(keys);
        } else if (what == "hang-up") {
            if (flag(step, what, true)) moment.hang_up();
        } else if (what == "say") {
            moment.say(text(step, what, {}));
        } else if (what == "text") {
            moment.send_text(text(step, what, {}));
        } else if (what == "silent") {
            flag(step, what, true) ? moment.fall_silent() : moment.speak();
        } else {
            for (const auto& [name, value] : pairs(step, what)) moment.set_variable(name, value);
        }
    }

    [[nodiscard]] Expectation expectation(const toml::table& table) const {
        only(table,
             {"heard", "heard-in-order", "never-heard", "variables", "is-set", "not-set",
              "database", "console", "goes-on", "agistatus", "exit-status", "answered", "within"});
        Expectation expected;
        if (table.get("heard") != nullptr) expected.heard = texts(table, "heard");
        expected.heard_in_order = texts(table, "heard-in-order");
        expected.never_heard = texts(table, "never-heard");
        expected.variables = pairs(table, "variables");
        expected.is_set = texts(table, "is-set");
        expected.not_set = texts(table, "not-set");
        expected.database = database(table);
        expected.console = texts(table, "console");
        if (table.get("goes-on") != nullptr) expected.goes_on = text(table, "goes-on", {});
        if (table.get("agistatus") != nullptr) expected.agistatus = text(table, "agistatus", {});
        if (const toml::node* const node = table.get("exit-status")) {
            expected.exit_status = number_of(*node, 0, 255);
        }
        if (table.get("answered") != nullptr) expected.answered = flag(table, "answered", true);
        if (const toml::node* const node = table.get("within")) {
            expected.within = checked(*node, parse_time);
        }
        return expected;
    }

    const toml::table& root_;
    Scenario scenario_;
};

}  // namespace simulator

/// Reads a scenario from the text of a file. `file` is its name, for what is said, and its folder is that
/// of `world.folder`.
///
/// @throws AGIArgumentError  the text is no scenario: with the line, and what would be right
inline Scenario parse_scenario(std::string_view text, const std::filesystem::path& file) {
    try {
        const toml::table root = toml::parse(text, file.string());
        return simulator::ScenarioReader{root, file}.read();
    } catch (const toml::parse_error& error) {
        throw AGIArgumentError(file.string() + ':' + std::to_string(error.source().begin.line) +
                               ": " + std::string{error.description()});
    }
}

/// @throws AGIArgumentError  the file cannot be read, or is no scenario
inline Scenario read_scenario(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in) throw AGIArgumentError("cannot read " + file.string());
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    return parse_scenario(text, file);
}

}}}  // namespace agi::v0::testing
