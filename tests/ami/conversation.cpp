// SPDX-License-Identifier: MIT
// The manager interface's protocol by value: login, answers, lists, events, the end.

#include "catch.hpp"
#include <agi/ami/conversation.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace agi::ami;
using State = Conversation::State;

namespace {

const std::string first_line = "Asterisk Call Manager/11.0.0\r\n";

/// One that is logged in, with the id of the next action.
struct LoggedIn {
    explicit LoggedIn(Login login = {"ivr", "secret", "agi,call", true})
        : talk{std::move(login), {}, "agi-"} {
        talk.on_event([this](const Message& event) {
            events.push_back(std::string{event.event()} + '/' + std::string{event["X"]});
        });
        talk.receive(first_line);
        talk.take_out();
        talk.receive("Response: Success\r\nActionID: agi-1\r\n\r\n");
    }
    Conversation talk;
    std::vector<std::string> events;
};

/// `text` of a response, `+` in front for success, with its list in parentheses.
std::string shown(const Response& response) {
    std::string text = response.success() ? "+" : "-";
    text += response.text();
    for (const Message& item : response.list) text += '(' + std::string{item["X"]} + ')';
    return text;
}

}  // namespace

TEST_CASE("Conversation: logs in by a challenge") {
    Conversation talk{{"ivr", "secret", "agi,call,dtmf"}, {}, "agi-"};
    std::vector<State> states;
    talk.on_state([&](State state) { states.push_back(state); });
    CHECK(talk.state() == State::banner);
    CHECK(talk.take_out().empty());
    talk.receive(first_line);
    CHECK(talk.banner() == "Asterisk Call Manager/11.0.0");
    CHECK(talk.take_out() == "Action: Challenge\r\nAuthType: MD5\r\nActionID: agi-1\r\n\r\n");
    talk.receive("Response: Success\r\nActionID: agi-1\r\nChallenge: 12345\r\n\r\n");
    // The digest of `12345secret`.
    CHECK(talk.take_out() == "Action: Login\r\nAuthType: MD5\r\nKey: " + md5_hex("12345secret") +
                                 "\r\nUsername: ivr\r\nEvents: agi,call,dtmf\r\nActionID: agi-2\r\n"
                                 "\r\n");
    CHECK(talk.state() == State::login);
    talk.receive(
        "Response: Success\r\nActionID: agi-2\r\nMessage: Authentication accepted\r\n\r\n");
    CHECK(talk.state() == State::ready);
    CHECK(states == std::vector<State>{State::login, State::ready});
}

TEST_CASE("Conversation: logs in with the secret itself where that was asked for") {
    Conversation talk{{"ivr", "secret", "off", true}, {}, "agi-"};
    talk.receive(first_line);
    CHECK(talk.take_out() ==
          "Action: Login\r\nSecret: secret\r\nUsername: ivr\r\nEvents: off\r\nActionID: agi-1\r\n"
          "\r\n");
}

TEST_CASE("Conversation: a refused login has Asterisk's words") {
    const bool plain = GENERATE(true, false);
    const bool at_challenge = GENERATE(true, false);
    Conversation talk{{"ivr", "wrong", "on", plain}, {}, "agi-"};
    talk.receive(first_line);
    if (!plain && !at_challenge) {
        talk.receive("Response: Success\r\nActionID: agi-1\r\nChallenge: 1\r\n\r\n");
    }
    const std::string id = plain || at_challenge ? "agi-1" : "agi-2";
    talk.receive("Response: Error\r\nActionID: " + id +
                 "\r\nMessage: Authentication failed\r\n\r\n");
    CHECK(talk.state() == State::refused);
    CHECK(talk.why() == "Authentication failed");
    talk.close();
    CHECK(talk.state() == State::refused);
}

