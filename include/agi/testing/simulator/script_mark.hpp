// SPDX-License-Identifier: MIT
#pragma once
// Marks of a session, as a script knows them: their text is another one in each session.

#include <agi/testing/words.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline constexpr std::string_view mark_head = "agi-mark-";

/// The text of a mark, by which a session finds out which replies are its own; empty: it is none.
inline std::string_view mark_of(std::string_view line) noexcept {
    constexpr std::string_view head = "GET FULL VARIABLE ";
    if (line.substr(0, head.size()) != head) return {};
    line.remove_prefix(head.size());
    if (!line.empty() && line.front() == '"') line = line.substr(1, line.size() - 2);
    return line.substr(0, mark_head.size()) == mark_head ? line : std::string_view{};
}

/// Whether Asterisk reads the same words in both lines; `***` in the script is any word.
inline bool fits_script(std::string_view script, std::string_view sent) {
    const std::vector<std::string> wanted = words(script);
    const std::vector<std::string> got = words(sent);
    if (wanted.size() != got.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] != got[i] && wanted[i] != "***") return false;
    }
    return true;
}

}}}  // namespace agi::v0::testing::simulator
