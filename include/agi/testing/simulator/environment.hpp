// SPDX-License-Identifier: MIT
#pragma once
// The agi_* block of a simulated call.

#include <agi/testing/call.hpp>
#include <agi/version.hpp>

#include <string>
#include <vector>

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

/// The lines, without the empty one at the end.
inline std::vector<std::string> environment_lines(const Call& call) {
    std::vector<std::string> lines;
    if (call.network) {
        lines.emplace_back("agi_network: yes");
        const std::string script = network_script(call);
        if (!script.empty()) lines.push_back("agi_network_script: " + script);
    }
    for (const auto& [name, text] : call.environment) {
        const bool caller_id = name == "agi_callerid" || name == "agi_calleridname";
        lines.push_back(name + ": " + (caller_id && text.empty() ? "unknown" : text));
    }
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        lines.push_back("agi_arg_" + std::to_string(i + 1) + ": " + call.arguments[i]);
    }
    return lines;
}

}}}  // namespace agi::v0::testing::simulator
