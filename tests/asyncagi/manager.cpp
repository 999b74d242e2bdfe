// SPDX-License-Identifier: MIT
// A simulated manager interface, seen by a plain client: what it says is what Asterisk 22 says.

#include "asyncagi/plain_client.hpp"
#include "catch.hpp"

#include <string>

using namespace asyncagi_tests;
using agi::testing::Asterisk;
using agi::testing::ManagerOptions;
using agi::testing::SimulatedManager;

TEST_CASE("SimulatedManager: channels and their variables, also by the unique id") {
    SimulatedManager manager;
    Asterisk asterisk;
    asterisk.arguments = {"pin?x=1", "two words"};
    asterisk.set("A", "old");
    Client watcher{manager};
    watcher.log_in("|Events: agi");
    manager.call(asterisk);
    const auto second = manager.call(asterisk);
    CHECK(second.uniqueid() != "1700000000.1");
    // They are in the dialplan until AGI() has begun.
    for (int begun = 0; begun < 2; ++begun) {
        CHECK(watcher.event().find("Event: AsyncAGIStart|") == 0);
    }
    Client client{manager};
    client.log_in("|Events: off");
    const std::string channel = "|Channel: 1700000000.1";
    CHECK(client.ask("Action: Getvar|Variable: A" + channel) ==
          "Response: Success|Variable: A|Value: old");
    CHECK(client.ask("Action: Setvar|Variable: A|Value: new" + channel) ==
          "Response: Success|Message: Variable Set");
    CHECK(client.ask("Action: AbsoluteTimeout|Timeout: 12.5" + channel) ==
          "Response: Success|Message: Timeout Set");
    CHECK(client.ask("Action: Getvar|Variable: TIMEOUT(absolute)" + channel) ==
          "Response: Success|Variable: TIMEOUT(absolute)|Value: 12.500");
    CHECK(client.ask("Action: Getvar|Variable: X") == "Response: Success|Variable: X|Value: ");

    client.send("Action: Status|ActionID: s|Variables: A,NOPE");
    CHECK(client.next() ==
          "Response: Success|ActionID: s|EventList: start|Message: Channel status "
          "will follow");
    CHECK(
        client.event() ==
        "Event: Status|Privilege: Call|Channel: PJSIP/alice-00000001|Type: PJSIP|DNID: "
        "|Application: AGI|Data: agi:async,pin?x=1,two words|Seconds: 0|Variable: A=new|Variable: "
        "NOPE=(null)|ActionID: s");
    CHECK(client.event().find("Event: Status|Privilege: Call|Channel: PJSIP/alice-00000002|") == 0);
    CHECK(client.next() ==
          "Event: StatusComplete|ActionID: s|EventList: Complete|ListItems: 2|Items: 2");
    client.send("Action: Status" + channel);
    client.next();
    client.next();
    CHECK(client.next() == "Event: StatusComplete|EventList: Complete|ListItems: 1|Items: 1");
    CHECK(client.ask("Action: CoreSettings") ==
          "Response: Success|AMIversion: 11.0.0|AsteriskVersion: 22.10.1");
}

TEST_CASE("SimulatedManager: the database is that of all calls") {
    SimulatedManager manager;
    const auto now = manager.call(Asterisk{});
    Client client{manager};
    client.log_in("|Events: off");
    CHECK(client.ask("Action: DBPut|Family: f|Key: k|Val: v") ==
          "Response: Success|Message: Updated database successfully");
    CHECK(now.asterisk().database["/f/k"] == "v");
    CHECK(manager.call(Asterisk{}).asterisk().database["/f/k"] == "v");
    CHECK(manager.actions().back()["Family"] == "f");
}

TEST_CASE("SimulatedManager: events of the classes that a client asks for, and may have") {
    ManagerOptions options;
    options.read = "agi,dtmf";
    options.write = "agi,call";
    SimulatedManager manager{options};
    Client all{manager};
    all.log_in();
    Client some{manager};
    some.log_in("|Events: dtmf,call");
    Client none{manager};
    none.log_in("|Events: off");
    CHECK(all.ask("Action: Status") != refused("Permission denied"));
    all.next();
    CHECK(all.ask("Action: DBPut|Family: f|Key: k|Val: v") == refused("Permission denied"));

    const auto call = manager.call(Asterisk{});
    CHECK(all.event().find("Event: AsyncAGIStart|") == 0);
    call.press("5");
    CHECK(all.event() ==
          "Event: DTMFBegin|Privilege: dtmf,all|Channel: "
          "PJSIP/alice-00000001|Digit: 5|Direction: Received");
    CHECK(all.event() ==
          "Event: DTMFEnd|Privilege: dtmf,all|Channel: "
          "PJSIP/alice-00000001|Digit: 5|DurationMs: 100|Direction: Received");
    CHECK(some.event().find("Event: DTMFBegin|") == 0);
    CHECK(some.event().find("Event: DTMFEnd|") == 0);
    call.hang_up();
    CHECK(all.event() == "Event: AsyncAGIEnd|Privilege: agi,all|Channel: PJSIP/alice-00000001");
    // No HangupRequest and no Hangup are for them.
    for (Client* client : {&all, &some, &none}) {
        CHECK(client->ask("Action: Events|EventMask: agi") == "Response: Success|Events: On");
        CHECK(client->ask("Action: Events|EventMask: off") == "Response: Success|Events: Off");
    }
}

