// SPDX-License-Identifier: MIT
#pragma once
// What a simulated Asterisk says of a command that it does not run.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/commands.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The lines of a 520.
inline std::string usage_of(const Call& call, std::string_view verb) {
    if (!call.documented) return "520 Invalid command syntax.  Proper usage not available.";
    std::string text = "520-Invalid command syntax.  Proper usage follows:\n Usage: ";
    text += verb;
    if (!call.version.glues_end_of_usage()) text += '\n';
    return text + "520 End of proper usage.";
}

/// Why it is not run with these words; empty: it is.
inline std::string refusal(const Call& call, const Command& command, const Words& all) {
    if (call.channel.hung_up() && !command.works_dead) {
        return names_interception(call.version)
                   ? "511 Command Not Permitted on a dead channel or intercept routine"
                   : "511 Command Not Permitted on a dead channel";
    }
    const bool counts = all.size() >= command.least && all.size() <= command.most;
    return counts ? std::string{} : usage_of(call, command.verb);
}

}}}  // namespace agi::v0::testing::simulator
