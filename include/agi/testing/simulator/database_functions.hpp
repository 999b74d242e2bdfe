// SPDX-License-Identifier: MIT
#pragma once
// The database as functions of the dialplan have it: DB(), DB_EXISTS(), DB_DELETE(), DB_KEYS(), DB_KEYCOUNT().

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/version.hpp>

#include <set>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline MaybeText read_database_function(Call& call, std::string_view function,
                                        const std::string& argument) {
    if (argument.find('/') == std::string::npos) return std::nullopt;  // no family, or no key
    const auto entry = call.database.find('/' + argument);
    const bool there = entry != call.database.end();
    if (function == "DB_EXISTS") return there ? "1" : "0";
    if (!there) return "";
    std::string value = entry->second;
    if (function == "DB_DELETE") call.database.erase(entry);
    return value;
}

/// DB_KEYS and DB_KEYCOUNT: what is right under a prefix, and how many entries there are.
inline std::string database_keys(const Call& call, const std::string& prefix, bool count) {
    const std::string begin = prefix.empty() ? "/" : '/' + prefix + '/';
    std::set<std::string> keys;
    std::size_t entries = 0;
    for (const auto& [path, value] : call.database) {
        if (path.compare(0, begin.size(), begin) != 0) continue;
        ++entries;
        keys.insert(path.substr(begin.size(), path.find('/', begin.size()) - begin.size()));
    }
    if (count) return std::to_string(entries);
    std::string out;
    for (const std::string& key : keys) (out += out.empty() ? "" : ",") += key;
    return out;
}

}}}  // namespace agi::v0::testing::simulator
