// SPDX-License-Identifier: MIT
// Logins at a simulated manager interface, and what it refuses, in the words of Asterisk 22.

#include "asyncagi/plain_client.hpp"
#include "catch.hpp"

#include <string>

using namespace asyncagi_tests;
using agi::testing::Asterisk;
using agi::testing::SimulatedManager;

TEST_CASE("SimulatedManager: who does not log in is told so, and a wrong login ends it") {
    SimulatedManager manager;
    Client client{manager};
    CHECK(client.ask("Action: Ping|ActionID: 3") ==
          "Response: Error|ActionID: 3|Message: Permission denied");
    CHECK(client.ask("Foo: x") == refused("Missing action in request"));
    CHECK(client.ask("Action: Challenge|AuthType: x") == refused("Must specify AuthType"));
    // The last one has been given no challenge.
    const std::string wrong = GENERATE(
        as<std::string>{}, "Username: ivr|Secret: x", "Username: nobody|Secret: secret",
        "Username: ivr", "AuthType: MD5|Username: ivr|Key: x", "AuthType: MD5|Username: ivr|Key: ",
        "AuthType: MD5|Username: ivr|Key: " + agi::ami::md5_hex("secret"));
    CHECK(client.ask("Action: Login|" + wrong) == refused("Authentication failed"));
    CHECK(client.next() == "(closed)");
}

TEST_CASE("SimulatedManager: a login by a challenge, and a goodbye") {
    SimulatedManager manager;
    Client client{manager};
    const std::string answer = client.ask("Action: Challenge|AuthType: md5");
    const std::string challenge = answer.substr(answer.rfind(' ') + 1);
    CHECK(answer == "Response: Success|Challenge: " + challenge);
    CHECK(client.ask("action: login|AuthType: MD5|Username: ivr|Key: " +
                     agi::ami::md5_hex(challenge + "secret")) ==
          "Response: Success|Message: Authentication accepted");
    CHECK(client.ask("Action: Ping").find("Response: Success|Ping: Pong|Timestamp: ") == 0);
    // What comes behind it is not looked at.
    client.send_bytes("Action: Logoff\r\nActionID: 9\r\n\r\nAction: Ping\r\n\r\n");
    CHECK(client.next() == "Response: Goodbye|ActionID: 9|Message: Thanks for all the fish.");
    CHECK(client.next() == "(closed)");
}

TEST_CASE("SimulatedManager: who has not logged in hears nothing") {
    SimulatedManager manager;
    Client client{manager};
    Client other{manager};
    other.log_in();
    manager.call(Asterisk{});
    CHECK(other.event().find("Event: AsyncAGIStart|") == 0);
    CHECK(client.ask("Action: Ping") == refused("Permission denied"));
}

TEST_CASE("SimulatedManager: a second challenge is another") {
    SimulatedManager manager;
    Client client{manager};
    CHECK(client.ask("Action: Challenge|AuthType: MD5") !=
          client.ask("Action: Challenge|AuthType: MD5"));
}

TEST_CASE("SimulatedManager: reads as Asterisk does") {
    SimulatedManager manager;
    Client client{manager};
    client.log_in();
    client.send_bytes("Action: Ping\nActionID: bare\n\n");
    CHECK(client.next().find("Response: Success|ActionID: bare|") == 0);
    client.send_bytes("Action:Ping\r\nActionID:   7\r\n\r\n");
    CHECK(client.next().find("Response: Success|ActionID: 7|") == 0);
    CHECK(client.ask("Action: Ping|X: " + std::string(1019, 'y') + "|ActionID: 8")
              .find("Response: Success|ActionID: 8|") == 0);
    for (const std::size_t size : {std::size_t{1020}, std::size_t{1021}, std::size_t{50'000}}) {
        CHECK(client.ask("Action: Ping|X: " + std::string(size, 'y') + "|ActionID: 9") ==
              "Response: Error|ActionID: 9|Message: Failed to parse message: line too long");
    }
    std::string many = "Action: Ping";
    for (int i = 0; i < 127; ++i) many += "|X: y";
    CHECK(client.ask(many).find("Response: Success|") == 0);
    CHECK(client.ask(many + "|X: y") == refused("Too many lines in message or allocation failure"));
    // Empty lines are no actions, lines without a colon no headers.
    client.send_bytes("\r\n\n\r\nAction: Ping\r\nx\r\nActionID: 10\r\n\r\n");
    CHECK(client.next().find("Response: Success|ActionID: 10|") == 0);
}

TEST_CASE("SimulatedManager: what is wrong with an action is said in Asterisk's words") {
    struct Row {
        const char* action;
        const char* why;
    };
    const auto [action, why] = GENERATE(
        Row{"Nosuch",
            "Invalid/unknown command: Nosuch. Use Action: ListCommands to show available "
            "commands."},
        Row{"AGI", "Both, Channel and Command are *required*"},
        Row{"AGI|Channel: x", "Both, Channel and Command are *required*"},
        Row{"AGI|Channel: x|Command: NOOP", "Channel x does not exist."},
        Row{"Getvar", "No variable specified"},
        Row{"Getvar|Channel: x|Variable: X", "No such channel"},
        Row{"Setvar", "No variable specified"},
        Row{"Setvar|Channel: x|Variable: A|Value: b", "No such channel"},
        Row{"AbsoluteTimeout", "No channel specified"},
        Row{"AbsoluteTimeout|Channel: x|Timeout: 5", "No such channel"},
        Row{"ControlPlayback", "Channel not specified"},
        Row{"ControlPlayback|Channel: x|Control: stop", "No such channel"},
        Row{"PlayDTMF", "Channel not found"}, Row{"Hangup", "No channel specified"},
        Row{"Hangup|Channel: x", "No such channel"}, Row{"Redirect", "Channel not specified"},
        Row{"Redirect|Channel: x|Context: x|Exten: s|Priority: 1", "Channel does not exist: x"},
        Row{"Originate", "Channel not specified"}, Row{"Originate|Channel: x", "Invalid channel"},
        Row{"Originate|Channel: Local/x|Priority: x", "Invalid priority"},
        Row{"DBPut", "No family specified."}, Row{"DBPut|Family: f", "No key specified."},
        Row{"Status|Channel: x", "No such channel"});
    SimulatedManager manager;
    Client client{manager};
    client.log_in();
    CHECK(client.ask("Action: " + std::string{action}) == refused(why));
}

TEST_CASE("SimulatedManager: the same of a channel that is there") {
    SimulatedManager manager;
    manager.call(Asterisk{});
    Client client{manager};
    client.log_in("|Events: off");
    const std::string channel = "|Channel: PJSIP/alice-00000001";
    CHECK(client.ask("Action: AbsoluteTimeout|Timeout: x" + channel) ==
          refused("No timeout specified"));
    CHECK(client.ask("Action: ControlPlayback|Control: x" + channel) ==
          refused("Unknown control type"));
    CHECK(client.ask("Action: PlayDTMF" + channel) == refused("No digit specified"));
    CHECK(client.ask("Action: Redirect|Context: x|Exten: s|Priority: x" + channel) ==
          refused("Invalid priority"));
}

TEST_CASE("SimulatedManager: who is cut off, and who is sent away") {
    SimulatedManager manager;
    Client client{manager};
    client.log_in();
    manager.wait_for_clients(1);
    manager.cut();
    CHECK(client.next().front() == '(');
    manager.refuse_connections(true);
    {
        fastagi_tests::Peer peer{manager.port()};
        CHECK(peer.line().front() == '(');
    }
    manager.refuse_connections(false);
    Client again{manager};
    again.log_in();
}
