// SPDX-License-Identifier: MIT
#pragma once
// What a dead channel says to a line, where nobody has to be asked for it.

#include <agi/asyncagi/result.hpp>
#include <agi/asyncagi/stopping.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi {

inline constexpr std::string_view hangup_line = "HANGUP\n";
inline constexpr std::string_view dead_reply = "511 Command Not Permitted on a dead channel\n";

/// The reply with its LF: that of FastAGI to NOOP and to a mark, and 511 to the rest.
inline std::string answer_of_dead_channel(std::string_view line) {
    if (wire::is_command(line, "NOOP")) return std::string{JoinedResult::reply_to_noop};
    if (wire::is_command(line, "GET FULL VARIABLE")) {
        const std::string text = word_of(line, 3);  // a mark, most likely
        if (!text.empty() && text.find('$') == std::string::npos) {
            return "200 result=1 (" + text + ")\n";
        }
    }
    return std::string{dead_reply};
}

}}}  // namespace agi::v0::asyncagi
