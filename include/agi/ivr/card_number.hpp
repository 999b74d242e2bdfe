// SPDX-License-Identifier: MIT
#pragma once
// A question for the number of a payment card.

#include <agi/ivr/ask_for.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ivr {

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
                made.add_option(text + std::string(length - known, 'X'));
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

}}}  // namespace agi::v0::ivr
