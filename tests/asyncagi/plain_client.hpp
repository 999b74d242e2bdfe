// SPDX-License-Identifier: MIT
#pragma once
// A plain client of a simulated manager interface.

#include "catch.hpp"
#include "fastagi/peer.hpp"
#include <agi/testing/simulated_manager.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace asyncagi_tests {

/// Sends actions, and gives out messages as one line each: `Response: Success|Ping: Pong`.
class Client {
  public:
    explicit Client(const agi::testing::SimulatedManager& manager) : peer_{manager.port()} {
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

inline std::string refused(std::string_view why) {
    return "Response: Error|Message: " + std::string{why};
}

}  // namespace asyncagi_tests
