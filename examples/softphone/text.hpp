// SPDX-License-Identifier: MIT
// Text for a terminal: nothing in it but what can be seen, and lines that fit.
#pragma once

#include <agi/wire/escape.hpp>

#include <cstddef>
#include <string>
#include <string_view>

// How long the UTF-8 character is that a text begins with; 0: none, or one that cannot be seen.
inline std::size_t visible_character(std::string_view text) {
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
    const std::size_t size = first >= 0xF0 && first < 0xF5 ? 4
                             : first >= 0xE0               ? 3
                             : first >= 0xC2               ? 2
                                                           : 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const bool control = first == 0xC2 && byte(1) < 0xA0;  // some terminals obey these
    return control || first >= 0xF5 ? 0 : size;
}

// The text with everything else as C escapes: a program may print what it likes.
inline std::string printable(std::string_view text, bool utf8) {
    std::string out;
    while (!text.empty()) {
        std::size_t size = visible_character(text);
        if (size > 1 && !utf8) size = 0;
        out += size > 0 ? std::string{text.substr(0, size)} : agi::wire::escaped(text.substr(0, 1));
        text.remove_prefix(size > 0 ? size : 1);
    }
    return out;
}

inline bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// How many cells of a terminal a character takes that begins there: Chinese, Japanese and Korean and most
// pictures take two, accents that belong to the one before take none.
inline std::size_t width_of(std::string_view text) {
    const auto byte = [&](std::size_t at) {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0xCC) return 1;
    const unsigned code = first < 0xE0 ? (first & 31U) << 6U | (byte(1) & 63U)
                          : first < 0xF0
                              ? (first & 15U) << 12U | (byte(1) & 63U) << 6U | (byte(2) & 63U)
                              : (first & 7U) << 18U | (byte(1) & 63U) << 12U |
                                    (byte(2) & 63U) << 6U | (byte(3) & 63U);
    struct Range {
        unsigned first;
        unsigned last;
        std::size_t width;
    };
    static constexpr Range ranges[] = {
        {0x300, 0x36F, 0},   {0x1100, 0x115F, 2}, {0x200B, 0x200F, 0},   {0x2E80, 0xA4CF, 2},
        {0xAC00, 0xD7A3, 2}, {0xF900, 0xFAFF, 2}, {0xFE00, 0xFE0F, 0},   {0xFE30, 0xFE6F, 2},
        {0xFF00, 0xFF60, 2}, {0xFFE0, 0xFFE6, 2}, {0x1F300, 0x1FAFF, 2}, {0x20000, 0x3FFFD, 2}};
    for (const Range& range : ranges) {
        if (code >= range.first && code <= range.last) return range.width;
    }
    return 1;
}

// How many bytes fit into that many cells.
inline std::size_t bytes_of(std::string_view text, std::size_t cells) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (!begins_character(text[at])) continue;
        const std::size_t width = width_of(text.substr(at));
        if (width > cells) break;
        cells -= width;
    }
    return at;
}

// How many cells it takes.
inline std::size_t characters(std::string_view text) {
    std::size_t cells = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (begins_character(text[at])) cells += width_of(text.substr(at));
    }
    return cells;
}

// The text in lines of that many characters, broken between words where there are some. All lines but the
// first begin with `indent`.
inline std::string wrapped(std::string_view text, std::size_t width, const std::string& indent) {
    std::string out;
    for (std::size_t room = width; bytes_of(text, room) < text.size();
         room = width > indent.size() ? width - indent.size() : width) {
        const std::size_t most = bytes_of(text, room);
        const std::size_t blank = text.rfind(' ', most);
        const bool breaks = blank != std::string_view::npos && blank > most / 2;
        const std::size_t end = breaks ? blank : most;
        (out += text.substr(0, end)) += '\n';
        out += indent;
        text.remove_prefix(breaks ? end + 1 : end);
        while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    }
    return out += text;
}
