// SPDX-License-Identifier: MIT
#pragma once
// Questions whose digits mean something: dates, amounts, cards, letters.

#include <agi/ivr/ask.hpp>
#include <agi/ivr/calendar.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// A question made of Ask, with what its digits mean. All members of Ask can be set.
template <class Of>
struct AskFor : Ask {
    using Runs = Asking;
    [[nodiscard]] auto result(const Asking& machine) const {
        return of().result_of(machine.entry());
    }

    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const& {
        return drive_question(session, of(), manners);
    }
    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const&& {
        return drive_temporary(session, of(), manners);
    }

  private:
    [[nodiscard]] const Of& of() const noexcept { return static_cast<const Of&>(*this); }
};

/// In which order the digits of a Date come.
enum class DateOrder : unsigned char {
    ymd,  ///< 20261224
    dmy,  ///< 24122026
    mdy,  ///< 12242026
    my,   ///< 1226, as on a card; the day is the last of that month.
};

struct DateEntry : Entry {
    Calendar date{};
};

/// Asks for a date that exists.
///
///     Date day;
///     day.prompt = {"enter-the-date"};
///     if (const DateEntry entry = day(call)) use(entry.date.year);
struct Date : AskFor<Date> {
    DateOrder order = DateOrder::ymd;

    [[nodiscard]] Question question(const Manners& manners) const {
        Question made = Ask::question(manners);
        made.plan.least = made.plan.most = order == DateOrder::my ? 4 : 8;
        made.plan.digits = "0123456789";
        made.valid = [way = order](std::string_view entered) {
            return read(entered, way).exists();
        };
        return made;
    }
    [[nodiscard]] DateEntry result_of(Entry entry) const {
        DateEntry made;
        if (entry) made.date = read(entry.digits, order);
        static_cast<Entry&>(made) = std::move(entry);
        return made;
    }
    [[nodiscard]] Prompt read_back(const std::string& entered) const {
        const Calendar date = read(entered, order);
        return {Moment(date.noon(), order == DateOrder::my ? "BY" : "BdY", "UTC")};
    }

  private:
    static Calendar read(std::string_view digits, DateOrder order) {
        const auto number = [&](std::size_t from, std::size_t size) {
            int value = 0;
            for (const char digit : digits.substr(from, size)) value = 10 * value + (digit - '0');
            return value;
        };
        constexpr int century = 2000;
        switch (order) {
            case DateOrder::dmy: return {number(4, 4), number(2, 2), number(0, 2)};
            case DateOrder::mdy: return {number(4, 4), number(0, 2), number(2, 2)};
            case DateOrder::my:
                return Calendar{century + number(2, 2), number(0, 2), 1}.end_of_month();
            default: return {number(0, 4), number(4, 2), number(6, 2)};
        }
    }
};

struct AmountEntry : Entry {
    long long hundredths = 0;
};

/// Asks for an amount; `*` is the decimal point: `12*5` is 12.50.
struct Amount : AskFor<Amount> {
    Amount() { digits = between(1, 12); }

    long long least = 0;              ///< Hundredths.
    long long largest = 99999999999;  ///< Hundredths.

    [[nodiscard]] Question question(const Manners& manners) const {
        Question made = Ask::question(manners);
        made.plan.digits = "0123456789*";
        made.valid = [low = least, high = largest](std::string_view entered) {
            const long long value = read(entered);
            return value >= low && value <= high && value >= 0;
        };
        return made;
    }
    [[nodiscard]] AmountEntry result_of(Entry entry) const {
        AmountEntry made;
        if (entry) made.hundredths = read(entry.digits);
        static_cast<Entry&>(made) = std::move(entry);
        return made;
    }
    /// The number, and the hundredths digit by digit. Money says it with a currency.
    [[nodiscard]] static Prompt read_back(const std::string& entered) {
        constexpr long long hundred = 100;
        const long long value = read(entered);
        Prompt said{Number(value / hundred)};
        if (value % hundred != 0) {
            said.parts.emplace_back("letters/dot");
            said.parts.push_back(Digits(std::to_string(hundred + value % hundred).substr(1)));
        }
        return said;
    }

    /// Hundredths; -1: it is no amount.
    static long long read(std::string_view entered) {
        long long value = 0;
        int decimals = -1;
        int count = 0;
        for (const char key : entered) {
            if (key == '*') {
                if (decimals >= 0) return -1;
                decimals = 0;
                continue;
            }
            if (decimals >= 0 && ++decimals > 2) return -1;
            value = 10 * value + (key - '0');
            ++count;
        }
        for (; decimals < 2; decimals = decimals < 0 ? 1 : decimals + 1) value *= 10;
        return count == 0 ? -1 : value;
    }
};

/// Asks for the number of a payment card. Secret, and right by its check digit (Luhn). The last digit
/// ends the entry, as its first ones tell how many there are.
struct CardNumber : AskFor<CardNumber> {
    CardNumber() { secret = true; }

    bool any_length = false;  ///< 12 to 19 digits, ended with `#` or by silence.

    [[nodiscard]] Question question(const Manners& manners) const {
        Question made = Ask::question(manners);
        if (any_length) {
            made.plan.least = 12;
            made.plan.most = 19;
        } else {
            for (const char* begin : {"3[47]", "3[0689]", "2[2-7]", "4", "5", "6"}) {
                const std::string text{begin};
                const std::size_t length = text == "3[47]" ? 15 : text == "3[0689]" ? 14 : 16;
                const std::size_t known = text.size() == 1 ? 1 : 2;
                made.plan.patterns.emplace_back(text + std::string(length - known, 'X'));
            }
        }
        made.valid = [](std::string_view entered) { return luhn(entered); };
        return made;
    }

    /// Whether the last digit is the check digit of the others.
    static bool luhn(std::string_view entered) {
        int sum = 0;
        bool twice = false;
        for (std::size_t i = entered.size(); i-- > 0; twice = !twice) {
            const int digit = (entered[i] - '0') * (twice ? 2 : 1);
            sum += digit > 9 ? digit - 9 : digit;
        }
        return sum % 10 == 0;
    }
};

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
            const std::string_view on_key = letters[entered[i] - '0'];
            const auto place = static_cast<std::size_t>(entered[i + 1] - '0');
            if (place > on_key.size()) return {};
            text += place == 0 ? (entered[i] == '0' ? ' ' : entered[i]) : on_key[place - 1];
        }
        return entered.size() % 2 == 0 ? text : std::string{};
    }
};

}}}  // namespace agi::v0::ivr