TEST_CASE("Conversation: each action gets its own answer, in any order") {
    LoggedIn in;
    std::vector<std::string> got;
    for (const char* name : {"A", "B", "C"}) {
        in.talk.send(Action{name},
                     [&got, name](const Response& r) { got.push_back(name + shown(r)); });
    }
    CHECK(in.talk.take_out() ==
          "Action: A\r\nActionID: agi-2\r\n\r\nAction: B\r\nActionID: agi-3\r\n\r\n"
          "Action: C\r\nActionID: agi-4\r\n\r\n");
    in.talk.receive("Response: Success\r\nActionID: agi-3\r\nMessage: b\r\n\r\n");
    in.talk.receive("Response: Error\r\nActionID: agi-2\r\nMessage: a\r\n\r\n");
    in.talk.receive("Response: Success\r\nActionID: agi-3\r\nMessage: once more\r\n\r\n");
    in.talk.receive("Response: Success\r\nMessage: nobody's\r\n\r\n");
    CHECK(got == std::vector<std::string>{"B+b", "A-a"});
    CHECK(in.talk.pending() == 1);
    in.talk.close();
    CHECK(got.back() == "C-the connection ended before the answer");
    CHECK(in.talk.pending() == 0);
}

TEST_CASE("Conversation: what is sent while not logged in is lost at once") {
    Conversation talk{{"ivr", "secret"}};
    std::string got;
    const auto done = [&](const Response& r) { got = shown(r); };
    talk.send(Action{"Ping"}, done);
    CHECK(got == "-the connection ended before the answer");
    talk.receive(first_line);
    talk.take_out();
    got.clear();
    talk.send(Action{"Ping"}, done);
    CHECK_FALSE(got.empty());
    CHECK_FALSE(talk.has_out());
    talk.close();
    CHECK(talk.state() == State::closed);
}

TEST_CASE("Conversation: a list ends with its last event, others come in between") {
    LoggedIn in;
    std::string got;
    in.talk.send(Action{"Status"}, [&](const Response& r) { got = shown(r); });
    in.talk.receive(
        "Response: Success\r\nActionID: agi-2\r\nEventList: start\r\nMessage: list\r\n\r\n");
    in.talk.receive("Event: Status\r\nActionID: agi-2\r\nX: 1\r\n\r\n");
    in.talk.receive("Event: Hangup\r\nX: other\r\n\r\n");
    in.talk.receive("Event: Status\r\nActionID: agi-2\r\nX: 2\r\n\r\n");
    CHECK(got.empty());
    const char* const end = GENERATE("Complete", "cancelled");
    in.talk.receive("Event: StatusComplete\r\nActionID: agi-2\r\nEventList: " + std::string{end} +
                    "\r\nListItems: 2\r\n\r\n");
    CHECK(got == "+list(1)(2)");
    CHECK(in.events == std::vector<std::string>{"Hangup/other"});
}

TEST_CASE("Conversation: an event with an action's id is an event for all that") {
    LoggedIn in;
    std::string got;
    in.talk.send(Action{"Originate"}, [&](const Response& r) { got = shown(r); });
    in.talk.receive("Event: Early\r\nActionID: agi-2\r\nX: 1\r\n\r\n");
    in.talk.receive("Response: Success\r\nActionID: agi-2\r\nMessage: queued\r\n\r\n");
    in.talk.receive("Event: OriginateResponse\r\nActionID: agi-2\r\nX: 2\r\n\r\n");
    CHECK(got == "+queued");
    CHECK(in.events == std::vector<std::string>{"Early/1", "OriginateResponse/2"});
}

TEST_CASE("Conversation: an answer's callback may send") {
    LoggedIn in;
    in.talk.send(Action{"A"}, [&](const Response&) { in.talk.send(Action{"B"}); });
    in.talk.take_out();
    in.talk.receive("Response: Success\r\nActionID: agi-2\r\n\r\n");
    CHECK(in.talk.take_out() == "Action: B\r\nActionID: agi-3\r\n\r\n");
    in.talk.send(Action{"C"}, [&](const Response&) { in.talk.send(Action{"D"}); });
    in.talk.take_out();
    in.talk.close();
    CHECK_FALSE(in.talk.has_out());
}
