// SPDX-License-Identifier: MIT
#pragma once
// The environment of AsyncAGI as FastAGI would send it.

#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi {

/// Whether a text that the caller has chosen has a line like that of the first argument.
inline bool has_two_scripts(std::string_view block) noexcept {
    constexpr std::string_view first = "agi_arg_1:";
    int found = 0;
    while (!block.empty()) {
        if (block.substr(0, first.size()) == first) ++found;
        const std::size_t end = block.find('\n');
        block.remove_prefix(end == std::string_view::npos ? block.size() : end + 1);
    }
    return found > 1;
}

/// A block that ends with its empty line and has no other one, with what FastAGI has in front:
///
///     agi_network: yes
///     agi_network_script: pin?account=42
///
/// The script is the first argument of `AGI(agi:async,pin?account=42,x)`; the others move up, so
/// that a handler finds its arguments where FastAGI has them.
///
/// `block`: as decoded. A caller's name with line feeds in it cannot end the block early here: what
/// is no field is left out. Nor can it choose the script: two first arguments are none, as nobody can tell
/// which of them the dialplan has given.
inline std::string environment_block(std::string_view block) {
    constexpr std::string_view argument = "agi_arg_";
    const bool forged = has_two_scripts(block);
    std::string script;
    std::string rest;
    int number = 0;
    while (!block.empty()) {
        const std::string_view line = block.substr(0, block.find('\n'));
        block.remove_prefix(line.size() < block.size() ? line.size() + 1 : line.size());
        if (line.substr(0, 4) != "agi_") continue;
        if (line.substr(0, argument.size()) != argument) {
            rest.append(line).append(1, '\n');
            continue;
        }
        if (forged) continue;
        const std::size_t colon = line.find(": ");
        const std::string_view value =
            colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 2);
        if (++number == 1) {
            script = value;
        } else {
            rest.append(argument).append(std::to_string(number - 1));
            rest.append(": ").append(value).append(1, '\n');
        }
    }
    std::string all = "agi_network: yes\n";
    if (number != 0) all.append("agi_network_script: ").append(script).append(1, '\n');
    return all.append(rest).append(1, '\n');
}

}}}  // namespace agi::v0::asyncagi
