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

/// Text that need not be given: without it, the argument is not sent. Made from all that Text is
/// made from, and from a std::optional<std::string>.
class OptionalText : public wire::OptionalValue<OptionalText, std::string> {
    using Base = wire::OptionalValue<OptionalText, std::string>;

  public:
    OptionalText() noexcept = default;
    OptionalText(std::nullopt_t /*none*/) noexcept {}  // NOLINT(google-explicit-constructor)
    OptionalText(const char* text)                     // NOLINT(google-explicit-constructor)
        : Base(true, wire::not_null(text)) {}
    OptionalText(char* text)  // NOLINT(google-explicit-constructor)
        : Base(true, wire::not_null(text)) {}
    OptionalText(std::string text) noexcept  // NOLINT(google-explicit-constructor)
        : Base(true, std::move(text)) {}
    OptionalText(std::string_view text)
        : Base(true, text) {}  // NOLINT(google-explicit-constructor)
    template <class Other, class = wire::if_std_optional<std::string, Other>>
    OptionalText(const Other& text)  // NOLINT(google-explicit-constructor)
        : Base(text.has_value(), text ? *text : std::string{}) {}

    template <class T, class = wire::if_no_class<T>>
    AGI_REFUSE(AGI_NO_TEXT)
    OptionalText(T /*value*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_TEXT);
    }
};

#undef AGI_NO_TEXT

}}  // namespace agi::v0
