// SPDX-License-Identifier: MIT
#pragma once
// The agi_* block of a simulated call.

#include <agi/testing/call.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// What follows the host in the URL, if the environment does not say it itself.
inline std::string network_script(const Call& call) {
    for (const auto& line : call.environment) {
        if (line.first == "agi_network_script") return {};
    }
    const std::string url = call.entry("agi_request");
    const std::size_t host = url.find("://");
    if (host == std::string::npos) return {};
    const std::size_t slash = url.find('/', host + 3);
    return slash == std::string::npos ? std::string{} : url.substr(slash + 1);
}

/// Calls `take(line)` for each, without the empty one at the end.
template <class Take>
void environment_lines(const Call& call, const Take& take) {
    std::string line;
    const auto say = [&](std::string_view name, std::string_view text) {
        line.assign(name).append(": ").append(text);
        take(line);
    };
    if (call.network) {
        say("agi_network", "yes");
        const std::string script = network_script(call);
        if (!script.empty()) say("agi_network_script", script);
    }
    for (const auto& [name, text] : call.environment) {
        const bool caller_id = name == "agi_callerid" || name == "agi_calleridname";
        say(name, caller_id && text.empty() ? "unknown" : text);
    }
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        say("agi_arg_" + std::to_string(i + 1), call.arguments[i]);
    }
}

}}}  // namespace agi::v0::testing::simulator
