// SPDX-License-Identifier: MIT
// Handlers of a server whose calls come over AMI, in simulated calls.

#include "asyncagi/calls.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/manager_rehearsal.hpp>

#include <string>
#include <thread>

using namespace std::chrono_literals;
using namespace asyncagi_tests;
namespace fastagi = agi::fastagi;
namespace asyncagi = agi::asyncagi;
namespace testing = agi::testing;

TEST_CASE("SimulatedManager: a call, from its claim to its end") {
    SimulatedManager manager;
    AsyncServer server{
        manager, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("pin", [](fastagi::Call& call) {
                agi::Answer{}(call);
                const auto pin = agi::GetData{"enter-pin", 5s, 4}(call);
                agi::SetVariable{"PIN", pin.digits}(call);
                agi::SetVariable{"ACCOUNT", call.query("account").value_or("")}(call);
                agi::SetVariable{"FIRST",
                                 std::string{call.environment().argument(1).value_or("")}}(call);
            });
        }};
    Asterisk asterisk;
    asterisk.channel.sounds = {{"enter-pin", 2s}};
    asterisk.channel.caller.after("enter-pin").press("1234");
    asterisk.arguments = {"pin?account=42", "two words"};
    Asterisk after = manager.call(asterisk).finish();
    INFO(testing::ladder(after));
    CHECK(after.value("PIN") == "1234");
    CHECK(after.value("ACCOUNT") == "42");
    CHECK(after.value("FIRST") == "two words");
    CHECK(after.agistatus() == "SUCCESS");
    CHECK(after.value("AGI_OWNER").empty());
    CHECK(after.channel.now() == 2s + 300ms + 3 * 200ms);
}

TEST_CASE("rehearse_over_ami: a call that is ended at every step") {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"enter-pin", 2s}, {"bye", 1s}};
    asterisk.channel.caller.after("enter-pin").press("1234");
    asterisk.arguments = {"pin"};
    int looked = 0;
    testing::RehearsalOptions options;
    options.work_done = [&](Asterisk& after, const testing::Run& run) {
        ++looked;
        return run.loss != testing::Loss::none || after.value("PIN") == "1234";
    };
    const auto rehearsal = testing::rehearse_over_ami(
        asterisk,
        [](fastagi::Server& server, asyncagi::Source&) {
            server.route("pin", [](fastagi::Call& call) {
                const auto pin = agi::GetData{"enter-pin", 5s, 4}(call);
                agi::SetVariable{"PIN", pin.digits}(call);
                agi::StreamFile{"bye"}(call);
            });
        },
        options);
    INFO(rehearsal.summary());
    CHECK(rehearsal.passed());
    CHECK(rehearsal.steps == 6);
    CHECK(rehearsal.runs == 31);
    CHECK(looked == 31);
}

namespace {

/// Makes a call to this handler, and waits for the end of both.
template <class Handler>
Asterisk made(Asterisk asterisk, Handler handler) {
    SimulatedManager manager;
    Handed<std::string> left_by;
    const AsyncServer server{manager, [&](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("ivr", [&](fastagi::Call& call) {
                                     try {
                                         handler(call);
                                         left_by.set({});
                                     } catch (const std::exception& error) {
                                         left_by.set(error.what());
                                     }
                                 });
                             }};
    asterisk.arguments.insert(asterisk.arguments.begin(), "ivr");
    const auto call = manager.call(std::move(asterisk));
    CHECK(left_by.get() == "");
    return call.finish();
}

std::string letters(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * 7 % 26);
    return text;
}

/// A prompt that plays until somebody ends it.
Asterisk with_music() {
    Asterisk asterisk;
    asterisk.channel.sounds = {{"music", testing::Channel::never}, {"beep", 440ms}};
    return asterisk;
}

}  // namespace

TEST_CASE("SimulatedManager: texts of any length are put together, or lost as in Asterisk") {
    Asterisk asterisk;
    const std::string argument = letters(1500);
    asterisk.arguments = {argument};
    Asterisk after = made(asterisk, [&](fastagi::Call& call) {
        CHECK(call.environment().argument(1) == argument);
        CHECK(call.environment().calleridname() == "Alice Example");
        std::string value = letters(470);
        agi::SetVariable{"V", value}(call);
        while (value.size() < 60'000) {
            CHECK(agi::GetFullVariable{"${V}"}(call) == value);
            agi::GetFullVariable{"${SET(V=${V}${V})}"}(call);
            value += value;
        }
        agi::SetVariable{"V", std::string(900, '%')}(call);
        CHECK_THROWS_AS(agi::GetVariable{"V"}(call), agi::AGIUnknownError);
        CHECK(agi::GetFullVariable{"next"}(call) == "next");
        agi::SetVariable{"DONE", "1"}(call);
    });
    CHECK(after.value("DONE") == "1");
}

