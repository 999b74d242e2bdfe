// SPDX-License-Identifier: MIT
// A simulated manager interface, seen by a plain client: what it says is what Asterisk 22 says.

#include "catch.hpp"
#include "fastagi/peer.hpp"
#include <agi/testing/simulated_manager.hpp>

#include <string>
#include <string_view>

using agi::testing::Asterisk;
using agi::testing::ManagerOptions;
using agi::testing::SimulatedManager;

namespace {

/// Sends actions, and gives out messages as one line each: `Response: Success|Ping: Pong`.
class Client {
  public:
    explicit Client(const SimulatedManager& manager) : peer_{manager.port()} {
        CHECK(peer_.line() == "Asterisk Call Manager/11.0.0\r");
    }
    std::string ask(std::string_view headers) {
        send(headers);
        return next();
    }
    void send(std::string_view headers) {
        std::string text;
        while (!headers.empty()) {
            const std::string_view one = headers.substr(0, headers.find('|'));
            headers.remove_prefix(std::min(headers.size(), one.size() + 1));
            text.append(one).append("\r\n");
        }
        peer_.send(text + "\r\n");
    }
    void send_bytes(std::string_view bytes) { peer_.send(bytes); }
    std::string next() {
        std::string all;
        for (;;) {
            std::string line = peer_.line();
            if (line.front() == '(') return all + line;
            line.pop_back();
            if (line.empty()) return all;
            all += (all.empty() ? "" : "|") + line;
        }
    }
    /// The next event, without what it says of its channel.
    std::string event() {
        std::string text = next();
        const std::size_t begin = text.find("|ChannelState:");
        const std::size_t end = text.find('|', text.find("|Linkedid:") + 1);
        if (begin != std::string::npos) text.erase(begin, end - begin);
        return text;
    }
    void log_in(std::string_view more = {}) {
        CHECK(ask("Action: Login|Username: ivr|Secret: secret" + std::string{more}) ==
              "Response: Success|Message: Authentication accepted");
    }

  private:
    fastagi_tests::Peer peer_;
};

std::string refused(std::string_view why) { return "Response: Error|Message: " + std::string{why}; }

}  // namespace

TEST_CASE("SimulatedManager: who does not log in is told so, and a wrong login ends it") {
    SimulatedManager manager;
    Client client{manager};
    CHECK(client.ask("Action: Ping|ActionID: 3") ==
          "Response: Error|ActionID: 3|Message: Permission denied");
    CHECK(client.ask("Foo: x") == refused("Missing action in request"));
    CHECK(client.ask("Action: Challenge|AuthType: x") == refused("Must specify AuthType"));
    const std::string wrong = GENERATE("Username: ivr|Secret: x", "Username: nobody|Secret: secret",
                                       "Username: ivr", "AuthType: MD5|Username: ivr|Key: x");
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
    CHECK(client.ask("Action: Logoff|ActionID: 9") ==
          "Response: Goodbye|ActionID: 9|Message: Thanks for all the fish.");
    CHECK(client.next() == "(closed)");
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
    CHECK(client.ask("Action: Ping|X: " + std::string(1021, 'y') + "|ActionID: 9") ==
          "Response: Error|ActionID: 9|Message: Failed to parse message: line too long");
    std::string many = "Action: Ping";
    for (int i = 0; i < 128; ++i) many += "|X: y";
    CHECK(client.ask(many) == refused("Too many lines in message or allocation failure"));
    CHECK(client.ask("Action: Ping").find("Response: Success|") == 0);
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
    client.log_in();
    const std::string channel = "|Channel: PJSIP/alice-00000001";
    CHECK(client.ask("Action: AbsoluteTimeout|Timeout: x" + channel) ==
          refused("No timeout specified"));
    CHECK(client.ask("Action: ControlPlayback|Control: x" + channel) ==
          refused("Unknown control type"));
    CHECK(client.ask("Action: PlayDTMF" + channel) == refused("No digit specified"));
    CHECK(client.ask("Action: Redirect|Context: x|Exten: s|Priority: x" + channel) ==
          refused("Invalid priority"));
}

TEST_CASE("SimulatedManager: channels and their variables, also by the unique id") {
    SimulatedManager manager;
    Asterisk asterisk;
    asterisk.arguments = {"pin?x=1", "two words"};
    asterisk.set("A", "old");
    manager.call(asterisk);
    const auto second = manager.call(asterisk);
    CHECK(second.uniqueid() != "1700000000.1");
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
