// SPDX-License-Identifier: MIT
#pragma once
// A value in `$[...]` of the dialplan.

#include <agi/version.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// A value of the calculation: text that was read, or a number that came out. Quotes belong to the
/// text, so that `"1"` is neither a number nor equal to `1`.
class Operand {
  public:
    explicit Operand(long double number) : number_{number}, is_number_{true} {
        char text[64];
        std::snprintf(text, sizeof text, "%.18Lg", number);
        text_ = text;
    }
    explicit Operand(std::string text) : text_{std::move(text)}, is_number_{is_numeral(text_)} {
        if (is_number_) number_ = std::strtold(text_.c_str(), nullptr);
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] bool is_number() const noexcept { return is_number_; }
    [[nodiscard]] long double number() const noexcept { return number_; }
    /// For `|` and `&`. Quotes without anything in them are something.
    [[nodiscard]] bool is_something() const { return is_number_ ? number_ != 0 : !text_.empty(); }
    /// For `? ::`, where they are not.
    [[nodiscard]] bool is_true() const { return is_something() && text_ != "\"\""; }
    /// For `!`.
    [[nodiscard]] bool is_zero() const {
        return is_number_ ? number_ == 0 : std::atoi(text_.c_str()) == 0;
    }
    /// After Asterisk has looked whether it is a number: `07` is 7 then.
    [[nodiscard]] Operand converted() const { return is_number_ ? Operand{number_} : *this; }
    [[nodiscard]] std::string unquoted() const {
        const bool quoted = text_.size() > 1 && text_.front() == '"' && text_.back() == '"';
        return quoted ? text_.substr(1, text_.size() - 2) : text_;
    }

  private:
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    /// `12` or `1.50`.
    static bool is_numeral(std::string_view text) {
        const auto digits = [&text] {
            const auto* const end = std::find_if_not(text.begin(), text.end(), is_digit);
            const auto size = static_cast<std::size_t>(end - text.begin());
            text.remove_prefix(size);
            return size > 0;
        };
        if (!digits()) return false;
        if (text.empty()) return true;
        if (text.front() != '.') return false;
        text.remove_prefix(1);
        return digits() && text.empty();
    }

    std::string text_;
    long double number_ = 0;
    bool is_number_ = false;
};

}}}  // namespace agi::v0::testing::simulator
