// SPDX-License-Identifier: MIT
// Any bytes from clients of a simulated manager interface, and what happens to its channel meanwhile.

#include "fuzz.hpp"
#include <agi/ami/message_reader.hpp>
#include <agi/testing/simulator/manager_actions.hpp>
#include <agi/testing/simulator/switchboard.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace agi::testing;
using namespace agi::testing::simulator;
using agi::ami::Message;
using agi::ami::MessageReader;
using fuzz::Input;
using fuzz::require;

std::string shown(const Message& message) {
    std::string text;
    message.for_each([&](std::string_view name, std::string_view value) {
        text.append(name).append("\x01").append(value).append("\x02");
    });
    return text;
}

/// All actions of the bytes, which come in pieces.
std::vector<std::string> read(std::string_view bytes, unsigned char seed) {
    std::vector<std::string> all;
    fuzz::Pieces pieces{seed};
    ActionReader reader;
    while (!bytes.empty()) {
        const std::size_t size = pieces.next(bytes.size());
        reader.push(bytes.substr(0, size), [&](const Message& action, const std::string& problem) {
            require(action.size() <= 128, "ActionReader: the limit of headers");
            action.for_each([&](std::string_view name, std::string_view value) {
                require(name.size() + value.size() < 1022, "ActionReader: the limit of a line");
            });
            all.push_back(shown(action) + problem);
        });
        bytes.remove_prefix(size);
    }
    return all;
}

/// Something that no input can know.
std::string secret_for(std::string_view bytes) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return std::to_string(hash);
}

/// A client, with all that it has sent and got since it has connected.
class Peer {
  public:
    Peer(Switchboard& board, bool may_log_in) : board_{board}, may_log_in_{may_log_in} {
        connect();
    }

    void connect() {
        client = board_.connect();
        reader_ = MessageReader{};
        sent_ = ActionReader{};
        banners_ = 0;
        owed_ = 0;
        closing_ = false;
        if (!may_log_in_) return;
        send("Action: Login\r\nUsername: ivr\r\nSecret: " + board_.options.secret + "\r\n\r\n");
        require(client->logged_in, "Switchboard: the right secret is let in");
    }
    void send(std::string_view bytes) {
        board_.receive(client, bytes);
        // What comes behind a goodbye is not looked at.
        const bool was_closing = std::exchange(closing_, client->closing);
        if (was_closing) return;
        sent_.push(bytes, [&](const Message&, const std::string&) { ++owed_; });
        look();
    }
    /// Reads what it is sent.
    void look() {
        reader_.push(
            std::exchange(client->out, {}),
            [&](std::string_view banner) {
                require(++banners_ == 1, "Switchboard: one banner");
                require(banner == "Asterisk Call Manager/11.0.0", "Switchboard: and the right one");
            },
            [&](const Message& message) { take(message); });
        require(client->closing ? owed_ >= 0 : owed_ == 0,
                "Switchboard: each action has an answer");
    }

    Switchboard::Client client;

  private:
    void take(const Message& message) {
        require(banners_ == 1, "Switchboard: the banner comes first");
        require(!message.truncated(), "Switchboard: no client is sent more than it can read");
        if (!message.event().empty()) {
            require(may_log_in_, "Switchboard: who has not logged in gets no events");
            const std::string_view classes = message["Privilege"];
            require(message.is("Status") || message.is("StatusComplete") ||
                        Privileges{board_.options.read}.has(classes.substr(0, classes.find(','))),
                    "Switchboard: only events that it may have");
            return;
        }
        const std::string_view response = message["Response"];
        require(!response.empty(), "Switchboard: a message is an event or an answer");
        require(may_log_in_ || response == "Error" || response == "Goodbye" ||
                    message.find("Challenge"),
                "Switchboard: who has not logged in can do nothing");
        require(--owed_ >= 0, "Switchboard: no answer without an action");
    }

    Switchboard& board_;
    const bool may_log_in_;
    MessageReader reader_;
    ActionReader sent_;
    int banners_ = 0;
    int owed_ = 0;
    bool closing_ = false;
};

