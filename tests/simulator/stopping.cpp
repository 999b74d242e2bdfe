// SPDX-License-Identifier: MIT
// Commands that are stopped from outside and deadlines, on the simulated Asterisk in virtual time.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

using namespace agi;
using namespace agi::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Asterisk with_prompt() {
    Asterisk asterisk;
    asterisk.channel.answered = true;
    asterisk.channel.sounds = {{"prompt", 4s}, {"beep", 200ms}};
    return asterisk;
}

/// Stops when the call has lasted that long.
auto at(const Asterisk& asterisk, Channel::Time time) {
    return [&asterisk, time] { return asterisk.channel.now() >= time; };
}

}  // namespace

TEST_CASE("Asterisk: a new command ends the one that runs, each in its way") {
    struct Case {
        const char* command;
        Channel::Time when;
        const char* reply;  // to the command that was ended
    };
    const auto [command, when, reply] =
        GENERATE(Case{"STREAM FILE prompt \"\"", 1s, ""}, Case{"GET DATA prompt 2000 4", 1s, ""},
                 Case{"GET DATA prompt 2000 4", 5s, ""}, Case{"GET DATA \"\" 2000 4", 1s, ""},
                 Case{"GET OPTION prompt 12 2000", 1s, ""},
                 Case{"GET OPTION prompt 12 2000", 5s, "200 result=0 endpos=32000"},
                 Case{"WAIT FOR DIGIT 2000", 1s, "200 result=1"},
                 Case{"WAIT FOR DIGIT -1", 90s, "200 result=1"});
    CAPTURE(command, when.count());
    Asterisk asterisk = with_prompt();
    asterisk.begin();
    while (asterisk.next_line()) {
    }
    asterisk.receive(command);
    CHECK_FALSE(asterisk.wait(when));
    CHECK(asterisk.channel.now() == when);
    asterisk.receive("GET VARIABLE PLAYBACKSTATUS");
    if (*reply != '\0') CHECK(asterisk.next_line() == reply);
    CHECK(asterisk.next_line() == "200 result=0");
    CHECK_FALSE(asterisk.next_line());
    CHECK(asterisk.channel.now() == when);
}

TEST_CASE("Asterisk: no new command ends the others") {
    Asterisk asterisk = with_prompt();
    asterisk.begin();
    while (asterisk.next_line()) {
    }
    for (const char* command :
         {"SAY DIGITS 12 \"\"", "CONTROL STREAM FILE prompt \"\"", "EXEC Wait 3",
          "RECEIVE TEXT 900", "RECORD FILE x wav # 1000", "SAY DATE 0 \"\""}) {
        CAPTURE(command);
        asterisk.receive(command);
        CHECK_FALSE(asterisk.wait(500ms));
        asterisk.receive("NOOP");
        CHECK(asterisk.next_line().value_or("").substr(0, 11) == "200 result=");
        CHECK(asterisk.next_line() == "200 result=0");
        CHECK_FALSE(asterisk.next_line());
    }
}

TEST_CASE("SimulatedStream: execute_until stops a prompt in virtual time") {
    Asterisk asterisk = with_prompt();
    Session session{SimulatedStream{asterisk}};
    SECTION("STREAM FILE") {
        const auto played = session.execute_until(StreamFile{"prompt"}, at(asterisk, 1s));
        CHECK(played.stopped);
        CHECK(asterisk.channel.heard().at(0).to == 1s);
        CHECK_FALSE(asterisk.channel.heard().at(0).whole);
    }
    SECTION("GET DATA") {
        asterisk.channel.caller.during("prompt").press("12");
        Session again{SimulatedStream{asterisk}};
        CHECK(again.execute_until(GetData{"prompt", 5s, 4}, at(asterisk, 1s)).stopped);
        CHECK(asterisk.channel.keys() == "12");
    }
    SECTION("GET OPTION") {
        CHECK(session.execute_until(GetOption{"prompt", "1", 5s}, at(asterisk, 1s)).stopped);
        CHECK(session.execute_until(GetOption{"beep", "1", 5s}, at(asterisk, 3s)).stopped);
    }
    SECTION("WAIT FOR DIGIT") {
        CHECK(session.execute_until(WaitForDigit{-1ms}, at(asterisk, 1min)).stopped);
        CHECK(asterisk.channel.now() == 1min);
    }
    CHECK(session.in_step());
    SetVariable{"X", "1"}(session);
    CHECK(GetVariable{"X"}(session) == "1");
    CHECK_THAT(ladder(asterisk), ContainsSubstring("GET FULL VARIABLE \"agi-mark-"));
}

