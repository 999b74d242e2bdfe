// SPDX-License-Identifier: MIT
#pragma once
// Arguments that must not compile, with a sentence that says what to write instead.

#include <agi/version.hpp>

#include <type_traits>

// Marks a function that nobody may call: the compiler's first line is the place of the call and the
// sentence. g++ before 12 does not know it; there, the static_assert in the function's body speaks.
#if defined(__clang__) || __GNUC__ >= 12
#define AGI_REFUSE(sentence) __attribute__((unavailable(sentence)))
#define AGI_REFUSE_IN_BODY(T, sentence) static_assert(true, "")
#else
#define AGI_REFUSE(sentence)
#define AGI_REFUSE_IN_BODY(T, sentence) static_assert(::agi::wire::never<T>, sentence)
#endif

#define AGI_MISSING "agi: an argument is missing: what has no default must be given"

namespace agi { inline namespace v0 {

namespace wire {

/// False, but not before a template is used.
template <class T>
inline constexpr bool never = false;

/// Numbers, chars, `nullptr`, pointers.
template <class T>
using if_no_class = std::enable_if_t<!std::is_class_v<T>>;

}  // namespace wire

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
