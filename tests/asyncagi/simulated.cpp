// SPDX-License-Identifier: MIT
// Handlers of a server whose calls come over AMI, in simulated calls.

#include "asyncagi/calls.hpp"
#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/testing/ladder.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

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
    CHECK(after.value("AGI_OWNER").substr(0, 9) == "released/");
    CHECK(after.channel.now() == 2s + 300ms + 3 * 200ms);
}

TEST_CASE("SimulatedManager: what the user may not do is in the log, once") {
    testing::ManagerOptions few;
    few.write = "agi";
    SimulatedManager manager{few};
    asyncagi::SourceOptions options = manager.source_options();
    const auto log = std::make_shared<fastagi_tests::LogLines>();
    options.ami.log = [log](fastagi::Severity severity, std::string_view text) {
        if (severity != fastagi::Severity::info) log->add(severity, text);
    };
    {
        const AsyncServer server{manager, options, [&](fastagi::Server& s, asyncagi::Source&) {
                                     s.route("pin", [](fastagi::Call& call) {
                                         agi::Answer{}(call);
                                         agi::Noop{}(call);
                                     });
                                 }};
        for (int i = 0; i < 2; ++i) {
            Asterisk asterisk;
            asterisk.arguments = {"pin"};
            CHECK(manager.call(asterisk).finish().agistatus() == "SUCCESS");
        }
    }
    std::vector<std::string> lines = log->lines();
    std::sort(lines.begin(), lines.end());  // the first call may come before the look
    const std::string head = "warning: AsyncAGI at 127.0.0.1: ";
    CHECK(lines == std::vector<std::string>{head + "AbsoluteTimeout: Permission denied",
                                            head + "Getvar: Permission denied",
                                            head + "Setvar: Permission denied",
                                            head + "no look at the calls: Permission denied"});
}

TEST_CASE("SimulatedManager: texts of any length are put together") {
    Asterisk asterisk;
    const std::string argument = letters(1500);
    asterisk.arguments = {argument};
    const auto [after, seen] = made(asterisk, [&](fastagi::Call& call) {
        std::string bad;
        if (call.environment().argument(1) != argument) bad += "argument ";
        if (call.environment().calleridname() != "Alice Example") bad += "name ";
        std::string value = letters(470);
        agi::SetVariable{"V", value}(call);
        while (value.size() < 60'000) {
            if (agi::GetFullVariable{"${V}"}(call) != value) bad += std::to_string(value.size());
            agi::GetFullVariable{"${SET(V=${V}${V})}"}(call);
            value += value;
        }
        return bad + std::to_string(value.size());
    });
    CHECK(seen == "60160");
}

TEST_CASE("SimulatedManager: what is too long when encoded is lost, and the next is whole") {
    const auto [after, seen] = made(Asterisk{}, [&](fastagi::Call& call) {
        agi::SetVariable{"V", std::string(900, '%')}(call);
        const bool lost = throws<agi::AGIUnknownError>([&] { agi::GetVariable{"V"}(call); });
        return (lost ? "lost " : "not lost ") + agi::GetFullVariable{"next"}(call);
    });
    CHECK(seen == "lost next");
}

TEST_CASE("SimulatedManager: a failed command ends nothing where the dialplan comes back") {
    auto [after, seen] = made(Asterisk{}, [](fastagi::Call& call) {
        std::string text;
        for (int i = 0; i < 3; ++i) {
            if (throws<agi::AGIAppError>([&] { agi::StreamFile{"missing"}(call); })) text += 'f';
            agi::SetVariable{"I", std::to_string(i)}(call);
        }
        return text + (call.hung_up() ? " hung up" : "");
    });
    CHECK(seen == "fff");
    CHECK(after.value("I") == "2");
    CHECK(after.agistatus() == "SUCCESS");
}

TEST_CASE("SimulatedManager: a failed command ends the session where it does not") {
    testing::ManagerOptions options;
    options.comes_back = false;
    SimulatedManager manager{options};
    Handed<bool> seen;
    auto source = AsyncServer::quiet_options(manager);
    source.comes_back = 10ms;
    const AsyncServer server{
        manager, source, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("ivr", [&](fastagi::Call& call) {
                const bool hung_up =
                    throws<agi::AGIHangup>([&] { agi::StreamFile{"missing"}(call); });
                seen.set(hung_up &&
                         throws<agi::AGIDeadChannelError>([&] { agi::GetVariable{"A"}(call); }));
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
    const auto [after, seen] = made(with_music(), [&](fastagi::Call& call) {
        agi::SetAutohangup{5s}(call);
        const bool hung_up = throws<agi::AGIHangup>([&] { agi::StreamFile{"music"}(call); });
        return std::string{hung_up && call.hung_up() ? "hung up" : "not hung up"};
    });
    CHECK(seen == "hung up");
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
                                     const auto hook = live.on_event(
                                         "DTMFEnd", [&](const agi::ami::Message& event) {
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
    auto options = AsyncServer::quiet_options(manager);
    options.comes_back = 10ms;
    const AsyncServer server{
        manager, options, [&](fastagi::Server& s, asyncagi::Source&) {
            s.route("ivr", [&](fastagi::Call& call) {
                asyncagi::control(call).redirect({"sales", "s", 3});
                call.send("STREAM FILE music \"\"");
                const int code = call.send("NOOP x").code();
                const bool over = throws<agi::AGIHangup>([&] { agi::GetVariable{"A"}(call); });
                seen.set(std::to_string(code) + (over ? " over" : ""));
            });
        }};
    Asterisk asterisk = with_music();
    asterisk.arguments = {"ivr"};
    const auto call = manager.call(asterisk);
    CHECK(seen.get() == "200 over");
    Asterisk after = call.finish();
    CHECK(call.sent_to() == "sales,s,3");
    CHECK(after.place().context == "sales");
    CHECK(after.place().priority == 3);
    call.hang_up();
}
