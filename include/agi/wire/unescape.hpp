// SPDX-License-Identifier: MIT
#pragma once
// Opt-in. The way back from C escapes, for transcripts.

#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// The opposite of `escaped`; nothing when the text holds an escape that it never writes.
inline std::optional<std::string> unescaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        if (++i == text.size()) return std::nullopt;
        switch (text[i]) {
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case '"': out += '"'; break;
            case '\\': out += '\\'; break;
            case 'x': {
                if (i + 2 >= text.size()) return std::nullopt;
                const int high = hex_digit(text[i + 1]);
                const int low = hex_digit(text[i + 2]);
                if (high < 0 || low < 0) return std::nullopt;
                out += static_cast<char>(high * 16 + low);
                i += 2;
                break;
            }
            default: return std::nullopt;
        }
    }
    return out;
}

}}}  // namespace agi::v0::wire
