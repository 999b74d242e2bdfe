// SPDX-License-Identifier: MIT
#pragma once
// Lines with their content made unreadable, for traces of secret commands.

#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// Which lines of a command a trace must not show.
struct Redaction {
    bool request = false;
    bool reply = false;
};

/// The request with `***` in place of each argument. The command's words are those in capitals.
inline std::string redacted_request(std::string_view line) {
    std::size_t end = 0;
    while (end < line.size() && (line[end] == ' ' || (line[end] >= 'A' && line[end] <= 'Z'))) ++end;
    std::string out{line.substr(0, end)};
    const std::size_t words = count_words(line) - count_words(out);
    while (!out.empty() && out.back() == ' ') out.pop_back();
    for (std::size_t i = 0; i < words; ++i) out += " ***";
    return out;
}

/// The line with `*` in place of each byte of the value in parentheses or, where there is none, of
/// the result of a 200. A line that is no 200 may be part of a value, or of a usage text.
inline std::string redacted_reply(std::string_view line) {
    constexpr std::string_view hangup = "HANGUP";
    constexpr std::string_view head = "200 result=";
    if (line == hangup || line.substr(0, 3) == "511") return std::string{line};
    if (line.substr(0, head.size()) != head) {
        const std::size_t code = line.size() > 4 && (line[3] == ' ' || line[3] == '-') ? 4 : 0;
        return std::string{line.substr(0, code)} + std::string(line.size() - code, '*');
    }
    const std::size_t blank = line.find(' ', head.size());
    const std::string_view tail = blank == std::string_view::npos ? "" : line.substr(blank);
    if (tail.empty() || tail == " (timeout)") {
        const std::size_t result = line.size() - head.size() - tail.size();
        return std::string{head} + std::string(result, '*') + std::string{tail};
    }
    std::string out{line.substr(0, blank)};
    for (const char c : tail) out += c == ' ' || c == '(' || c == ')' ? c : '*';
    return out;
}

}}}  // namespace agi::v0::wire
