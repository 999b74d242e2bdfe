// SPDX-License-Identifier: MIT
// Any bytes from a manager interface: messages, logins, answers.

#include "fuzz.hpp"
#include <agi/ami/conversation.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace {

using agi::ami::Action;
using agi::ami::Conversation;
using agi::ami::Message;
using agi::ami::MessageLimits;
using agi::ami::MessageReader;
using agi::ami::Response;
using fuzz::require;

std::string shown(const Message& message) {
    std::string text;
    message.for_each([&](std::string_view name, std::string_view value) {
        text.append(name).append("\x01").append(value).append("\x02");
    });
    return message.truncated() ? text + '!' : text;
}

/// All messages of the bytes, which come in pieces.
std::vector<std::string> read(std::string_view bytes, unsigned char seed, MessageLimits limits) {
    std::vector<std::string> all;
    fuzz::Pieces pieces{seed};
    MessageReader reader{limits};
    while (!bytes.empty()) {
        const std::size_t size = pieces.next(bytes.size());
        reader.push(
            bytes.substr(0, size),
            [&](std::string_view banner) {
                require(all.empty(), "MessageReader: one banner, and first");
                require(banner.size() <= limits.line, "MessageReader: the limit of the banner");
                all.emplace_back(banner);
            },
            [&](const Message& message) {
                std::size_t total = 0;
                message.for_each([&](std::string_view name, std::string_view value) {
                    total += name.size() + value.size();
                    require(name.size() + value.size() <= limits.line + 8,
                            "MessageReader: the limit of a line");
                });
                require(message.size() <= limits.headers, "MessageReader: the limit of headers");
                require(total <= limits.total, "MessageReader: the limit of a message");
                require(!message.empty(), "MessageReader: a message has a header");
                all.push_back(shown(message));
            });
        bytes.remove_prefix(size);
    }
    return all;
}

}  // namespace

void fuzz::ami(std::string_view bytes) {
    Input input{bytes};
    const unsigned char seed = input.byte();
    MessageLimits limits;
    constexpr std::size_t lines[] = {MessageLimits{}.line, 10, 100};
    limits.line = lines[input.below(3)];
    if (input.flag()) limits.headers = 1 + input.below(4);
    if (input.flag()) limits.total = 10 + input.byte();
    const std::size_t actions = input.below(4);
    const bool plain = input.flag();
    const std::string_view rest = input.rest();

    require(read(rest, seed, limits) == read(rest, 0, limits),
            "MessageReader: the same messages in any pieces");
    // What follows the end of a message, or of raw output, is understood.
    std::string and_next{rest};
    and_next += "\r\n\r\n--END COMMAND--\r\n\r\nEvent: Next\r\n\r\n";
    const auto all = read(and_next, seed, MessageLimits{});
    require(!all.empty() && all.back() == "Event\x01Next\x02",
            "MessageReader: the next message is understood");

    std::vector<int> done(actions, 0);
    Conversation talk{{"user", "secret", "on", plain}, limits, "agi-"};
    bool sent = false;
    const auto send_all = [&] {
        if (sent) return;
        sent = true;
        for (int& count : done) talk.send(Action{"Ping"}, [&count](const Response&) { ++count; });
    };
    talk.on_state([&](Conversation::State state) {
        if (state == Conversation::State::ready) send_all();
    });
    fuzz::Pieces pieces{seed};
    for (std::string_view left = rest; !left.empty();) {
        const std::size_t size = pieces.next(left.size());
        talk.receive(left.substr(0, size));
        left.remove_prefix(size);
    }
    if (talk.state() != Conversation::State::ready) send_all();
    talk.close();
    require(talk.pending() == 0, "Conversation: nothing is pending after the end");
    require(std::all_of(done.begin(), done.end(), [](int count) { return count == 1; }),
            "Conversation: each action has one answer");

    // A text gets into a header whole, or not at all.
    try {
        const std::string text = Action{"X"}.set("Name", rest).text("1");
        require(text == "Action: X\r\nName: " + std::string{rest} + "\r\nActionID: 1\r\n\r\n",
                "Action: the value as it is");
        require(rest.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos,
                "Action: no other line");
    } catch (const agi::AGIArgumentError&) {
        require(!rest.empty(), "Action: an empty value can be sent");
    }
}
