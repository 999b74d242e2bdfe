// SPDX-License-Identifier: MIT
// Functions and applications of the dialplan, line by line as Asterisk 22 has answered them.

#include "catch.hpp"
#include "dialplan_lines.hpp"
#include <agi/testing/asterisk.hpp>

#include <string>

using namespace agi::testing;
using namespace std::chrono_literals;

TEST_CASE("Asterisk: a recorded dialplan's lines get the same replies") {
    Asterisk asterisk;
    asterisk.missing_if_not_simulated = true;
    asterisk.entry("agi_callerid") = asterisk.entry("agi_calleridname") = "unknown";
    asterisk.entry("agi_type") = "Local";
    asterisk.channel.answered = true;
    asterisk.channel.sounds = {{"beep", 440ms}};
    asterisk.begin();
    while (asterisk.next_line()) {
    }
    const auto lines = dialplan_lines(AGI_TEST_DATA "/simulator/dialplan.tsv");
    CHECK(lines.size() > 500);
    for (const DialplanLine& one : lines) {
        asterisk.receive(one.request);
        INFO(one.request);
        CHECK(asterisk.next_line() == one.reply);
        while (asterisk.next_line()) {
        }
    }
    CHECK(asterisk.not_simulated.empty());
}
