// SPDX-License-Identifier: MIT
// What a call of the softphone is set up from: options of the command line.
#pragma once

#include "call.hpp"
#include <agi/testing/scenario.hpp>
#include <agi/testing/sounds.hpp>
#include <agi/testing/world.hpp>
#include <agi/wire/error.hpp>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

struct Options {
    CallOptions call;
    std::optional<std::string> keys;
    std::vector<std::string> press;         // PROMPT=KEYS, after it
    std::vector<std::string> press_during;  // PROMPT=KEYS, while it plays
    std::vector<std::string> hangup_during;
    std::optional<std::string> hangup_after;
    std::string sounds;
    std::string version = "22.10.1";
    std::vector<std::string> variables;
    std::vector<std::string> database;
    std::vector<std::string> applications;
    std::vector<std::string> functions;
    std::vector<std::string> subroutines;
    std::vector<std::string> labels;
    std::map<std::string, std::string> entries;  // of the environment
    bool answered = false;
    bool dead = false;

    std::vector<std::string> scenarios;
    bool rehearse = false;
    std::string patience = "30s";
    std::string report;
    std::string dialogue;  // a call that was written down, for the report
    std::string junit;
    std::string json;

    // Whether somebody may type.
    [[nodiscard]] bool is_planned() const {
        return keys || hangup_after || !press.empty() || !press_during.empty() ||
               !hangup_during.empty() || rehearse || !scenarios.empty();
    }
};

// `NAME=VALUE`. @throws AGIArgumentError  it is none
inline std::pair<std::string, std::string> assignment(const std::string& text, const char* option,
                                                      const char* form) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
        throw agi::AGIArgumentError(std::string{option} + " takes " + form + ": not \"" + text +
                                    '"');
    }
    return {text.substr(0, equals), text.substr(equals + 1)};
}

// The plan of the caller.
inline void plan(const Options& options, agi::testing::Caller& caller) {
    std::map<std::string, int> planned;
    const auto moment = [&](const char* when, const std::string& sound) {
        const int before = planned[std::string{when} + ' ' + sound];
        return agi::testing::plan_moment(caller, {when, sound, before + 1}, planned);
    };
    const auto press = [](agi::testing::Caller::Moment at, const std::string& keys) {
        keys.empty() ? at.do_nothing() : at.press(keys);
    };
    for (const std::string& text : options.press) {
        const auto [sound, keys] = assignment(text, "--press", "PROMPT=KEYS");
        press(moment("after", sound), keys);
    }
    for (const std::string& text : options.press_during) {
        const auto [sound, keys] = assignment(text, "--press-during", "PROMPT=KEYS");
        press(moment("during", sound), keys);
    }
    for (const std::string& sound : options.hangup_during) moment("during", sound).hang_up();
    // One group after each prompt, between single blanks; an empty one or `-` presses nothing.
    if (options.keys && !options.keys->empty()) {
        for (std::string& group : agi::testing::simulator::split(*options.keys, ' ')) {
            press(caller.after_sound(0), group == "-" ? std::string{} : group);
        }
    }
    if (options.hangup_after) caller.at(agi::testing::parse_time(*options.hangup_after)).hang_up();
}

// The Asterisk of a call. @throws AGIArgumentError  an option is wrong
inline agi::testing::Asterisk asterisk_of(const Options& options) {
    using namespace agi::testing;
    Asterisk asterisk{options.version};
    asterisk.began_at = std::time(nullptr);
    asterisk.channel.any_sound = Time{3000};
    if (!options.sounds.empty()) {
        if (!std::filesystem::is_directory(options.sounds)) {
            throw agi::AGIArgumentError("--sounds takes a folder: not \"" + options.sounds + '"');
        }
        asterisk.channel.any_sound.reset();
        asterisk.channel.has_usual_beep = false;
        asterisk.channel.sounds = sounds_in(options.sounds);
    }
    asterisk.can_write = [](const std::string& file) {
        const std::filesystem::path folder = std::filesystem::path{file}.parent_path();
        return !folder.is_absolute() || std::filesystem::is_directory(folder);
    };
    for (const auto& [name, value] : options.entries) {
        if (value.find('\n') != std::string::npos)
            throw agi::AGIArgumentError(name + " is one line");
        if (name == "agi_priority") parse_priority(value);
        asterisk.entry(name) = value;
    }
    for (const std::string& text : options.variables) {
        const auto [name, value] = assignment(text, "--set", "NAME=VALUE");
        asterisk.set(name, value);
    }
    for (const std::string& text : options.database) {
        const auto [name, value] = assignment(text, "--db", "FAMILY/KEY=VALUE");
        asterisk.database[parse_database_entry(name)] = value;
    }
    for (const std::string& text : options.applications) {
        const auto [name, value] = assignment(text, "--app", "NAME=RESULT[,VARIABLE=VALUE...]");
        asterisk.applications[name] = parse_application(value);
    }
    for (const std::string& text : options.functions) {
        const auto [name, value] = assignment(text, "--function", "NAME=VALUE");
        asterisk.functions[name] = constant(value);
    }
    for (const std::string& text : options.subroutines) {
        const auto [name, value] = assignment(text, "--sub", "CONTEXT,EXTENSION,PRIORITY=VALUE");
        asterisk.subroutines[parse_place(name)] = returning(value);
    }
    for (const std::string& text : options.labels) {
        const auto [name, value] = assignment(text, "--label", "CONTEXT,EXTENSION,LABEL=PRIORITY");
        asterisk.labels[parse_place(name)] = parse_priority(value);
    }
    asterisk.channel.answered = options.answered;
    if (options.dead) asterisk.channel.hang_up();
    plan(options, asterisk.channel.caller);
    return asterisk;
}
