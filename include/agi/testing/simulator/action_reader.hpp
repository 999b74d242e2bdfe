// SPDX-License-Identifier: MIT
#pragma once
// Bytes of a client of the manager interface as actions, read as Asterisk does.

#include <agi/ami/message.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// A bare LF ends a line too. What is too long, or has too many lines, is refused as a whole.
class ActionReader {
  public:
    /// Calls `on_action(message, problem)` for each; `problem`: why it is refused, or empty.
    template <class OnAction>
    void push(std::string_view bytes, const OnAction& on_action) {
        for (const char c : bytes) {
            if (c != '\n') {
                if (line_.size() < kept) line_ += c;
                continue;
            }
            if (!line_.empty() && line_.back() == '\r') line_.pop_back();
            const std::string line = std::exchange(line_, {});
            if (!line.empty()) {
                take(line);
            } else if (lines_ > 0) {
                const ami::Message message = std::exchange(message_, {});
                lines_ = 0;
                on_action(message, std::exchange(problem_, {}));
            }
        }
    }

  private:
    static constexpr std::size_t longest = 1022;
    static constexpr std::size_t kept = longest + 2;  ///< One too many, and a CR.
    static constexpr int most = 128;

    void take(const std::string& line) {
        if (line.size() > longest) problem_ = "Failed to parse message: line too long";
        if (++lines_ > most) problem_ = "Too many lines in message or allocation failure";
        const std::size_t colon = line.find(':');
        if (line.size() > longest || lines_ > most || colon == std::string::npos) return;
        const std::size_t value = line.find_first_not_of(' ', colon + 1);
        message_.add(line.substr(0, colon),
                     value == std::string::npos ? std::string{} : line.substr(value));
    }

    std::string line_;
    int lines_ = 0;
    std::string problem_;
    ami::Message message_;
};

}}}  // namespace agi::v0::testing::simulator
