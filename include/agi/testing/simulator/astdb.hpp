// SPDX-License-Identifier: MIT
#pragma once
// AstDB, the database of Asterisk.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <iterator>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Whether SQL's LIKE finds the pattern at the beginning of the text: `%` is any text, `_` any
/// byte, and case does not count.
inline bool like_prefix(std::string_view pattern, std::string_view text) {
    while (!pattern.empty()) {
        if (pattern.front() == '%') {
            for (std::size_t i = 0; i <= text.size(); ++i) {
                if (like_prefix(pattern.substr(1), text.substr(i))) return true;
            }
            return false;
        }
        if (text.empty()) return false;
        const bool same = pattern.front() == '_' ||
                          wire::ascii_lower(pattern.front()) == wire::ascii_lower(text.front());
        if (!same) return false;
        pattern.remove_prefix(1);
        text.remove_prefix(1);
    }
    return true;
}

inline bool database_name_fits(const Call& call, const std::string& path) {
    constexpr std::size_t limit = 255;
    return takes_long_keys(call.version) || path.size() <= limit;
}

/// Deletes a tree; whether there was anything in it.
inline bool delete_tree(Call& call, const std::string& family, const std::string& keytree) {
    std::string prefix;
    if (!family.empty()) prefix = '/' + family + (keytree.empty() ? "" : '/' + keytree) + '/';
    bool deleted = false;
    for (auto entry = call.database.begin(); entry != call.database.end();) {
        const bool inside = like_prefix(prefix, entry->first + '/');
        entry = inside ? call.database.erase(entry) : std::next(entry);
        deleted = deleted || inside;
    }
    return deleted;
}

}}}  // namespace agi::v0::testing::simulator
