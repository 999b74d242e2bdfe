// SPDX-License-Identifier: MIT
#pragma once
// What Asterisk makes of text, written again in the plainest way, to compare the library with.

#include <string>
#include <string_view>
#include <vector>

namespace property {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// The words of a request line.
inline std::vector<std::string> asterisk_words(std::string_view line) {
    std::vector<std::string> words;
    std::size_t at = 0;
    for (;;) {
        while (at < line.size() && is_blank(line[at])) ++at;
        if (at == line.size()) return words;
        std::string word;
        bool begun = false;
        bool quoted = false;
        for (; at < line.size() && (quoted || !is_blank(line[at])); ++at) {
            if (line[at] == '"') {
                quoted = !quoted;
                begun = true;
                continue;
            }
            if (line[at] == '\\' && ++at == line.size()) break;
            word += line[at];
            begun = true;
        }
        if (begun) words.push_back(word);
    }
}

inline std::string upper(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return text;
}

/// Whether Asterisk finds this command in a line that has these words.
inline bool runs_command(const std::vector<std::string>& words, std::string_view verb) {
    const std::vector<std::string> wanted = asterisk_words(verb);
    if (words.size() < wanted.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (upper(words[i]) != wanted[i]) return false;
    }
    return true;
}

/// `%XX` for every byte that is not a letter, a digit or one of `plain`.
inline std::string percent(std::string_view text, std::string_view plain) {
    std::string out;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || (c >= '0' && c <= '9') || plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            const unsigned byte = static_cast<unsigned char>(c);
            out += '%';
            out += "0123456789ABCDEF"[byte / 16];
            out += "0123456789ABCDEF"[byte % 16];
        }
    }
    return out;
}

/// What function URIENCODE writes.
inline std::string uriencode(std::string_view text) { return percent(text, "-_.!~*'()"); }

/// What function URIDECODE makes of the text.
inline std::string uridecode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

}  // namespace property
