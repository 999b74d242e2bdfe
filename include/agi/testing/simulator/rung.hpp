// SPDX-License-Identifier: MIT
#pragma once
// One rung of the ladder that shows a call.

#include <agi/testing/timeline.hpp>
#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// `  12.345`: seconds since the call began, always as wide: a long call has fewer decimals.
inline std::string shown_time(std::chrono::milliseconds time) {
    constexpr std::size_t width = 8;
    if (time >= Timeline::never) return "for ever";
    char text[32];
    std::snprintf(text, sizeof text, "%4lld.%03d", static_cast<long long>(time.count() / 1000),
                  static_cast<int>(time.count() % 1000));
    return std::string{text}.substr(0, width);
}

/// A line with its bytes shown, but quotes as they are.
inline std::string shown_line(std::string_view text) {
    std::string out;
    for (const char& c : text) {
        if (c == '"' || c == '\\') {
            out += c;
        } else {
            out += wire::escaped({&c, 1});
        }
    }
    return out;
}

/// Whether a reply says that something went wrong.
inline bool is_bad(std::string_view reply) {
    return reply.substr(0, 1) == "5" || reply.substr(0, 12) == "200 result=-";
}

/// One rung: an arrow with a text on it, left of Asterisk or right of it.
inline std::string rung(std::string text, bool to_the_right, std::size_t width) {
    constexpr std::size_t ends = 6;
    if (text.size() + ends > width) text = text.substr(0, width - ends - 3) + "...";
    const std::string line(width - ends - text.size(), '-');
    if (to_the_right) return "--- " + text + ' ' + line + '>';
    return '<' + line + ' ' + text + " ---";
}

}}}  // namespace agi::v0::testing::simulator
