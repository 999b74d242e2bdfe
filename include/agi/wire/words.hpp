// SPDX-License-Identifier: MIT
#pragma once
// How Asterisk splits a request line into words.

#include <agi/version.hpp>

#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// Splits a line as Asterisk does, byte by byte: blanks and tabs separate, double quotes group and
/// may begin an empty word, a backslash makes the next byte literal and disappears.
class WordSplitter {
  public:
    enum class Step : unsigned char {
        nothing,  ///< The byte belongs to the grammar.
        word,     ///< A word begins here; the byte is not part of it (an opening quote).
        begin,    ///< A word begins with this byte.
        more,     ///< The byte belongs to the word that has begun.
    };

    constexpr Step push(char c) noexcept {
        if (!escaped_) {
            if (c == '"') {
                quoted_ = !quoted_;
                if (!quoted_ || !between_) return Step::nothing;
                between_ = false;
                return Step::word;
            }
            if ((c == ' ' || c == '\t') && !quoted_) {
                between_ = true;
                return Step::nothing;
            }
            if (c == '\\') {
                escaped_ = true;
                return Step::nothing;
            }
        }
        escaped_ = false;
        const bool begins = between_;
        between_ = false;
        return begins ? Step::begin : Step::more;
    }

  private:
    bool quoted_ = false;
    bool escaped_ = false;
    bool between_ = true;
};

/// How many words Asterisk sees in the line.
constexpr std::size_t count_words(std::string_view line) noexcept {
    WordSplitter splitter;
    std::size_t words = 0;
    for (const char c : line) {
        const auto step = splitter.push(c);
        if (step == WordSplitter::Step::word || step == WordSplitter::Step::begin) ++words;
    }
    return words;
}

/// Lower case for ASCII letters only: commands are compared that way.
constexpr char ascii_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether the first words of the line are these, in any case and with any quoting.
/// `verb` is plain words with one blank between them.
constexpr bool is_command(std::string_view line, std::string_view verb) noexcept {
    WordSplitter splitter;
    std::size_t at = 0;
    bool any = false;
    for (const char c : line) {
        const auto step = splitter.push(c);
        if (step == WordSplitter::Step::nothing) continue;
        if (step != WordSplitter::Step::more && any) {
            if (at == verb.size()) return true;
            if (verb[at] != ' ') return false;
            ++at;
        }
        any = true;
        if (step == WordSplitter::Step::word) continue;
        if (at == verb.size() || verb[at] == ' ' || ascii_lower(c) != ascii_lower(verb[at]))
            return false;
        ++at;
    }
    return at == verb.size();
}

/// Whether Asterisk takes the line as the end of the session: its first seven bytes are `failure`.
constexpr bool ends_session(std::string_view line) noexcept {
    constexpr std::string_view word = "failure";
    if (line.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if (ascii_lower(line[i]) != word[i]) return false;
    }
    return true;
}

}}}  // namespace agi::v0::wire