TEST_CASE("SimulatedStream: a command that ends by itself is not stopped") {
    Asterisk asterisk = with_prompt();
    asterisk.channel.caller.during("prompt").wait(1500ms).press("5");
    Session session{SimulatedStream{asterisk}};
    const auto played = session.execute_until(StreamFile{"prompt", "5"}, [] { return false; });
    CHECK_FALSE(played.stopped);
    CHECK(played.digit == '5');
    CHECK(asterisk.channel.now() == 1500ms);
    CHECK_FALSE(session.execute_until(StreamFile{"beep"}, at(asterisk, 5s)).stopped);
}

TEST_CASE("SimulatedStream: what the caller does while a command is stopped is not lost") {
    Asterisk asterisk = with_prompt();
    asterisk.channel.caller.during("prompt").wait(990ms).hang_up();
    Session session{SimulatedStream{asterisk}};
    CHECK_THROWS_AS(session.execute_until(StreamFile{"prompt"}, at(asterisk, 2s)), AGIResultHangup);
    CHECK(session.hung_up());
    CHECK(asterisk.channel.now() == 990ms);
}

TEST_CASE("SimulatedStream: to wait for a condition that is never true is to hang") {
    Asterisk asterisk = with_prompt();
    Session session{SimulatedStream{asterisk}};
    CHECK_THROWS_AS(session.execute_until(
                        WaitForDigit{-1ms}, [] { return false; }, 1s),
                    WouldHang);
    CHECK(asterisk.stuck());
}

TEST_CASE("SimulatedStream: to wait without end for a caller who does nothing is to hang") {
    Asterisk asterisk = with_prompt();
    Session session{SimulatedStream{asterisk}};
    CHECK_THROWS_AS(WaitForDigit{-1ms}(session), WouldHang);
    Asterisk other = with_prompt();
    Session second{SimulatedStream{other}};
    CHECK_THROWS_AS(second.send("RECEIVE TEXT -1"), WouldHang);
    CHECK(other.stuck());
}

TEST_CASE("SimulatedStream: deadlines pass in virtual time") {
    Asterisk asterisk = with_prompt();
    Session session{SimulatedStream{asterisk}};
    SECTION("a prompt that is longer") {
        CHECK_THROWS_AS(session.execute_within(StreamFile{"prompt"}, 1s), AGITimeoutError);
        session.resync();
        CHECK(asterisk.channel.now() < 1100ms);
    }
    SECTION("a command that nothing ends") {
        CHECK_THROWS_AS(session.execute_within(Exec{"Wait", "3"}, 1s), AGITimeoutError);
        CHECK(GetVariable{"X"}(session) == std::nullopt);
        CHECK(asterisk.channel.now() == 3s);
    }
    SECTION("one that is in time") {
        CHECK(session.execute_within(WaitForDigit{5s}, 100ms).timed_out);
        CHECK_NOTHROW(session.execute_within(StreamFile{"prompt"}, 5s));
        CHECK_NOTHROW(session.execute_within(Exec{"Wait", "3"}, 4s));
    }
    CHECK(session.in_step());
}

TEST_CASE("SimulatedStream: a copy of a call goes on where the call was") {
    Asterisk asterisk = with_prompt();
    asterisk.begin();
    while (asterisk.next_line()) {
    }
    asterisk.receive("GET DATA prompt 2000 2");
    CHECK_FALSE(asterisk.wait(1s));
    Asterisk copy = asterisk;
    copy.channel.caller.at(3s).press("7").at(4s).press("8");
    copy.channel.plan(Caller::Step::When::at);
    CHECK(copy.next_line() == "200 result=78");
    CHECK(asterisk.next_line() == "200 result= (timeout)");
    CHECK(asterisk.channel.now() == 6s);
}
