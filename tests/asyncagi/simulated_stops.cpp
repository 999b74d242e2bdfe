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
    Handed<std::string> seen;
    const AsyncServer server{manager, [&, text = line](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("ivr", [&, text](fastagi::Call& call) {
                                     control.set(&asyncagi::control(call));
                                     const std::string said{call.send(text).raw()};
                                     const auto next = agi::StreamFile{"beep"}(call).endpos.samples;
                                     seen.set(said + ", next " + std::to_string(next));
                                 });
                             }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    asterisk.channel.answered = true;
    const auto call = manager.call(asterisk);
    call.wait_for(std::string_view{line}.substr(0, std::string_view{line}.find(' ')));
    control.get()->stop();
    // The next prompt is whole, as nothing of the stop is left.
    CHECK(seen.get() == std::string{reply} + ", next 3520");
    CHECK(call.finish().channel.heard().back().whole);
}

TEST_CASE("SimulatedManager: what a stop does not end goes on") {
    SimulatedManager manager;
    Handed<std::string> seen;
    AsyncServer server{manager, [&](fastagi::Server& s, asyncagi::Source&) {
                           s.route("ivr", [&](fastagi::Call& call) {
                               seen.set(std::string{call.send("EXEC MusicOnHold").raw()});
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
    CHECK(seen.get() == "200 result=-1");
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
    const auto stopped_by = [](fastagi::Call& call, int i) {
        int asked = 0;
        const auto stop = [&] { return ++asked > i % 3; };
        if (i % 3 == 0) return call.execute_until(agi::StreamFile{"music"}, stop, 1ms).stopped;
        if (i % 3 == 1) return call.execute_until(agi::GetData{"music", 9s, 4}, stop, 1ms).stopped;
        const bool late = throws<agi::AGITimeoutError>(
            [&] { call.execute_within(agi::StreamFile{"music"}, 5ms); });
        call.resync();
        return late;
    };
    const auto [after, seen] = made(with_music(), [&](fastagi::Call& call) {
        int stopped = 0;
        std::string text;
        for (int i = 0; i < 12; ++i) {
            if (stopped_by(call, i)) ++stopped;
            agi::SetVariable{"I", std::to_string(i)}(call);
            text += agi::GetVariable{"I"}(call).value_or("?");
        }
        const auto next = agi::StreamFile{"beep"}(call).endpos.samples;
        return std::to_string(stopped) + ' ' + text + ' ' + std::to_string(next);
    });
    CHECK(seen == "12 01234567891011 3520");
}
