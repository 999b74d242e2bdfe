// SPDX-License-Identifier: MIT
// Commands of simulated calls that are ended from outside, over AMI.

#include "asyncagi/calls.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>

#include <string>

using namespace std::chrono_literals;
using namespace asyncagi_tests;
namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;
namespace testing = agi::testing;

TEST_CASE("SimulatedManager: a stop from outside ends what it ends in Asterisk") {
    struct Row {
        const char* line;
        const char* reply;
    };
    const auto [line, reply] = GENERATE(
        Row{"STREAM FILE music \"\"", "200 result=0 endpos=0"},
        Row{"CONTROL STREAM FILE music \"\"", "200 result=0 endpos=0"},
        Row{"WAIT FOR DIGIT -1", "200 result=0"},
        Row{"GET OPTION music \"12\" 2000", "200 result=0 endpos=0"},
        Row{"GET OPTION music \"12#\" 2000", "200 result=35 endpos=800"},
        Row{"GET DATA music 2000 4", "200 result="}, Row{"EXEC Playback music", "200 result=0"},
        Row{"EXEC Playback music&beep", "200 result=0"},
        Row{"EXEC Background music", "200 result=0"},
        Row{"EXEC ControlPlayback music", "200 result=0"},
        Row{"RECORD FILE voice wav # -1", "200 result=35 (dtmf) endpos=0"});
    CAPTURE(line);
    SimulatedManager manager;
    Handed<asyncagi::Control*> control;
    const AsyncServer server{
        manager, [&, text = line, wanted = reply](fastagi::Server& s, asyncagi::Source&) {
            s.route("ivr", [&, text, wanted](fastagi::Call& call) {
                control.set(&asyncagi::control(call));
                CHECK(call.send(text).raw() == wanted);
                // Whole, as nothing of the stop is left.
                CHECK(agi::StreamFile{"beep"}(call).endpos.samples == 3520);
            });
        }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    asterisk.channel.answered = true;
    const auto call = manager.call(asterisk);
    call.wait_for(std::string_view{line}.substr(0, std::string_view{line}.find(' ')));
    control.get()->stop();
    const Asterisk after = call.finish();
    CHECK(after.channel.heard().back().whole);
}

TEST_CASE("SimulatedManager: what a stop does not end goes on") {
    SimulatedManager manager;
    AsyncServer server{manager, [&](fastagi::Server& s, asyncagi::Source&) {
                           s.route("ivr", [&](fastagi::Call& call) {
                               CHECK(call.send("EXEC MusicOnHold").raw() == "200 result=-1");
                           });
                       }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    call.wait_for("EXEC");
    Handed<std::string> stopped;
    server.source().send(
        agi::ami::Action{"ControlPlayback"}.set("Channel", call.uniqueid()).set("Control", "stop"),
        [&](const agi::ami::Response& r) { stopped.set(std::string{r.text()}); });
    CHECK(stopped.get() == "Success");
    call.wait_for("EXEC");
    call.hang_up();
    CHECK(call.finish().agistatus() == "HANGUP");
}

TEST_CASE("SimulatedManager: a stop in the entry of GET DATA is a byte among the digits") {
    SimulatedManager manager;
    Handed<std::string> seen;
    AsyncServer server{manager, [&](fastagi::Server& s, asyncagi::Source&) {
                           s.route("ivr", [&](fastagi::Call& call) {
                               seen.set(std::string{call.send("GET DATA \"\" -1 3").raw()});
                           });
                       }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    call.wait_for("GET DATA");
    call.press("1");
    server.source().send(
        agi::ami::Action{"ControlPlayback"}.set("Channel", call.uniqueid()).set("Control", "stop"),
        [&](const agi::ami::Response&) { call.press("2"); });
    CHECK(seen.get() ==
          "200 result=1\xe8"
          "2");
}

TEST_CASE("SimulatedManager: execute_until, deadlines and resync stop by themselves") {
    Asterisk after = made(with_music(), [](fastagi::Call& call) {
        for (int i = 0; i < 12; ++i) {
            int asked = 0;
            const auto stop = [&] { return ++asked > i % 3; };
            if (i % 3 == 0) {
                CHECK(call.execute_until(agi::StreamFile{"music"}, stop, 1ms).stopped);
            } else if (i % 3 == 1) {
                CHECK(call.execute_until(agi::GetData{"music", 9s, 4}, stop, 1ms).stopped);
            } else {
                CHECK_THROWS_AS(call.execute_within(agi::StreamFile{"music"}, 5ms),
                                agi::AGITimeoutError);
                call.resync();
            }
            agi::SetVariable{"I", std::to_string(i)}(call);
            CHECK(agi::GetVariable{"I"}(call) == std::to_string(i));
        }
        CHECK(agi::StreamFile{"beep"}(call).endpos.samples == 3520);
    });
    CHECK(after.value("I") == "11");
}
