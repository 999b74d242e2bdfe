// SPDX-License-Identifier: MIT
#pragma once
// Text from what a script has at hand.

#include <agi/version.hpp>
#include <agi/wire/number.hpp>
#include <agi/wire/refuse.hpp>
#include <agi/wire/text.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

namespace wire {

/// How a value becomes text: <agi/fmt.hpp> says it for all that fmt can format. It stands apart
/// as fmt's headers are a sixth of the time that agi.hpp takes to compile.
template <class T, class = void>
struct TextFrom {
    static constexpr bool is_known = false;
};

template <class T, class... Types>
inline constexpr bool is_one_of = (std::is_same_v<T, Types> || ...);

template <class T>
inline constexpr bool is_whole_number =
    is_one_of<T, signed char, unsigned char, short, unsigned short, int, unsigned, long,
              unsigned long, long long, unsigned long long>;

template <class T>
constexpr bool has_text() {
    // TextFrom is asked for the rest alone: what is asked here can't be taught by fmt.hpp later.
    if constexpr (is_whole_number<T> || is_one_of<T, bool, char> ||
                  std::is_convertible_v<const T&, std::string_view>) {
        return true;
    } else {
        return TextFrom<T>::is_known;
    }
}
template <class T>
using if_text = std::enable_if_t<has_text<T>()>;
template <class T>
using if_no_text = std::enable_if_t<!has_text<T>()>;

}  // namespace wire

#define AGI_NEEDS_FMT                                                                       \
    "agi: for a value that is neither text nor a whole number, a bool or a char: #include " \
    "<agi/fmt.hpp>"
#define AGI_NULL_VALUE "agi: a null pointer is no value: \"\" is an empty one"

/// Text, made from text as it is, or from a whole number, a bool or a char; with <agi/fmt.hpp>
/// also from anything that fmt can format, as its `{}` shows it.
///
///     SetVariable{"ATTEMPTS", 3}
///
/// It must be given. `nullptr` does not compile, a null `const char*` is an AGIArgumentError.
class Formatted {
  public:
    template <class T = void>
    AGI_REFUSE(AGI_MISSING)
    Formatted() {
        AGI_REFUSE_IN_BODY(T, AGI_MISSING);
    }
    template <class T = void>
    AGI_REFUSE(AGI_NULL_VALUE)
    Formatted(std::nullptr_t /*none*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NULL_VALUE);
    }

    template <class T, class = wire::if_text<T>>
    Formatted(const T& value) : text_{text_of(value)} {}  // NOLINT(google-explicit-constructor)
    template <class T, class = wire::if_no_text<T>, class = void>
    AGI_REFUSE(AGI_NEEDS_FMT)
    Formatted(const T& /*value*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NEEDS_FMT);
    }
    Formatted(std::string&& text) noexcept
        : text_{std::move(text)} {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] const std::string& text() const noexcept { return text_; }

  private:
    template <class T>
    static std::string text_of(const T& value) {
        if constexpr (std::is_pointer_v<T> && std::is_convertible_v<T, const char*>) {
            return std::string{wire::not_null(value)};
        } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            return std::string{std::string_view{value}};
        } else if constexpr (std::is_same_v<T, bool>) {
            return value ? "true" : "false";
        } else if constexpr (std::is_same_v<T, char>) {
            return std::string(1, value);
        } else if constexpr (wire::is_whole_number<T>) {
            return std::string{wire::Decimal{value}.view()};
        } else {
            return wire::TextFrom<T>::text(value);
        }
    }

    std::string text_;
};

#undef AGI_NULL_VALUE
#undef AGI_NEEDS_FMT

}}  // namespace agi::v0
