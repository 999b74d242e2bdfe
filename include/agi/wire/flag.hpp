// SPDX-License-Identifier: MIT
#pragma once
// A bool as a member of a command: text, which C++ takes for true, is none.

#include <agi/version.hpp>
#include <agi/wire/refuse.hpp>

#include <type_traits>

namespace agi { inline namespace v0 {

#define AGI_NO_FLAG "agi: true or false belongs here"

/// true or false. Text, a pointer or a number does not compile.
class Flag {
  public:
    template <class T = void>
    AGI_REFUSE(AGI_MISSING)
    constexpr Flag() {
        AGI_REFUSE_IN_BODY(T, AGI_MISSING);
    }
    constexpr Flag(bool on) noexcept : on_{on} {}  // NOLINT(google-explicit-constructor)

    template <class T, class = wire::if_no_class<T>>
    AGI_REFUSE(AGI_NO_FLAG)
    constexpr Flag(T /*value*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_FLAG);
    }

    constexpr operator bool() const noexcept { return on_; }  // NOLINT(google-explicit-constructor)

  private:
    bool on_ = false;
};

#undef AGI_NO_FLAG

}}  // namespace agi::v0
