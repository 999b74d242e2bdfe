// SPDX-License-Identifier: MIT
// A survey of three questions, as a table: survey.cpp runs it, and draws it.

#pragma once

#include <agi/ivr/flow.hpp>

#include <string>

inline agi::ivr::Flow survey_flow(const std::string& folder) {
    using namespace agi::ivr;
    Ask stars;
    stars.prompt = {"conf-usermenu"};
    stars.digits = exactly(1);
    stars.keys = "12345";
    return {
        {"welcome", Say{{"hello"}, "#"}, {{"", "again?"}}},
        {"again?",
         YesNo{{"if-correct-press", Number(1)}},
         {{"yes", "stars"}, {"no", "bye"}, {"else", "bye"}}},
        {"stars", stars, {{"entered", "store"}, {"no_input", "bye"}, {"no_match", "bye"}}},
        {"store", Do{"store"}, {{"happy", "thanks"}, {"unhappy", "why"}}},
        {"why",
         Record{folder + "/why", "vm-leavemsg"},
         {{"kept", "thanks"}, {"dropped", "thanks"}, {"nothing", "thanks"}}},
        {"thanks", Say{{"auth-thankyou"}}, {{"", "bye"}}},
        {"bye", Say{{"vm-goodbye"}}},
    };
}