TEST_CASE("SimulatedManager: a failed command ends nothing where the dialplan comes back") {
    Asterisk after = made(Asterisk{}, [](fastagi::Call& call) {
        for (int i = 0; i < 3; ++i) {
            CHECK_THROWS_AS(agi::StreamFile{"missing"}(call), agi::AGIAppError);
            agi::SetVariable{"I", std::to_string(i)}(call);
        }
        CHECK_FALSE(call.hung_up());
    });
    CHECK(after.value("I") == "2");
    CHECK(after.agistatus() == "SUCCESS");
}

TEST_CASE("SimulatedManager: a failed command ends the session where it does not") {
    testing::ManagerOptions options;
    options.comes_back = false;
    SimulatedManager manager{options};
    Handed<bool> seen;
    auto source = manager.source_options();
    source.comes_back = 10ms;
    const AsyncServer server{
        manager, source, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("ivr", [&](fastagi::Call& call) {
                CHECK_THROWS_AS(agi::StreamFile{"missing"}(call), agi::AGIHangup);
                CHECK_THROWS_AS(agi::GetVariable{"A"}(call), agi::AGIDeadChannelError);
                seen.set(call.hung_up());
            });
        }};
    Asterisk asterisk;
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    CHECK(seen.get());
    CHECK(call.finish().agistatus() == "FAILURE");
}

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

TEST_CASE("SimulatedManager: the caller hangs up in each command, with two more behind it") {
    const std::string line =
        GENERATE("STREAM FILE music \"\"", "WAIT FOR DIGIT -1", "GET DATA music 2000 4",
                 "RECORD FILE voice wav # -1", "EXEC MusicOnHold", "RECEIVE TEXT -1");
    CAPTURE(line);
    SimulatedManager manager;
    Handed<std::string> seen;
    const AsyncServer server{
        manager, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("ivr", [&](fastagi::Call& call) {
                std::string text;
                for (const std::string& next :
                     {line, std::string{"SET VARIABLE A B"}, std::string{"GET VARIABLE A"}}) {
                    text += call.send(next).code() == 511 ? "dead " : "replied ";
                }
                seen.set(text + (call.hung_up() ? "hung up" : "not hung up"));
            });
        }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    call.wait_for(line.substr(0, line.find(' ')));
    call.hang_up();
    CHECK(seen.get() == "replied dead dead hung up");
    CHECK(call.finish().agistatus() == "HANGUP");
}

TEST_CASE("SimulatedManager: a limit of the call is met in its virtual time") {
    const Asterisk after = made(with_music(), [&](fastagi::Call& call) {
        agi::SetAutohangup{5s}(call);
        CHECK_THROWS_AS(agi::StreamFile{"music"}(call), agi::AGIHangup);
        CHECK(call.hung_up());
    });
    // What is left when the line is sent is told in milliseconds of real time.
    CHECK(after.channel.now() <= 5s);
    CHECK(after.channel.now() > 0s);
}

TEST_CASE("SimulatedManager: events of the call come while a command runs") {
    SimulatedManager manager;
    Handed<std::string> seen;
    const AsyncServer server{manager, [&](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("ivr", [&](fastagi::Call& call) {
                                     auto& live = asyncagi::control(call);
                                     std::string keys;
                                     live.on_event("DTMFEnd", [&](const agi::ami::Message& event) {
                                         if (event["Direction"] == "Received")
                                             keys += event["Digit"];
                                         if (keys == "42") live.stop();
                                     });
                                     agi::Exec{"Playback", {"music"}}(call);
                                     seen.set(keys);
                                 });
                             }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    call.wait_for("EXEC");
    call.press("42");
    CHECK(seen.get() == "42");
    CHECK(call.finish().channel.keys() == "42");
}

TEST_CASE("SimulatedManager: a call that is sent elsewhere looks hung up, and lives") {
    SimulatedManager manager;
    Handed<std::string> seen;
    auto options = manager.source_options();
    options.comes_back = 10ms;
    const AsyncServer server{manager, options, [&](fastagi::Server& s, asyncagi::Source&) {
                                 s.route("ivr", [&](fastagi::Call& call) {
                                     asyncagi::control(call).redirect({"sales", "s", 3});
                                     call.send("STREAM FILE music \"\"");
                                     const int code = call.send("NOOP x").code();
                                     CHECK_THROWS_AS(agi::GetVariable{"A"}(call), agi::AGIHangup);
                                     seen.set(std::to_string(code));
                                 });
                             }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    CHECK(seen.get() == "200");
    Asterisk after = call.finish();
    CHECK(call.sent_to() == "sales,s,3");
    CHECK(after.place().context == "sales");
    CHECK(after.place().priority == 3);
    call.hang_up();
}
