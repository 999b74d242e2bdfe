// SPDX-License-Identifier: MIT
#pragma once
// A machine by value: the commands that it asks for, the replies that it is told of, and no session.

#include "catch.hpp"
#include <agi/ivr/step.hpp>
#include <agi/testing/words.hpp>
#include <agi/wire/reply_reader.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace ivr_tests {

// Replies to STREAM FILE: it was played to its end, and a key has stopped it.
inline const std::string over = "200 result=0 endpos=16000";
inline const std::string key_1 = "200 result=49 endpos=800";

/// A request without its quotes, where it needs none.
inline std::string plain(std::string_view request) {
    std::string out;
    for (const std::string& word : agi::testing::words(request)) {
        if (!out.empty()) out += ' ';
        const bool quotes = word.empty() || word.find(' ') != std::string::npos;
        out += quotes ? '"' + word + '"' : word;
    }
    return out;
}

inline agi::Reply reply_of(const agi::ivr::Step& step, std::string_view line) {
    agi::wire::ReplyReader reader;
    reader.expect(step.reply_form());
    REQUIRE(reader.push(line));
    return reader.reply();
}

/// What Asterisk would say; `time` is how long that takes.
struct Turn {
    std::string request;
    std::string reply;
    int time = 0;
};

/// Plays the turns; the commands that the machine asked for, up to the first that is another one.
inline std::vector<std::string> talk(agi::ivr::Machine& machine, const std::vector<Turn>& turns) {
    std::vector<std::string> asked;
    agi::ivr::Time now{1000};
    for (const Turn& turn : turns) {
        const agi::ivr::Step* step = machine.next(now);
        if (step == nullptr) {
            asked.emplace_back("(ended)");
            return asked;
        }
        asked.push_back(plain(step->request()));
        if (asked.back() != turn.request) return asked;
        now += agi::ivr::Time{turn.time};
        const bool exec = step->kind() == agi::ivr::Step::Kind::application;
        if (!exec && (turn.reply == "200 result=-1 endpos=0" || turn.reply == "200 result=-1")) {
            REQUIRE_THROWS_AS(step->parse(reply_of(*step, turn.reply)), agi::AGIAppError);
            if (!machine.fail()) asked.emplace_back("(failed)");
        } else {
            machine.take(step->parse(reply_of(*step, turn.reply)));
        }
    }
    const agi::ivr::Step* step = machine.next(now);
    if (step != nullptr) asked.push_back(plain(step->request()));
    return asked;
}

inline std::vector<std::string> requests_of(const std::vector<Turn>& turns) {
    std::vector<std::string> requests;
    for (const Turn& turn : turns) requests.push_back(turn.request);
    return requests;
}

}  // namespace ivr_tests
