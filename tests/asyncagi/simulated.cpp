// SPDX-License-Identifier: MIT
// Handlers of a server whose calls come over AMI, in simulated calls.

#include "asyncagi/calls.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/ladder.hpp>

#include <string>

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
