// SPDX-License-Identifier: MIT
#pragma once
// HASH() of the dialplan: values that have a name and a key.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline bool is_of_hash(std::string_view entry, std::string_view hash) {
    return entry.size() > hash.size() && entry.substr(0, hash.size()) == hash &&
           entry[hash.size()] == ',';
}

/// HASHKEYS(hash), or the values: of what was set last first.
inline std::string hash_list(const Call& call, const std::string& hash, bool keys) {
    std::string out;
    bool first = true;
    for (auto entry = call.hashes.rbegin(); entry != call.hashes.rend(); ++entry) {
        if (!is_of_hash(entry->first, hash)) continue;
        if (!first) out += ',';
        first = false;
        out += keys ? entry->first.substr(hash.size() + 1) : entry->second;
    }
    return out;
}

/// The keys that were listed last: what is set without a key is set to these.
constexpr const char* listed_keys = "~ODBCFIELDS~";

/// HASH(hash,key), or all values of HASH(hash).
inline std::string hash_value(Call& call, const std::string& argument) {
    if (argument.empty()) return {};
    if (argument.find(',') == std::string::npos) {
        call.channel.variables[listed_keys] = hash_list(call, argument, true);
        return hash_list(call, argument, false);
    }
    for (const auto& [entry, value] : call.hashes) {
        if (entry == argument) return value;
    }
    return {};
}

inline void set_hash_value(Call& call, const std::string& argument, const std::string& value);

inline void set_listed_keys(Call& call, const std::string& hash, const std::string& value) {
    const auto listed = call.channel.variables.find(listed_keys);
    if (listed == call.channel.variables.end()) return;
    const auto values = arguments_of(value);
    std::size_t next = 0;
    for (const std::string& key : arguments_of(listed->second)) {
        std::string name = hash;
        name.append(1, ',').append(key);
        set_hash_value(call, name, next < values.size() ? values[next] : "");
        ++next;
    }
}

inline void set_hash_value(Call& call, const std::string& argument, const std::string& value) {
    if (argument.find(',') == std::string::npos) return set_listed_keys(call, argument, value);
    auto& all = call.hashes;
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](const auto& entry) { return entry.first == argument; }),
              all.end());
    all.emplace_back(argument, value);
}

inline void clear_hash(Call& call, const std::string& hash) {
    auto& all = call.hashes;
    all.erase(std::remove_if(all.begin(), all.end(),
                             [&](const auto& entry) { return is_of_hash(entry.first, hash); }),
              all.end());
}

}}}  // namespace agi::v0::testing::simulator
