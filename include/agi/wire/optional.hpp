// SPDX-License-Identifier: MIT
#pragma once
// A value that need not be given: what the members of commands need of std::optional.

#include <agi/version.hpp>

#include <optional>
#include <type_traits>

namespace agi { inline namespace v0 {

namespace wire {

/// What an Optional is made from. Durations and text have one of their own.
template <class T>
class OptionalFrom {
  public:
    constexpr OptionalFrom() noexcept = default;
    constexpr OptionalFrom(std::nullopt_t /*none*/) noexcept {
    }                                         // NOLINT(google-explicit-constructor)
    constexpr OptionalFrom(T value) noexcept  // NOLINT(google-explicit-constructor)
        : value_{value}, has_value_{true} {}
    template <class Other, class = std::enable_if_t<std::is_same_v<Other, std::optional<T>>>>
    constexpr OptionalFrom(const Other& other) noexcept  // NOLINT(google-explicit-constructor)
        : value_{other.value_or(T{})}, has_value_{other.has_value()} {}

  protected:
    T value_{};
    bool has_value_ = false;
};

}  // namespace wire

/// A value that need not be given, as a member of a command: made from a value, from a
/// std::optional of it, or from std::nullopt, and compared with each of them.
///
/// Each std::optional of one more type takes a percent of the time in which agi.hpp compiles, this a
/// tenth of it. Results, which people print and pass on, are std::optional.
template <class T>
class Optional : public wire::OptionalFrom<T> {
  public:
    using wire::OptionalFrom<T>::OptionalFrom;

    [[nodiscard]] constexpr bool has_value() const noexcept { return this->has_value_; }
    [[nodiscard]] explicit constexpr operator bool() const noexcept { return this->has_value_; }
    /// Undefined where there is no value, as with std::optional.
    [[nodiscard]] constexpr const T& operator*() const noexcept { return this->value_; }
    [[nodiscard]] constexpr const T* operator->() const noexcept { return &this->value_; }
    [[nodiscard]] constexpr T value_or(T other) const {
        return this->has_value_ ? this->value_ : other;
    }

    template <class Other, class = std::enable_if_t<std::is_same_v<Other, std::optional<T>>>>
    constexpr operator Other() const {  // NOLINT(google-explicit-constructor)
        return this->has_value_ ? Other{this->value_} : Other{};
    }

    friend constexpr bool operator==(const Optional& a, const Optional& b) noexcept {
        return equal(a, b);
    }
    friend constexpr bool operator!=(const Optional& a, const Optional& b) noexcept {
        return !equal(a, b);
    }
    // Without these, std::optional takes the other one for a value.
    template <class Other>
    friend constexpr bool operator==(const Optional& a, const std::optional<Other>& b) {
        return equal(a, b);
    }
    template <class Other>
    friend constexpr bool operator!=(const Optional& a, const std::optional<Other>& b) {
        return !equal(a, b);
    }
    template <class Other>
    friend constexpr bool operator==(const std::optional<Other>& a, const Optional& b) {
        return equal(b, a);
    }
    template <class Other>
    friend constexpr bool operator!=(const std::optional<Other>& a, const Optional& b) {
        return !equal(b, a);
    }

  private:
    template <class Other>
    static constexpr bool equal(const Optional& a, const Other& b) {
        return a.has_value() == b.has_value() && (!a.has_value() || *a == *b);
    }
};

}}  // namespace agi::v0
