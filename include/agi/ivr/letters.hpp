// SPDX-License-Identifier: MIT
#pragma once
// A question for letters, by the keypad.

#include <agi/ivr/ask_for.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// How letters are entered.
enum class LetterKeys : unsigned char {
    one,  ///< The key that a letter is on: 7 6 4 8 for SMIT. What is meant, the program finds out.
    two,  ///< The key and the place of the letter on it: 7 4, 6 1, 4 3, 8 1; 7 0 is the digit.
};

struct LettersEntry : Entry {
    std::string text{};  ///< Upper case. With LetterKeys::two only.

    /// Whether a name may be meant: LetterKeys::one. Case, blanks and signs do not count.
    [[nodiscard]] bool begins(std::string_view name) const {
        std::size_t at = 0;
        for (const char letter : name) {
            if (at == digits.size()) break;
            const char key = key_of(letter);
            if (key == no_key) continue;
            if (digits[at++] != key) return false;
        }
        return at == digits.size() && at > 0;
    }

    /// The key that a letter or a digit is on.
    static char key_of(char letter) noexcept {
        constexpr std::string_view keys = "22233344455566677778889999";
        if (letter >= 'a' && letter <= 'z') return keys[static_cast<std::size_t>(letter - 'a')];
        if (letter >= 'A' && letter <= 'Z') return keys[static_cast<std::size_t>(letter - 'A')];
        return letter >= '0' && letter <= '9' ? letter : no_key;
    }
};

/// Asks for letters by the keypad: a name in a directory, or text.
///
///     Letters name;
///     name.prompt = {"dir-intro"};
///     name.digits = exactly(3);
///     const LettersEntry entry = name(call);
///     for (const Person& person : people) if (entry.begins(person.last_name)) ...
struct Letters : AskFor<Letters> {
    LetterKeys way = LetterKeys::one;

    [[nodiscard]] Question question(const Manners& manners) const {
        Question made = Ask::question(manners);
        if (way == LetterKeys::two) {
            made.plan.least *= 2;
            made.plan.most = made.plan.most * 2 < 1023 ? made.plan.most * 2 : 1022;
            made.valid = [](std::string_view entered) { return !text_of(entered).empty(); };
        }
        return made;
    }
    [[nodiscard]] LettersEntry result_of(Entry entry) const {
        LettersEntry made;
        if (entry && way == LetterKeys::two) made.text = text_of(entry.digits);
        static_cast<Entry&>(made) = std::move(entry);
        return made;
    }
    [[nodiscard]] Prompt read_back(const std::string& entered) const {
        return {way == LetterKeys::two ? Spelled(text_of(entered)) : Digits(entered)};
    }

    /// Two keys for each letter; empty: it is no such text. `0 0` is a blank.
    static std::string text_of(std::string_view entered) {
        constexpr std::string_view letters[] = {" ",   "",    "ABC",  "DEF", "GHI",
                                                "JKL", "MNO", "PQRS", "TUV", "WXYZ"};
        std::string text;
        for (std::size_t i = 0; i + 1 < entered.size(); i += 2) {
            if (entered[i] < '0' || entered[i] > '9') return {};
            const std::string_view on_key = letters[entered[i] - '0'];
            const auto place = static_cast<std::size_t>(entered[i + 1] - '0');
            if (place > on_key.size()) return {};
            text += place == 0 ? (entered[i] == '0' ? ' ' : entered[i]) : on_key[place - 1];
        }
        return entered.size() % 2 == 0 ? text : std::string{};
    }
};

}}}  // namespace agi::v0::ivr
