// SPDX-License-Identifier: MIT
#pragma once
// Bytes of a manager connection without its secrets, for a trace.

#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ami {

/// The text with `***` in place of the values of the headers Secret and Key.
inline std::string redacted(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
        text.remove_prefix(line.size());
        bool hidden = false;
        for (const std::string_view name : {"Secret: ", "Key: "}) {
            if (line.substr(0, name.size()) != name) continue;
            out.append(name).append("***\r\n");
            hidden = true;
        }
        if (!hidden) out.append(line);
    }
    return out;
}

}}}  // namespace agi::v0::ami
