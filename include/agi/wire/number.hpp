// SPDX-License-Identifier: MIT
#pragma once
// Decimal numbers to and from text, without a locale, an allocation or a tail that is ignored.

#include <agi/version.hpp>

#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

namespace agi { inline namespace v0 { namespace wire {

/// The whole text as a decimal number: an optional minus and at least one digit, nothing else.
/// Nothing when it is not one or does not fit.
template <class Integer>
constexpr std::optional<Integer> to_number(std::string_view text) noexcept {
    static_assert(std::is_signed_v<Integer>);
    const bool negative = !text.empty() && text.front() == '-';
    if (negative) text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    Integer value = 0;  // kept negative, as the negative range is the larger one
    constexpr Integer least = std::numeric_limits<Integer>::min();
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<Integer>(c - '0');
        if (value <= least / 10 && (value < least / 10 || digit > -(least % 10))) {
            return std::nullopt;
        }
        value = static_cast<Integer>(value * 10 - digit);
    }
    if (negative) return value;
    if (value == least) return std::nullopt;
    return static_cast<Integer>(-value);
}

/// A number as decimal text, in a buffer of its own.
class Decimal {
  public:
    template <class Integer>
    explicit constexpr Decimal(Integer value) noexcept {
        static_assert(std::is_integral_v<Integer>);
        using Unsigned = std::make_unsigned_t<Integer>;
        const bool negative = value < Integer{0};
        auto rest = static_cast<unsigned long long>(static_cast<Unsigned>(value));
        if (negative) rest = 0ULL - static_cast<unsigned long long>(static_cast<long long>(value));
        do {
            text_[--begin_] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (negative) text_[--begin_] = '-';
    }

    [[nodiscard]] constexpr std::string_view view() const noexcept {
        return {text_ + begin_, sizeof text_ - begin_};
    }

  private:
    char text_[24] = {};
    std::size_t begin_ = sizeof text_;
};

}}}  // namespace agi::v0::wire
