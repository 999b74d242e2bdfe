// SPDX-License-Identifier: MIT
#pragma once
// The arguments of an application or a function of the dialplan.

#include <agi/version.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// What an application or a function says. Nothing: it fails.
using MaybeText = std::optional<std::string>;

/// Takes an argument off the front, as applications and functions do: a delimiter in quotes or
/// parentheses does not count, and quotes and backslashes are removed.
inline std::string take_argument(std::string_view& rest, char delimiter) {
    std::string out;
    int open = 0;
    bool quoted = false;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == delimiter && !quoted && open == 0) break;
        if (c == '(' || c == '[') ++open;
        if ((c == ')' || c == ']') && open > 0) --open;
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\') {
            if (rest.empty()) break;
            out += rest.front();
            rest.remove_prefix(1);
        } else {
            out += c;
        }
    }
    return out;
}

/// The same with all its quotes and backslashes.
inline std::string_view take_raw_argument(std::string_view& rest) {
    const std::string_view all = rest;
    take_argument(rest, ',');
    std::string_view taken = all.substr(0, all.size() - rest.size());
    const bool more = !rest.empty() || (!taken.empty() && taken.back() == ',');
    if (more && !taken.empty()) taken.remove_suffix(1);
    return taken;
}

/// All of them, at least that many.
inline std::vector<std::string> arguments_of(std::string_view text, std::size_t least = 1) {
    std::vector<std::string> all;
    while (!text.empty()) all.push_back(take_argument(text, ','));
    if (all.size() < least) all.resize(least);
    return all;
}

}}}  // namespace agi::v0::testing::simulator
