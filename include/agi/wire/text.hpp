// SPDX-License-Identifier: MIT
#pragma once
// Text as a member of a command: a std::string that is made from text and from nothing else.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/refuse.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

namespace wire {

[[noreturn, gnu::noinline, gnu::cold]] inline void refuse_null() {  // rare: callers stay short
    throw AGIArgumentError({}, "a null pointer where text belongs");
}

/// @throws AGIArgumentError  a null pointer, as of getenv() for what is not there
constexpr const char* not_null(const char* text) {
    if (text == nullptr) refuse_null();
    return text;
}

template <class T>
using if_reads_as_string =
    std::enable_if_t<std::is_class_v<T> && std::is_convertible_v<const T&, std::string>>;

}  // namespace wire

#define AGI_NO_TEXT                                                                             \
    "agi: text belongs here: \"5\" or std::to_string(n) for a number, std::string(1, c) for a " \
    "char"

/// Text that must be given: a std::string, made from a literal, a `const char*`, a std::string or a
/// std::string_view. A number, a char, `0` or `nullptr` does not compile; a null pointer is an
/// AGIArgumentError.
class Text : public std::string {
  public:
    template <class T = void>
    AGI_REFUSE(AGI_MISSING)
    Text() {
        AGI_REFUSE_IN_BODY(T, AGI_MISSING);
    }

    Text(const char* text)
        : std::string(wire::not_null(text)) {}               // NOLINT(google-explicit-constructor)
    Text(char* text) : std::string(wire::not_null(text)) {}  // NOLINT(google-explicit-constructor)
    Text(const std::string& text) : std::string(text) {}     // NOLINT(google-explicit-constructor)
    Text(std::string&& text) noexcept                        // NOLINT(google-explicit-constructor)
        : std::string(std::move(text)) {}
    Text(std::string_view text) : std::string(text) {}  // NOLINT(google-explicit-constructor)

    template <class T, class = wire::if_reads_as_string<T>>
    Text(const T& text) : std::string(text) {}  // NOLINT(google-explicit-constructor)

    template <class T, class = wire::if_no_class<T>, class = void>
    AGI_REFUSE(AGI_NO_TEXT)
    Text(T /*value*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_TEXT);
    }
};

namespace wire {

/// A text that need not be given is made from all that Text is made from.
template <>
class OptionalFrom<std::string> {
  public:
    OptionalFrom() noexcept = default;
    OptionalFrom(std::nullopt_t /*none*/) noexcept {}  // NOLINT(google-explicit-constructor)
    OptionalFrom(const char* text)                     // NOLINT(google-explicit-constructor)
        : value_(not_null(text)), has_value_{true} {}
    OptionalFrom(char* text)  // NOLINT(google-explicit-constructor)
        : value_(not_null(text)), has_value_{true} {}
    OptionalFrom(std::string text) noexcept  // NOLINT(google-explicit-constructor)
        : value_(std::move(text)), has_value_{true} {}
    OptionalFrom(std::string_view text)  // NOLINT(google-explicit-constructor)
        : value_(text), has_value_{true} {}
    template <class Other,
              class = std::enable_if_t<std::is_same_v<Other, std::optional<std::string>>>>
    OptionalFrom(const Other& text)  // NOLINT(google-explicit-constructor)
        : value_(text ? *text : std::string{}), has_value_{text.has_value()} {}

    template <class T, class = if_no_class<T>>
    AGI_REFUSE(AGI_NO_TEXT)
    OptionalFrom(T /*value*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_TEXT);
    }

  protected:
    std::string value_{};
    bool has_value_ = false;
};

}  // namespace wire

/// Text that need not be given: without it, the argument is not sent. Made from all that Text is
/// made from, and from a std::optional<std::string>.
using OptionalText = Optional<std::string>;

#undef AGI_NO_TEXT

}}  // namespace agi::v0
