// SPDX-License-Identifier: MIT
#pragma once
// C escapes, for messages and transcripts. Never for the wire, which knows only \\ and \".

#include <agi/version.hpp>
#include <agi/wire/joined.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// The text with the escapes of C, the hexadecimal ones always of two digits, in place of bytes that
/// a terminal or a quoted string could not show. Bytes from 0x80 are escaped too: the charset is unknown.
inline std::string escaped(std::string_view text) {
    constexpr const char* hex = "0123456789abcdef";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
        if (!plain) out += '\\';
        switch (c) {
            case '\n': out += 'n'; break;
            case '\r': out += 'r'; break;
            case '\t': out += 't'; break;
            case '"':
            case '\\': out += c; break;
            default:
                if (plain) {
                    out += c;
                } else {
                    out += 'x';
                    out += hex[byte >> 4U];
                    out += hex[byte & 15U];
                }
        }
    }
    return out;
}

/// `escaped`, in double quotes, cut after about `limit` bytes. What error messages show of a value.
inline std::string shown(std::string_view text, std::size_t limit = 200) {
    const std::string out = escaped(text.substr(0, limit));
    if (text.size() <= limit) return joined({"\"", out, "\""});
    return joined({"\"", out, "...\" (", std::to_string(text.size()), " bytes)"});
}

/// The value of a hexadecimal digit, or -1.
constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}}}  // namespace agi::v0::wire
