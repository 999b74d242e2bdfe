// SPDX-License-Identifier: MIT
#pragma once
// Percent-encoding, as FastAGI queries and the dialplan's URIENCODE have it.

#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// The text with each `%XX` replaced by its byte. A `+` stays a plus, as telephone numbers have
/// them; a `%` without two hexadecimal digits stays as it is.
inline std::string percent_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
            hex_digit(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

/// The text with `%XX` in place of every byte but letters, digits and `-_.~`.
inline std::string percent_encoded(std::string_view text) {
    constexpr const char* hex = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
    }
    return out;
}

}}}  // namespace agi::v0::wire
