// SPDX-License-Identifier: MIT
#pragma once
// A value that need not be given: what the members of commands need of std::optional.

#include <agi/version.hpp>

#include <optional>
#include <type_traits>

namespace agi { inline namespace v0 {

namespace wire {

template <class T, class Other>
using if_std_optional = std::enable_if_t<std::is_same_v<Other, std::optional<T>>>;

/// A value that need not be given. Derived says what it is made from.
template <class Derived, class T>
class OptionalValue {
  public:
    [[nodiscard]] constexpr bool has_value() const noexcept { return has_value_; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return has_value_; }
    /// Undefined where there is no value, as with std::optional.
    [[nodiscard]] constexpr const T& operator*() const noexcept { return value_; }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &value_; }
    [[nodiscard]] constexpr T value_or(T other) const { return has_value_ ? value_ : other; }

    template <class Other, class = if_std_optional<T, Other>>
    constexpr operator Other() const {  // NOLINT(google-explicit-constructor)
        return has_value_ ? Other{value_} : Other{};
    }

    friend constexpr bool operator==(const Derived& a, const Derived& b) { return equal(a, b); }
    friend constexpr bool operator!=(const Derived& a, const Derived& b) { return !equal(a, b); }
    // Without these, std::optional takes the other one for a value.
    template <class Other>
    friend constexpr bool operator==(const Derived& a, const std::optional<Other>& b) {
        return equal(a, b);
    }
    template <class Other>
    friend constexpr bool operator!=(const Derived& a, const std::optional<Other>& b) {
        return !equal(a, b);
    }
    template <class Other>
    friend constexpr bool operator==(const std::optional<Other>& a, const Derived& b) {
        return equal(b, a);
    }
    template <class Other>
    friend constexpr bool operator!=(const std::optional<Other>& a, const Derived& b) {
        return !equal(b, a);
    }

  protected:
    constexpr OptionalValue() noexcept = default;
    template <class Value>
    explicit constexpr OptionalValue(bool has_value, Value&& value)
        : value_(static_cast<Value&&>(value)), has_value_{has_value} {}

  private:
    template <class Other>
    static constexpr bool equal(const Derived& a, const Other& b) {
        return a.has_value() == b.has_value() && (!a.has_value() || *a == *b);
    }

    T value_{};
    bool has_value_ = false;
};

}  // namespace wire

/// A small value that need not be given, as a member of a command: made from a value, from a
/// std::optional of it, or from std::nullopt, and compared with each of them.
///
/// Each std::optional of one more type takes a percent of the time in which agi.hpp compiles, this a
/// tenth of it. Results, which people print and pass on, are std::optional.
template <class T>
class Optional : public wire::OptionalValue<Optional<T>, T> {
    using Base = wire::OptionalValue<Optional, T>;

  public:
    constexpr Optional() noexcept = default;
    constexpr Optional(std::nullopt_t /*none*/) noexcept {}  // NOLINT(google-explicit-constructor)
    constexpr Optional(T value) noexcept
        : Base(true, value) {}  // NOLINT(google-explicit-constructor)
    template <class Other, class = wire::if_std_optional<T, Other>>
    constexpr Optional(const Other& other) noexcept  // NOLINT(google-explicit-constructor)
        : Base(other.has_value(), other.value_or(T{})) {}
};

}}  // namespace agi::v0