TEST_CASE("SimulatedManager: a hang-up as those who may see it do") {
    SimulatedManager manager;
    Client client{manager};
    client.log_in("|Events: call");
    manager.call(Asterisk{}).hang_up();
    CHECK(client.event() ==
          "Event: HangupRequest|Privilege: call,all|Channel: PJSIP/alice-00000001|Cause: 16");
    CHECK(client.event() ==
          "Event: Hangup|Privilege: call,all|Channel: "
          "PJSIP/alice-00000001|Cause: 16|Cause-txt: Normal Clearing");
    // By the manager interface nobody asks for it.
    manager.call(Asterisk{});
    CHECK(client.ask("Action: Hangup|Channel: PJSIP/alice-00000002") ==
          "Response: Success|Message: Channel Hungup");
    CHECK(client.event().find("Event: Hangup|Privilege: call,all|Channel: PJSIP/alice-00000002") ==
          0);
    // By the program it asks itself.
    const auto third = manager.call(Asterisk{});
    client.send("Action: AGI|Command: HANGUP|Channel: " + third.uniqueid());
    client.next();
    CHECK(client.event().find("Event: SoftHangupRequest|") == 0);
}

TEST_CASE(
    "SimulatedManager: a key of the manager interface is one of the caller, if he is to send it") {
    SimulatedManager manager;
    const auto call = manager.call(Asterisk{});
    Client client{manager};
    client.log_in("|Events: dtmf");
    const std::string key = "Action: PlayDTMF|Channel: PJSIP/alice-00000001|Digit: ";
    for (const char* digit : {"5", "x|Receive: true", "7|Receive: true"}) {
        CHECK(client.ask(key + digit) == "Response: Success|Message: DTMF successfully queued");
    }
    CHECK(client.event().find("Event: DTMFBegin|") == 0);
    CHECK(client.event().find("|Digit: 7|") != std::string::npos);
    CHECK(call.asterisk().channel.keys() == "7");
}

TEST_CASE("SimulatedManager: says that no program has logged in") {
    ManagerOptions options;
    options.patience = std::chrono::milliseconds{20};
    SimulatedManager manager{options};
    const auto call = manager.call(Asterisk{});
    CHECK_THROWS_WITH(call.finish(), "no program has logged in");
    Client client{manager};
    client.log_in("|Events: off");
    CHECK_THROWS_WITH(call.finish(), "the program does not end the call");
}

TEST_CASE("SimulatedManager: what is not simulated ends the call, and is thrown in the test") {
    SimulatedManager manager;
    const auto call = manager.call(Asterisk{});
    Client client{manager};
    client.log_in("|Events: call");
    const std::string channel = "|Channel: PJSIP/alice-00000001";
    const std::string not_there = "JITTERBUFFER(disabled)";
    const std::string action =
        GENERATE_COPY("AGI|Command: GET VARIABLE " + not_there, "Getvar|Variable: " + not_there,
                      "Setvar|Value: 1|Variable: " + not_there, "Status|Variables: A," + not_there);
    CAPTURE(action);
    const std::string answer = client.ask("Action: " + action + channel);
    const bool is_queued = action[0] == 'A' || action.substr(0, 2) == "St";
    if (!is_queued) CHECK(answer == refused("This is not simulated"));
    if (action.substr(0, 2) == "St") CHECK(client.next().find("Event: StatusComplete|") == 0);
    CHECK(client.event().find("Event: Hangup|") == 0);
    CHECK_THROWS_AS(call.finish(), agi::testing::NotSimulated);
    CHECK_THROWS_AS(call.wait_for("NOOP"), agi::testing::NotSimulated);
    CHECK(manager.call(Asterisk{}).uniqueid() != call.uniqueid());
}

TEST_CASE("SimulatedManager: what functions of the test throw is thrown in the test") {
    SimulatedManager manager;
    Asterisk asterisk;
    asterisk.functions["MINE"] = [](const auto&...) -> std::string { throw std::range_error{"x"}; };
    const auto call = manager.call(asterisk);
    manager.on_originate(
        [](const auto&) -> agi::testing::Origination { throw std::range_error{"two\nlines"}; });
    Client client{manager};
    client.log_in("|Events: off");
    client.ask("Action: AGI|Command: GET VARIABLE MINE()|Channel: PJSIP/alice-00000001");
    CHECK_THROWS_AS(call.finish(), std::range_error);
    const std::string begin = "Action: Originate|Priority: 1|Channel: PJSIP/7";
    CHECK(client.ask(begin) == refused("two"));
    manager.on_originate([](const auto&) { return agi::testing::Origination{}; });
    CHECK(client.ask(begin + "|Variable: JITTERBUFFER(disabled)=1").find("Response: Error|") == 0);
    CHECK(manager.calls().size() == 1);
}

TEST_CASE("SimulatedManager: tests are not kept waiting") {
    ManagerOptions options;
    options.patience = std::chrono::milliseconds{50};
    SimulatedManager manager{options};
    CHECK_THROWS_AS(manager.wait_for_clients(1), agi::testing::WouldHang);
    const auto call = manager.call(Asterisk{});
    CHECK_THROWS_AS(call.wait_for("STREAM FILE"), agi::testing::WouldHang);
    CHECK_THROWS_AS(call.finish(), agi::testing::WouldHang);
    CHECK(call.asterisk().stuck());
    CHECK_FALSE(call.over());
    CHECK_THROWS_AS(call.press("1x"), agi::AGIArgumentError);
    CHECK(manager.calls().size() == 1);
}
