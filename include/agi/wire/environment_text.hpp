// SPDX-License-Identifier: MIT
#pragma once
// The lines of an environment, as they are kept.

#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// An environment stays as long as its call, and half of what Asterisk sends are the names. So a line
/// `name: value` with a name that Asterisk is known to send is kept as one byte and the value, as long
/// as the names come in the order of Asterisk's.
class EnvironmentText {
  public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };

    /// `next`: the number of the name that may come next, 0 at first.
    void append(std::string_view line, unsigned& next) {
        const std::size_t colon = line.find(':');
        const unsigned known =
            line.substr(colon + 1, 1) == " " ? number(line.substr(0, colon), next) : count;
        if (known < count) {
            next = known + 1;
            text_.append(1, static_cast<char>(first + known)).append(line.substr(colon + 2));
        } else {
            if (!line.empty() && is_mark(line.front())) text_.append(1, as_it_is);
            text_.append(line);
        }
        text_.append(1, '\n');
    }

    [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
    /// What is kept: lines that `next` reads.
    [[nodiscard]] std::string_view kept() const noexcept { return text_; }
    void shrink_to_fit() { text_.shrink_to_fit(); }

    /// Takes the next line off `rest`. The name is empty when the line holds no field.
    static Field next(std::string_view& rest) noexcept {
        const Field line = next_line(rest);
        return line.name.empty() ? field(line.value) : line;
    }

    /// The lines as they came, each with its LF.
    [[nodiscard]] std::string raw() const {
        std::string text;
        for (std::string_view rest = text_; !rest.empty();) {
            const Field line = next_line(rest);
            if (!line.name.empty()) text.append(line.name).append(": ");
            text.append(line.value).append(1, '\n');
        }
        return text;
    }

    /// For a peer that ends its lines with CRLF.
    void drop_carriage_returns() {
        std::size_t to = 0;
        for (std::size_t at = 0; at < text_.size(); ++at) {
            const bool ends = text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n';
            if (!ends) text_[to++] = text_[at];
        }
        text_.resize(to);
    }

  private:
    static constexpr std::string_view names[] = {
        "agi_network",     "agi_network_script", "agi_request",     "agi_channel",
        "agi_language",    "agi_type",           "agi_uniqueid",    "agi_version",
        "agi_callerid",    "agi_calleridname",   "agi_callingpres", "agi_callingani2",
        "agi_callington",  "agi_callingtns",     "agi_dnid",        "agi_rdnis",
        "agi_context",     "agi_extension",      "agi_priority",    "agi_enhanced",
        "agi_accountcode", "agi_threadid"};
    static constexpr unsigned count = sizeof names / sizeof names[0];
    static constexpr unsigned first = 0x80;   // the byte of names[0]
    static constexpr char as_it_is = '\xff';  // before a line that begins like one with such a byte

    static bool is_mark(char c) noexcept { return static_cast<unsigned char>(c) >= first; }

    static unsigned number(std::string_view name, unsigned known) noexcept {
        while (known < count && names[known] != name) ++known;
        return known;
    }

    /// One of the known names and its value, or a line as it came and no name.
    static Field next_line(std::string_view& rest) noexcept {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(line.size() < rest.size() ? line.size() + 1 : line.size());
        if (line.empty() || !is_mark(line.front())) return {{}, line};
        if (line.front() == as_it_is) return {{}, line.substr(1)};
        return {names[static_cast<unsigned char>(line.front()) - first], line.substr(1)};
    }

    static Field field(std::string_view line) noexcept {
        // A name of Asterisk's has no colon. The blank behind it may have been lost on the way.
        const bool asterisks = line.substr(0, 4) == "agi_";
        const std::size_t end = line.find(asterisks ? ":" : ": ");
        if (end != std::string_view::npos) {
            const bool blank = line.substr(end + 1, 1) == " ";
            return {line.substr(0, end), line.substr(end + (blank ? 2 : 1))};
        }
        // An empty value whose blank was trimmed on the way.
        if (!line.empty() && line.back() == ':') return {line.substr(0, line.size() - 1), {}};
        return {};
    }

    std::string text_{};
};

}}}  // namespace agi::v0::wire
