// SPDX-License-Identifier: MIT
#pragma once
// What is the version of an Asterisk, and what is not.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/server_version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing {

/// Refuses versions that are none: `22`, `22.10.1`, `1.8.32`, `20.7-cert2`, `certified/18.9-cert1`.
///
/// @throws AGIArgumentError  it is none
inline void check_version(const std::string& text) {
    constexpr int newest = 50;  // what is behind it is a mistake
    constexpr std::string_view certified = "certified/";
    std::string_view number{text};
    if (number.substr(0, certified.size()) == certified) number.remove_prefix(certified.size());
    const std::size_t digits = number.find_first_not_of("0123456789.");
    const bool begins = !number.empty() && number.front() >= '1' && number.front() <= '9';
    const bool ends = digits == std::string_view::npos ||
                      std::string_view{"-~+"}.find(number[digits]) != std::string_view::npos;
    if (!begins || !ends || ServerVersion{number}.major_number() > newest) {
        throw AGIArgumentError("an Asterisk is 22.10.1 or 16.28.0: not \"" + text + '"');
    }
}

}}}  // namespace agi::v0::testing
