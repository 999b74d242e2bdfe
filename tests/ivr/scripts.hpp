// SPDX-License-Identifier: MIT
#pragma once
// A dialogue of two questions, and callers who answer it, each with the outcome that it must have: in
// blocking code, in coroutines, on the simulated Asterisk and on a running one.

#include <agi/ivr/ask.hpp>
#include <agi/testing/asterisk.hpp>
#include <agi/wire/error.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace ivr_tests {

using namespace std::chrono_literals;

/// The first question: a prompt of three parts, and four digits.
inline agi::ivr::Ask account(const std::string& kind) {
    agi::ivr::Ask ask;
    ask.prompt = {"agent-pass", agi::ivr::Digits("1"), "auth-thankyou"};
    ask.digits = agi::ivr::exactly(4);
    ask.first_key = 2000ms;
    ask.next_key = 1500ms;
    ask.tries = 1;
    if (kind == "missing") ask.prompt = {"agent-pass", "no-such-sound", "auth-thankyou"};
    if (kind == "cancel") ask.cancel = '*';
    return ask;
}

/// The second: one digit to three.
inline agi::ivr::Ask age() {
    agi::ivr::Ask ask;
    ask.prompt = "hello-world";
    ask.digits = agi::ivr::between(1, 3);
    ask.first_key = 2000ms;
    ask.next_key = 1500ms;
    ask.tries = 1;
    return ask;
}

/// What an entry comes to.
inline std::string text(const agi::ivr::Entry& entry) {
    std::string out = to_string(entry.end);
    if (!entry.digits.empty()) out += ' ' + entry.digits;
    if (!entry.missing.empty()) out += " without " + entry.missing;
    return out;
}

/// What the caller does: keys, or `!` to hang up, each at that many ms after the first prompt has begun.
struct Script {
    std::string what;
    std::vector<std::pair<int, char>> actions;
    std::string outcome;
    std::string question = "plain";
    int think = 0;  ///< How many ms the program thinks between the two questions.
};

/// How long the sounds of these questions are, those of Asterisk's core set.
inline void give_sounds(agi::testing::Asterisk& asterisk) {
    asterisk.channel.sounds = {{"agent-pass", 3300ms},
                               {"digits/1", 900ms},
                               {"auth-thankyou", 1000ms},
                               {"hello-world", 1400ms}};
}

/// Lets the simulated caller do what the script says.
inline void plan(agi::testing::Asterisk& asterisk, const Script& script) {
    for (const auto& [time, action] : script.actions) {
        auto moment = asterisk.channel.caller.at(std::chrono::milliseconds{time});
        if (action == '!') {
            moment.hang_up();
        } else {
            moment.press({&action, 1});
        }
    }
}

/// The dialogue: two questions, and the program thinks between them.
template <class Session, class Think>
std::string dialogue(Session& session, const agi::ivr::Ask& first, const Think& think) {
    std::string outcome;
    try {
        outcome = text(first(session));
        think();
        outcome += ", " + text(age()(session));
    } catch (const agi::AGIHangup&) {
        outcome += " hung up";
    }
    return outcome;
}

inline const std::vector<Script>& scripts() {
    static const std::vector<Script> all{
        {"in the first part, and both questions",
         {{500, '1'}, {750, '2'}, {1000, '3'}, {1250, '4'}, {2000, '5'}, {2250, '6'}, {2500, '#'}},
         "entered 1234, entered 56"},
        {"at the end of the first part",
         {{3250, '1'}, {3500, '2'}, {3750, '3'}, {4000, '4'}, {4800, '5'}},
         "entered 1234, entered 5"},
        {"in the second part",
         {{3700, '1'}, {3900, '2'}, {4100, '3'}, {4300, '4'}},
         "entered 1234, no_input"},
        {"at the end of the prompt",
         {{5100, '1'}, {5300, '2'}, {5500, '3'}, {5700, '4'}},
         "entered 1234, no_input"},
        {"after it",
         {{6200, '1'}, {6400, '2'}, {6600, '3'}, {6800, '4'}},
         "entered 1234, no_input"},
        {"typed at once, and more than asked",
         {{500, '1'}, {620, '2'}, {740, '3'}, {860, '4'}, {980, '5'}},
         "entered 1234, entered 5"},
        {"a # after a full entry",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1300, '#'}, {3300, '7'}, {3500, '#'}},
         "entered 1234, entered 7"},
        {"a # late after a full entry",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {2900, '#'}, {3500, '7'}, {3700, '#'}},
         "entered 1234, entered 7"},
        {"too few", {{500, '1'}, {700, '2'}}, "no_match 12, no_input"},
        {"too few, and a #",
         {{500, '1'}, {700, '#'}, {1200, '9'}, {1400, '#'}},
         "no_match 1, entered 9"},
        {"silence", {}, "no_input, no_input"},
        {"hang-up in the prompt", {{1500, '!'}}, " hung up"},
        {"hang-up between the keys", {{500, '1'}, {700, '2'}, {1400, '!'}}, " hung up"},
        {"hang-up in the wait", {{6000, '!'}}, " hung up"},
        {"hang-up in the next question",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}, {1700, '!'}},
         "entered 1234 hung up"},
        {"a missing sound",
         {{4000, '1'}, {4200, '2'}, {4400, '3'}, {4600, '4'}},
         "entered 1234 without no-such-sound, no_input",
         "missing"},
        {"cancel", {{500, '1'}, {800, '*'}}, "cancelled 1, no_input", "cancel"},
        {"cancel not pressed",
         {{500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}},
         "entered 1234, no_input",
         "cancel"},
    };
    return all;
}

/// Keys that are typed while the program thinks. One that is let go while no command waits is lost.
inline const std::vector<Script>& thoughtful_scripts() {
    static const std::vector<Script> all = [] {
        std::vector<Script> made;
        for (const int think : {0, 20, 50, 100}) {
            made.push_back({"the next entry at once",
                            {{500, '1'},
                             {700, '2'},
                             {900, '3'},
                             {1100, '4'},
                             {1350, '5'},
                             {1550, '6'},
                             {1750, '#'}},
                            "entered 1234, entered 56",
                            "plain",
                            think});
        }
        const std::vector<std::pair<int, char>> first{
            {500, '1'}, {700, '2'}, {900, '3'}, {1100, '4'}};
        const auto add = [&](const char* what, std::vector<std::pair<int, char>> then,
                             const char* outcome, int think) {
            then.insert(then.begin(), first.begin(), first.end());
            made.push_back({what, std::move(then), outcome, "plain", think});
        };
        add("the 5 is let go in the next question", {{1400, '5'}, {1700, '6'}, {1900, '#'}},
            "entered 1234, entered 56", 200);
        add("the 5 is let go in the next question", {{1600, '5'}, {1900, '6'}, {2100, '#'}},
            "entered 1234, entered 56", 400);
        add("the 5 comes and goes", {{1350, '5'}, {2300, '6'}, {2500, '#'}},
            "entered 1234, entered 6", 400);
        add("the 5 comes and goes", {{1500, '5'}, {2700, '6'}, {2900, '#'}},
            "entered 1234, entered 6", 1000);
        return made;
    }();
    return all;
}

}  // namespace ivr_tests
