// SPDX-License-Identifier: MIT
// What Asterisk's stdio buffer does with lines that come too early, and what it does at the end of input.

#include "catch.hpp"
#include <agi/testing/asterisk.hpp>

#include <string>

using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

Asterisk call() {
    Asterisk asterisk;
    asterisk.channel.answered = true;
    asterisk.channel.sounds = {{"long", 10s}};
    asterisk.network = true;
    asterisk.begin();
    while (asterisk.next_line()) {
    }
    return asterisk;
}

std::string said(Asterisk& asterisk) {
    std::string all;
    while (const auto line = asterisk.next_line()) all += (all.empty() ? "" : " / ") + *line;
    return all;
}

}  // namespace

TEST_CASE("Asterisk: lines that come together are run one for each time that it is woken") {
    Asterisk asterisk = call();
    asterisk.receive("SET VARIABLE A 1\nGET VARIABLE A\nGET VARIABLE B");
    CHECK(said(asterisk) == "200 result=1");
    CHECK(asterisk.has_stuck_lines());
    CHECK_FALSE(asterisk.wait(1h));
    asterisk.receive("NOOP");
    CHECK(said(asterisk) == "200 result=1 (1) / 200 result=0 / 200 result=0");
    CHECK_FALSE(asterisk.has_stuck_lines());
}

TEST_CASE(
    "Asterisk: a line that comes while a command runs which does not look is stuck with the next "
    "one") {
    Asterisk asterisk = call();
    asterisk.receive("EXEC Wait 10");
    CHECK_FALSE(asterisk.wait(1s));
    asterisk.receive("GET VARIABLE mark-1");
    CHECK_FALSE(asterisk.wait(50ms));
    asterisk.receive("GET VARIABLE mark-2");
    CHECK(asterisk.wait(10s));
    CHECK(said(asterisk) == "200 result=0 / 200 result=0");
    CHECK(asterisk.has_stuck_lines());
    asterisk.receive("NOOP");
    CHECK(said(asterisk) == "200 result=0 / 200 result=0");
}

TEST_CASE("Asterisk: a busy one reads a command and the line behind it at once") {
    Asterisk asterisk = call();
    asterisk.reads_after = 50ms;
    asterisk.receive("STREAM FILE long \"\"");
    CHECK_FALSE(asterisk.wait(20ms));
    asterisk.receive("GET FULL VARIABLE mark-1");
    CHECK_FALSE(asterisk.wait(1s));
    CHECK(asterisk.can_be_stopped());
    CHECK(asterisk.has_stuck_lines());
    asterisk.receive("GET FULL VARIABLE mark-2");
    CHECK(asterisk.wait(1s));
    CHECK(said(asterisk) == "200 result=1 (mark-1) / 200 result=1 (mark-2)");
    CHECK(asterisk.channel.heard().front().to < 2s);
}

TEST_CASE("Asterisk: the end of input lets everything run, and FastAGI gets a last HANGUP") {
    Asterisk asterisk = call();
    asterisk.receive("SET VARIABLE A 1\nSET VARIABLE B 2\nSET VARIABLE C 3");
    asterisk.end_of_input();
    CHECK(said(asterisk) == "200 result=1 / 200 result=1 / 200 result=1 / HANGUP");
    CHECK(asterisk.closed());
    CHECK(asterisk.value("C") == "3");
    CHECK(asterisk.agistatus() == "SUCCESS");
}

TEST_CASE("Asterisk: the end of input ends a command that looks, and waits for one that does not") {
    Asterisk looks = call();
    looks.receive("STREAM FILE long \"\"");
    looks.wait(1s);
    looks.end_of_input();
    CHECK(said(looks) == "HANGUP");
    CHECK(looks.channel.now() == 1s);

    Asterisk waits = call();
    waits.receive("EXEC Wait 10");
    waits.receive("SET VARIABLE LAST yes");
    waits.end_of_input();
    CHECK(said(waits) == "200 result=0 / 200 result=1 / HANGUP");
    CHECK(waits.channel.now() == 10s);
    CHECK(waits.value("LAST") == "yes");
}

TEST_CASE("Asterisk: AGISIGHUP=no keeps back the last HANGUP, too") {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.set("AGISIGHUP", "no");
    asterisk.begin();
    said(asterisk);
    asterisk.end_of_input();
    CHECK(said(asterisk).empty());
    CHECK(asterisk.closed());
}

TEST_CASE("Channel: a key that begins before a command and ends in it belongs to it") {
    Asterisk asterisk = call();
    asterisk.channel.caller.before_command(1).press("5");
    asterisk.receive("WAIT FOR DIGIT 1000");
    CHECK(said(asterisk) == "200 result=53");
    CHECK(asterisk.channel.now() == Channel::key_length);
}
