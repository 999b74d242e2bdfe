// SPDX-License-Identifier: MIT
#pragma once
// The keys of a telephone, checked when a set of them is made.

#include <agi/version.hpp>
#include <agi/wire/byte_set.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/refuse.hpp>
#include <agi/wire/text.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {
inline constexpr ByteSet dtmf_keys{"0123456789*#ABCD"};
}

/// Whether this is a DTMF key: `0` to `9`, `*`, `#`, `A` to `D`.
constexpr bool is_dtmf(char c) noexcept { return wire::dtmf_keys[c]; }

/// The key whose ASCII code is in a reply, or nothing for 0 and for every other number.
constexpr std::optional<char> dtmf_from_code(int code) noexcept {
    if (code < 0 || code > 127 || !is_dtmf(static_cast<char>(code))) return std::nullopt;
    return static_cast<char>(code);
}

#define AGI_NO_KEYS "agi: keys are written as text or as one char: \"1\" or '1', \"12#\""

/// A set of DTMF keys, such as those that stop a prompt. Made from text, without blanks, or
/// from one char:
///
///     StreamFile{"welcome", "12#"}
///
/// Sent in the order given. Asterisk knows the keys A to D in upper case only, so lower case is
/// refused rather than never heard. A number, `0` or `nullptr` does not compile.
class DigitSet {
  public:
    constexpr DigitSet() noexcept = default;

    /// @throws AGIArgumentError  a character that is not a DTMF key, or more than 31 of them
    constexpr DigitSet(const char* keys)  // NOLINT(google-explicit-constructor)
        : DigitSet{std::string_view{wire::not_null(keys)}} {}
    constexpr DigitSet(char* keys)  // NOLINT(google-explicit-constructor)
        : DigitSet{std::string_view{wire::not_null(keys)}} {}
    constexpr DigitSet(char key)  // NOLINT(google-explicit-constructor)
        : DigitSet{std::string_view{&key, 1}} {}
    DigitSet(const std::string& keys)
        : DigitSet{std::string_view{keys}} {}    // NOLINT(google-explicit-constructor)
    constexpr DigitSet(std::string_view keys) {  // NOLINT(google-explicit-constructor)
        if (keys.size() > sizeof keys_) refuse(keys, "more than 31 keys");
        for (const char key : keys) {
            if (!is_dtmf(key)) refuse(keys, "a key is one of 0-9 * # A-D");
            keys_[size_++] = key;
        }
    }

    template <class T, class = wire::if_no_class<T>>
    AGI_REFUSE(AGI_NO_KEYS)
    constexpr DigitSet(T /*value*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_KEYS);
    }

    /// Every key that a telephone can have.
    static constexpr DigitSet all() { return {"0123456789*#ABCD"}; }

    [[nodiscard]] constexpr std::string_view view() const noexcept { return {keys_, size_}; }
    [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] constexpr bool contains(char key) const noexcept {
        for (const char c : view()) {
            if (c == key) return true;
        }
        return false;
    }

  private:
    [[noreturn]] static void refuse(std::string_view keys, const char* why) {
        throw AGIArgumentError("DigitSet", wire::joined({wire::shown(keys), ": ", why}));
    }

    char keys_[31] = {};
    unsigned char size_ = 0;
};

#undef AGI_NO_KEYS

}}  // namespace agi::v0
