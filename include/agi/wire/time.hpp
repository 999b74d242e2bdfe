// SPDX-License-Identifier: MIT
#pragma once
// A time as a member of a command: a std::chrono duration that is made from one, never from a bare
// number.

#include <agi/version.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/refuse.hpp>

#include <chrono>
#include <type_traits>

namespace agi { inline namespace v0 {

namespace wire {

/// Whether every such duration is a whole number of Unit. What chrono says costs more to compile.
template <class Rep, class Period, class Unit>
inline constexpr bool is_exact =
    std::is_integral_v<Rep>&& Unit::period::den* Period::num % Period::den == 0;
template <class Rep, class Period, class Unit>
using if_exact = std::enable_if_t<is_exact<Rep, Period, Unit>>;
template <class Rep, class Period, class Unit>
using if_inexact = std::enable_if_t<!is_exact<Rep, Period, Unit>>;

#define AGI_NO_UNIT "agi: a time has a unit: 5s, 500ms or std::chrono::seconds{5}"
#define AGI_INEXACT "agi: a part of this time would be lost: std::chrono::duration_cast or round"

/// A duration in Unit. A number without a unit does not compile, nor one with a smaller unit.
template <class Unit>
class Time : public Unit {
  public:
    template <class T = void>
    AGI_REFUSE(AGI_MISSING)
    constexpr Time() : Unit{0} {
        AGI_REFUSE_IN_BODY(T, AGI_MISSING);
    }

    template <class Rep, class Period, class = if_exact<Rep, Period, Unit>>
    constexpr Time(std::chrono::duration<Rep, Period> time)  // NOLINT(google-explicit-constructor)
        : Unit{time} {}

    template <class Rep, class Period, class = if_inexact<Rep, Period, Unit>, class = void>
    AGI_REFUSE(AGI_INEXACT)
    constexpr Time(std::chrono::duration<Rep, Period> time)  // NOLINT(google-explicit-constructor)
        : Unit{std::chrono::duration_cast<Unit>(time)} {
        AGI_REFUSE_IN_BODY(Rep, AGI_INEXACT);
    }
    template <class T, class = if_no_class<T>>
    AGI_REFUSE(AGI_NO_UNIT)
    constexpr Time(T /*number*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_UNIT);
    }
};

/// The same for a time that need not be given.
template <class Unit>
class OptionalTime : public OptionalValue<OptionalTime<Unit>, Unit> {
    using Base = OptionalValue<OptionalTime, Unit>;

  public:
    constexpr OptionalTime() noexcept = default;
    constexpr OptionalTime(std::nullopt_t /*none*/) noexcept {
    }  // NOLINT(google-explicit-constructor)

    template <class Rep, class Period, class = if_exact<Rep, Period, Unit>>
    constexpr OptionalTime(
        std::chrono::duration<Rep, Period> time)  // NOLINT(google-explicit-constructor)
        : Base(true, Unit{time}) {}
    template <class Rep, class Period, class = if_exact<Rep, Period, Unit>>
    constexpr OptionalTime(const std::optional<std::chrono::duration<Rep, Period>>&
                               time)  // NOLINT(google-explicit-constructor)
        : Base(time.has_value(), Unit{time ? *time : std::chrono::duration<Rep, Period>{}}) {}

    template <class T, class = if_no_class<T>>
    AGI_REFUSE(AGI_NO_UNIT)
    constexpr OptionalTime(T /*number*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_UNIT);
    }
};

#undef AGI_NO_UNIT
#undef AGI_INEXACT

}  // namespace wire

/// Times of a command's members: std::chrono durations of that unit or a larger one.
using Milliseconds = wire::Time<std::chrono::milliseconds>;
using Seconds = wire::Time<std::chrono::seconds>;
using OptionalMilliseconds = wire::OptionalTime<std::chrono::milliseconds>;
using OptionalSeconds = wire::OptionalTime<std::chrono::seconds>;

}}  // namespace agi::v0
