// SPDX-License-Identifier: MIT
#pragma once
// Bytes of a manager connection without its secrets, for a trace.

#include <agi/ami/action.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ami {

/// The text of actions with `***` in place of the values of the headers Secret and Key.
inline std::string redacted(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
        text.remove_prefix(line.size());
        const std::string_view name = line.substr(0, line.find(':'));
        if (is_secret(name)) {
            out.append(name).append(": ***\r\n");
        } else {
            out.append(line);
        }
    }
    return out;
}

}}}  // namespace agi::v0::ami
