// SPDX-License-Identifier: MIT
#pragma once
// A message from Asterisk's manager interface: a response or an event.

#include <agi/version.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ami {

/// Whether two names of headers are the same one: Asterisk is not consistent in their case.
inline bool same_name(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [&](char x, char y) { return lower(x) == lower(y); });
}

/// Headers in the order in which they came. A name may be there several times.
class Message {
  public:
    Message() = default;
    /// For tests, and for programs that make up their own.
    Message(std::initializer_list<std::pair<std::string, std::string>> headers)
        : headers_{headers} {}

    void add(std::string_view name, std::string_view value) { headers_.emplace_back(name, value); }

    /// The first value of that name, in any case of letters.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const auto& header : headers_) {
            if (same_name(header.first, name)) return header.second;
        }
        return std::nullopt;
    }
    /// The same; empty where there is none.
    [[nodiscard]] std::string_view operator[](std::string_view name) const noexcept {
        return find(name).value_or(std::string_view{});
    }
    /// All values of a name, as of `Output` and `ChanVariable`.
    [[nodiscard]] std::vector<std::string_view> all(std::string_view name) const {
        std::vector<std::string_view> values;
        for (const auto& header : headers_) {
            if (same_name(header.first, name)) values.emplace_back(header.second);
        }
        return values;
    }

    /// The name of the event; empty for a response.
    [[nodiscard]] std::string_view event() const noexcept { return (*this)["Event"]; }
    [[nodiscard]] bool is(std::string_view event_name) const noexcept {
        return same_name(event(), event_name);
    }
    [[nodiscard]] std::string_view action_id() const noexcept { return (*this)["ActionID"]; }

    /// What the console command of the action `Command` has printed, each line with its LF.
    [[nodiscard]] std::string output() const {
        std::string text;
        for (const std::string_view line : all("Output")) text.append(line).append(1, '\n');
        return text;
    }

    /// Calls `visit(name, value)` for every header.
    template <class Visitor>
    void for_each(Visitor&& visit) const {
        for (const auto& header : headers_) {
            visit(std::string_view{header.first}, std::string_view{header.second});
        }
    }
    [[nodiscard]] std::size_t size() const noexcept { return headers_.size(); }
    [[nodiscard]] bool empty() const noexcept { return headers_.empty(); }

    /// Whether a part was over the reader's limits, and is lost.
    [[nodiscard]] bool truncated() const noexcept { return truncated_; }
    void truncated(bool lost) noexcept { truncated_ = lost; }

  private:
    std::vector<std::pair<std::string, std::string>> headers_;
    bool truncated_ = false;
};

/// The answer to an action.
struct Response {
    Message message{};            ///< Empty where none came.
    std::vector<Message> list{};  ///< The events of an action that answers with a list.
    /// The connection ended before the answer: what Asterisk did is not known.
    bool lost = false;

    [[nodiscard]] bool success() const noexcept {
        const std::string_view response = message["Response"];
        return !lost && !response.empty() && !same_name(response, "Error");
    }
    /// What Asterisk says of it, in its words.
    [[nodiscard]] std::string_view text() const noexcept {
        return lost ? std::string_view{"the connection ended before the answer"}
                    : message["Message"];
    }
};

}}}  // namespace agi::v0::ami
