// SPDX-License-Identifier: MIT
#pragma once
// Text from anything that fmt can format.

#include <agi/version.hpp>

#if __has_include(<fmt/base.h>)
#include <fmt/base.h>
#else
#include <fmt/core.h>
#endif

#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// Text, made from text as it is or from anything else as fmt's `{}` shows it.
///
///     SetVariable{"ATTEMPTS", 3}
class Formatted {
  public:
    Formatted() = default;

    template <class T, class = std::enable_if_t<!std::is_same_v<std::decay_t<T>, Formatted>>>
    Formatted(const T& value) : text_{text_of(value)} {}  // NOLINT(google-explicit-constructor)
    Formatted(std::string&& text) noexcept
        : text_{std::move(text)} {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    template <class T>
    static std::string text_of(const T& value) {
        if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            return std::string{std::string_view{value}};
        } else {
#if FMT_VERSION >= 110000
            std::string text;
            fmt::format_to(std::back_inserter(text), "{}", value);
            return text;
#else
            return fmt::format("{}", value);
#endif
        }
    }

    std::string text_;
};

}}  // namespace agi::v0
