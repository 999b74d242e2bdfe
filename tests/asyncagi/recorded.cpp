// SPDX-License-Identifier: MIT
// What clients of a simulated manager interface see, beside what was recorded of Asterisk 16 and 22.

#include "catch.hpp"
#include "fastagi/peer.hpp"
#include <agi/ami/message_reader.hpp>
#include <agi/testing/simulated_manager.hpp>
#include <agi/wire/percent.hpp>
#include <agi/wire/unescape.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;
using agi::ami::Message;
using agi::testing::Asterisk;
using agi::testing::SimulatedManager;

namespace {

struct Line {
    bool sent = false;
    Message message;
};

/// The messages of a recording.
std::vector<Line> recorded(const std::filesystem::path& path) {
    std::ifstream file{path};
    REQUIRE(file);
    std::vector<Line> all;
    Line now;
    for (std::string line; std::getline(file, line);) {
        if (line.size() < 3 || (line[0] != '<' && line[0] != '>')) continue;
        now.sent = line[0] == '>';
        std::string text = agi::wire::unescaped(line.substr(3)).value_or("");
        text.erase(text.find_last_not_of("\r\n") + 1);
        const std::size_t colon = text.find(": ");
        if (colon != std::string::npos) {
            now.message.add(text.substr(0, colon), text.substr(colon + 2));
        } else if (text.empty()) {
            all.push_back(std::exchange(now, {}));
        }
    }
    return all;
}

bool is_compared(const Message& message) {
    static const std::set<std::string, std::less<>> names{
        "AsyncAGIStart", "AsyncAGIExec", "AsyncAGIEnd", "AGIExecStart", "AGIExecEnd"};
    return names.count(message.event()) != 0;
}

/// In one line, without what differs from call to call.
std::string shown(const Message& message) {
    static const std::set<std::string, std::less<>> random{"ConnectedLineNum", "ConnectedLineName",
                                                           "Linkedid", "ActionID"};
    std::string text;
    const bool own_id = message.event().substr(0, 7) == "AGIExec";
    message.for_each([&](std::string_view name, std::string_view value) {
        std::string all{value};
        if (random.count(name) != 0 || (own_id && name == "CommandId")) all = "*";
        if (name == "Result" && value.substr(0, 3) == "520") all = "520";
        if (name == "Env") {
            all = agi::wire::percent_decoded(value);
            const std::size_t thread = all.find("agi_threadid: ");
            all.erase(thread, all.find('\n', thread) - thread);
        }
        text.append(name).append(": ").append(all).append("; ");
    });
    return text;
}

/// A plain client.
class Client {
  public:
    explicit Client(std::uint16_t port) : peer_{port} {
        send("Action: Login\r\nUsername: ivr\r\nSecret: secret\r\n\r\n");
        CHECK(response()["Message"] == "Authentication accepted");
    }
    void send(std::string_view text) { peer_.send(text); }
    void send(const Message& action) {
        std::string text;
        action.for_each([&](std::string_view name, std::string_view value) {
            text.append(name).append(": ").append(value).append("\r\n");
        });
        send(text + "\r\n");
    }
    Message response() {
        while (responses_.empty()) read();
        Message first = std::move(responses_.front());
        responses_.erase(responses_.begin());
        return first;
    }
    void wait_for_events(std::size_t count) {
        while (events.size() < count) read();
    }
    std::vector<std::string> events;

  private:
    void read() {
        std::string line = peer_.line();
        if (line.front() == '(') throw std::runtime_error{line};
        reader_.push(
            line + '\n', [](std::string_view) {},
            [this](const Message& message) {
                if (message.event().empty()) responses_.push_back(message);
                if (is_compared(message)) events.push_back(shown(message));
            });
    }
    fastagi_tests::Peer peer_;
    agi::ami::MessageReader reader_;
    std::vector<Message> responses_;
};

/// The call of a recording.
Asterisk asterisk_of(const Message& start) {
    const std::string env = agi::wire::percent_decoded(start["Env"]);
    Asterisk asterisk;
    asterisk.environment.clear();
    std::size_t from = 0;
    for (std::size_t end = 0; (end = env.find('\n', from)) != std::string::npos; from = end + 1) {
        const std::string line = env.substr(from, end - from);
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos) continue;
        const std::string value = line.substr(colon + 2);
        if (line.compare(0, 8, "agi_arg_") == 0) {
            asterisk.arguments.push_back(value);
        } else {
            asterisk.entry(line.substr(0, colon)) = value;
        }
    }
    asterisk.version = agi::ServerVersion{std::string_view{asterisk.entry("agi_version")}};
    asterisk.channel.answered = start["ChannelState"] == "6";
    asterisk.channel.sounds = {{"beep", 440ms}};
    return asterisk;
}

}  // namespace

TEST_CASE("SimulatedManager: the recorded calls of 16 and 22 are made again") {
    const std::string name = GENERATE(
        "16-asyncagi", "16-asyncagi-args", "16-asyncagi-hangup-command", "16-asyncagi-hangup-idle",
        "16-asyncagi-hangup-self", "22-asyncagi-args", "22-asyncagi-hangup-command",
        "22-asyncagi-hangup-idle", "22-asyncagi-hangup-self");
    CAPTURE(name);
    const std::vector<Line> lines =
        recorded(std::filesystem::path{AGI_TEST_DATA} / "transcripts" / (name + ".log"));
    const auto start = std::find_if(lines.begin(), lines.end(), [](const Line& line) {
        return line.message.is("AsyncAGIStart");
    });
    REQUIRE(start != lines.end());

    SimulatedManager manager;
    Client client{manager.port()};
    Asterisk asterisk = asterisk_of(start->message);
    const bool in_command = name.find("hangup-command") != std::string::npos;
    if (in_command) asterisk.channel.caller.during_command(1).hang_up();
    const auto call = manager.call(asterisk);
    std::vector<std::string> wanted;
    std::vector<std::string> asked;  // what was said of the AGI actions
    for (auto line = start; line != lines.end(); ++line) {
        if (!line->sent) {
            if (is_compared(line->message)) wanted.push_back(shown(line->message));
            continue;
        }
        client.wait_for_events(wanted.size());
        if (line->message["Action"] == "Hangup") {
            if (!in_command) call.hang_up();
            continue;
        }
        client.send(line->message);
        const auto answer = std::find_if(line, lines.end(), [&](const Line& other) {
            return !other.sent && other.message.action_id() == line->message.action_id();
        });
        REQUIRE(answer != lines.end());
        CHECK(shown(client.response()) == shown(answer->message));
    }
    client.wait_for_events(wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(client.events.at(i) == wanted[i]);
}
