// SPDX-License-Identifier: MIT
#pragma once
// A question for an amount of money.

#include <agi/ivr/ask_for.hpp>
#include <agi/version.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

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
            said.parts.push_back(Sound("letters/dot"));
            said.parts.push_back(Digits(std::to_string(hundred + value % hundred).substr(1)));
        }
        return said;
    }

    /// Hundredths; -1: it is no amount.
    static long long read(std::string_view entered) {
        constexpr long long most = std::numeric_limits<long long>::max() / 10000;
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
            if (value > most) return -1;
            value = 10 * value + (key - '0');
            ++count;
        }
        for (; decimals < 2; decimals = decimals < 0 ? 1 : decimals + 1) value *= 10;
        return count == 0 ? -1 : value;
    }
};

}}}  // namespace agi::v0::ivr
