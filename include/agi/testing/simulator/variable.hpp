// SPDX-License-Identifier: MIT
#pragma once
// Variables and the database, for a simulated call.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/testing/simulator/astdb.hpp>
#include <agi/testing/simulator/functions.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline Answer get_variable(Call& call, const Words& words) {
    constexpr std::size_t longest = 1023;
    const auto found = find_value(call, words[2]);
    return found ? value(found->substr(0, longest)) : result(0);
}

/// What an expression is on another channel, which has its own variables and its own name.
inline std::string evaluated_on(Call& call, const std::string& name, OtherChannel& other,
                                std::string_view text) {
    std::string own_name = std::exchange(call.entry("agi_channel"), name);
    std::swap(call.channel.variables, other.variables);
    std::string found = evaluated(call, text);
    std::swap(call.channel.variables, other.variables);
    call.entry("agi_channel") = std::move(own_name);
    return found;
}

inline Answer get_full_variable(Call& call, const Words& words) {
    if (words.size() < 5 || words[4] == call.entry("agi_channel")) {
        return value(evaluated(call, words[3]));
    }
    const auto other = call.other_channels.find(words[4]);
    if (other == call.other_channels.end()) return result(0);
    return value(evaluated_on(call, other->first, other->second, words[3]));
}

inline Answer set_variable(Call& call, const Words& words) {
    if (counts_arguments_of_set(call.version) && words.size() != 4) return usage();
    set_value(call, words[2], words.size() > 3 ? words[3] : std::string{});
    return result(1);
}

inline std::string database_path(const Words& words) { return '/' + words[2] + '/' + words[3]; }

inline Answer database_get(Call& call, const Words& words) {
    const auto found = call.database.find(database_path(words));
    return found != call.database.end() ? value(found->second) : result(0);
}

inline Answer database_put(Call& call, const Words& words) {
    if (!database_name_fits(call, database_path(words))) return result(0);
    call.database[database_path(words)] = words[4];
    return result(1);
}

inline Answer database_del(Call& call, const Words& words) {
    if (!database_name_fits(call, database_path(words))) return result(0);
    const bool there = call.database.erase(database_path(words)) == 1;
    return result(there || deletes_missing_keys(call.version) ? 1 : 0);
}

/// The result is the wrong way round: 0 when something was deleted.
inline Answer database_deltree(Call& call, const Words& words) {
    const bool deleted = delete_tree(call, words[2], words.size() > 3 ? words[3] : std::string{});
    return result(deleted ? 0 : 1);
}

}}}  // namespace agi::v0::testing::simulator
