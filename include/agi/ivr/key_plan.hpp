// SPDX-License-Identifier: MIT
#pragma once
// Which keys are an answer: a number of them, or patterns as in the dialplan.

#include <agi/version.hpp>
#include <agi/wire/digit_set.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// What keys are so far.
enum class Fit : unsigned char {
    no,     ///< No answer begins so.
    part,   ///< The beginning of one.
    maybe,  ///< An answer, and the beginning of a longer one.
    whole,  ///< An answer, and nothing longer begins so.
};

/// A pattern as in the dialplan, with or without its `_`: `X` 0-9, `Z` 1-9, `N` 2-9, `[1-36]`, `.` one
/// key or more, `!` whatever follows; anything else is itself.
class Pattern {
  public:
    /// `words` may be said instead of the keys.
    ///
    /// @throws AGIArgumentError  a character that no key can match, or `[` without `]`
    explicit Pattern(std::string_view text, std::string_view words = {})
        : text_{text}, words_{words} {
        if (!text.empty() && text[0] == '_') text.remove_prefix(1);
        while (!text.empty()) {
            const char c = text[0];
            const std::size_t size = c == '[' ? text.find(']') + 1 : 1;
            if (size == 0) refuse("[ without ]");
            sets_ += set_of(text.substr(0, size));
            sets_ += ' ';
            ++places_;
            text.remove_prefix(size);
            if ((c == '.' || c == '!') && !text.empty()) refuse("nothing follows . or !");
        }
        if (places_ == 0) refuse("empty");
    }

    [[nodiscard]] Fit fit(std::string_view keys) const {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (i >= places_) return Fit::no;
            const std::string_view keys_here = set(i);
            if (keys_here[0] == '!') return Fit::whole;
            if (keys_here[0] == '.') return is_dtmf(keys[i]) ? Fit::maybe : Fit::no;
            if (keys_here.find(keys[i]) == std::string_view::npos) return Fit::no;
        }
        if (keys.size() == places_) return Fit::whole;
        return set(keys.size())[0] == '!' ? Fit::whole : Fit::part;
    }

    /// Whether this one is closer than another to keys that both match, as the dialplan sees it.
    [[nodiscard]] bool closer_than(const Pattern& other) const {
        for (std::size_t i = 0; i < places_ && i < other.places_; ++i) {
            const std::size_t mine = width(set(i));
            const std::size_t theirs = width(other.set(i));
            if (mine != theirs) return mine < theirs;
        }
        return false;
    }

    /// How many keys; 0: any number.
    [[nodiscard]] std::size_t size() const noexcept {
        const char last = set(places_ - 1)[0];
        return last == '.' || last == '!' ? 0 : places_;
    }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const std::string& words() const noexcept { return words_; }
    /// The same without its `_`.
    [[nodiscard]] std::string bare_text() const {
        return text_[0] == '_' ? text_.substr(1) : text_;
    }
    [[nodiscard]] std::size_t places() const noexcept { return places_; }
    /// Which keys can be at that place; `.` or `!` for those that stand at the end.
    [[nodiscard]] std::string_view set(std::size_t place) const noexcept {
        std::size_t begin = 0;
        for (; place > 0; --place) begin = sets_.find(' ', begin) + 1;
        return {sets_.data() + begin, sets_.find(' ', begin) - begin};
    }
    /// Whether some place can have the key.
    [[nodiscard]] bool takes(char key) const noexcept {
        return sets_.find(key) != std::string::npos || sets_.find('.') != std::string::npos;
    }

  private:
    static std::size_t width(std::string_view set) noexcept {
        return set[0] == '.' ? 100 : set[0] == '!' ? 101 : set.size();
    }

    [[nodiscard]] std::string set_of(std::string_view text) const {
        switch (text[0]) {
            case 'X':
            case 'x': return "0123456789";
            case 'Z':
            case 'z': return "123456789";
            case 'N':
            case 'n': return "23456789";
            case '.':
            case '!': return std::string{text};
            case '[': break;
            default:
                if (!is_dtmf(text[0])) refuse("a character that is no key");
                return std::string{text};
        }
        std::string set;
        for (std::size_t i = 1; i + 1 < text.size(); ++i) {
            char last = text[i];
            if (i + 3 < text.size() && text[i + 1] == '-') last = text[i + 2];
            if (!is_dtmf(text[i]) || !is_dtmf(last)) refuse("a character that is no key");
            for (char key = text[i]; key <= last; ++key) {
                if (is_dtmf(key)) set += key;
            }
            if (last != text[i]) i += 2;
        }
        if (set.empty()) refuse("a set without a key");
        return set;
    }

    [[noreturn]] void refuse(const char* why) const {
        throw AGIArgumentError("pattern", wire::joined({wire::shown(text_), ": ", why}));
    }

    std::string text_;
    std::string words_;
    std::string sets_{};  // of each place, with a blank behind it
    std::size_t places_ = 0;
};

/// Which keys are an answer, all possible answers looked at together.
struct KeyPlan {
    std::size_t least = 1;
    std::size_t most = 1;
    DigitSet digits = "0123456789";   ///< The keys that an answer is made of.
    std::vector<Pattern> patterns{};  ///< These instead, if there are any.

    [[nodiscard]] Fit fit(std::string_view keys) const {
        if (patterns.empty()) {
            for (const char key : keys) {
                if (!digits.contains(key)) return Fit::no;
            }
            if (keys.size() > most) return Fit::no;
            if (keys.size() == most) return Fit::whole;
            return keys.size() >= least ? Fit::maybe : Fit::part;
        }
        bool whole = false;
        bool longer = false;
        for (const Pattern& pattern : patterns) {
            const Fit fit = pattern.fit(keys);
            whole = whole || fit == Fit::whole || fit == Fit::maybe;
            longer = longer || fit == Fit::part || fit == Fit::maybe;
        }
        if (whole) return longer ? Fit::maybe : Fit::whole;
        return longer ? Fit::part : Fit::no;
    }
    [[nodiscard]] Fit fit(std::string_view keys, char next) const {
        std::string longer{keys};
        return fit(longer += next);
    }

    /// Whether the key can be part of an answer.
    [[nodiscard]] bool takes(char key) const {
        if (patterns.empty()) return digits.contains(key);
        for (const Pattern& pattern : patterns) {
            if (pattern.takes(key)) return true;
        }
        return false;
    }

    /// The pattern that the keys match best; `patterns.size()`: none.
    [[nodiscard]] std::size_t best(std::string_view keys) const {
        std::size_t found = patterns.size();
        for (std::size_t i = 0; i < patterns.size(); ++i) {
            const Fit fit = patterns[i].fit(keys);
            if (fit != Fit::whole && fit != Fit::maybe) continue;
            if (found == patterns.size() || patterns[i].closer_than(patterns[found])) found = i;
        }
        return found;
    }

    /// How many keys every answer has that begins so; 0: that differs, so each key has to be looked at.
    [[nodiscard]] std::size_t size(std::string_view begin) const {
        if (patterns.empty()) return most;
        std::size_t size = 0;
        for (const Pattern& pattern : patterns) {
            if (pattern.fit(begin) == Fit::no) continue;
            if (pattern.size() == 0 || (size != 0 && pattern.size() != size)) return 0;
            size = pattern.size();
        }
        return size;
    }
};

}}}  // namespace agi::v0::ivr