/// The manager interface with one channel.
class Front {
  public:
    explicit Front(ManagerOptions options)
        : board{std::move(options), manager_actions()},
          channel{asterisk, [this](std::string_view privilege, const Packet& event) {
                      board.send_event(privilege, event);
                  }} {
        asterisk.missing_if_not_simulated = true;
        asterisk.begin();
        board.add(channel);
        channel.start("agi_request: async\n\n");
    }

    /// Begins with a command, or ends the one that runs.
    void run(std::string_view reply) {
        if (channel.running().empty()) {
            if (const auto command = channel.take_command()) {
                require(command->line.find('\n') == std::string::npos,
                        "AGI: a command is one line");
            }
        } else {
            channel.finish_command(reply);
        }
    }
    void frame() {
        try {
            static_cast<void>(channel.take_frame());
        } catch (const std::exception&) {  // something is not simulated
        }
    }

    Asterisk asterisk;
    Switchboard board;
    AsyncChannel channel;
};

/// An action that does something, with texts of the input in it.
std::string action_of(Input& input) {
    constexpr std::string_view actions[] = {
        "AGI\r\nCommand: ",
        "AbsoluteTimeout\r\nTimeout: ",
        "ControlPlayback\r\nControl: stop\r\nX: ",
        "PlayDTMF\r\nReceive: true\r\nDigit: ",
        "Hangup\r\nX: ",
        "Redirect\r\nPriority: 1\r\nExten: s\r\nContext: ",
        "Getvar\r\nVariable: ",
        "Setvar\r\nVariable: A\r\nValue: ",
        "Setvar\r\nValue: 1\r\nVariable: ",
        "Status\r\nVariables: ",
        "DBPut\r\nFamily: f\r\nKey: k\r\nVal: ",
        "Events\r\nEventMask: ",
        "Originate\r\nPriority: 1\r\nVariable: ",
        "Challenge\r\nAuthType: ",
        "Logoff\r\nX: ",
    };
    const std::string_view action = actions[input.below(std::size(actions))];
    return std::string{"Action: "}.append(action).append(input.text()) +
           "\r\nChannel: PJSIP/alice-00000001\r\nActionID: 7\r\n\r\n";
}

/// Asterisk and its clients, in any order.
void any_order(Input& input, std::string secret) {
    ManagerOptions options;
    options.secret = std::move(secret);
    constexpr std::string_view classes[] = {"all", "agi", "agi,call,dtmf", "off"};
    options.read = classes[input.below(4)];
    options.write = classes[input.below(4)];
    Front front{options};
    Peer insider{front.board, true};
    Peer outsider{front.board, false};
    while (!input.empty()) {
        switch (input.below(10)) {
            case 0: insider.send(input.text()); break;
            case 1: outsider.send(input.text()); break;
            case 2: outsider.send(action_of(input)); break;
            case 3: front.run(input.text() + '\n'); break;
            case 4: front.frame(); break;
            case 5: front.channel.publish(); break;
            case 6:
                front.board.cut();
                front.run("200 result=0\n");
                require(insider.client->out.empty(), "Switchboard: what is cut is sent nothing");
                require(front.board.logged_in() == 0, "Switchboard: nor is it there");
                [[fallthrough]];
            case 7:
                front.board.disconnect(insider.client);
                front.board.disconnect(outsider.client);
                insider.connect();
                outsider.connect();
                break;
            default: insider.send(action_of(input));
        }
        insider.look();
        outsider.look();
        require(!outsider.client->logged_in, "Switchboard: no login without the secret");
    }
}

}  // namespace

void fuzz::manager(std::string_view bytes) {
    Input input{bytes};
    const unsigned char seed = input.byte();
    if (seed % 2 == 1) return any_order(input, secret_for(bytes));
    const std::string_view rest = input.rest();
    require(read(rest, seed) == read(rest, 0), "ActionReader: the same actions in any pieces");
    const auto all = read(std::string{rest} + "\n\nAction: Next\n\n", seed);
    require(!all.empty() && all.back() == "Action\x01Next\x02",
            "ActionReader: the next action is understood");
}
