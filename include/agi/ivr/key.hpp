// SPDX-License-Identifier: MIT
#pragma once
// A key that means something at a question.

#include <agi/command/playback.hpp>  // no_key
#include <agi/version.hpp>
#include <agi/wire/digit_set.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/escape.hpp>
#include <agi/wire/refuse.hpp>

#include <string>

namespace agi { inline namespace v0 { namespace ivr {

#define AGI_NO_KEY "agi: a key is one char: '0', not 0"

/// One of `0-9 * # A-D`, or no_key. A number or a text does not compile: 0 is another char than '0'.
class Key {
  public:
    /// @throws AGIArgumentError  it is no key
    constexpr Key(char key) : key_{key} {  // NOLINT(google-explicit-constructor)
        if (key != no_key && !is_dtmf(key)) refuse(key);
    }

    template <class T, class = wire::if_no_class<T>>
    AGI_REFUSE(AGI_NO_KEY)
    constexpr Key(T /*value*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_KEY);
    }

    constexpr operator char() const noexcept {
        return key_;
    }  // NOLINT(google-explicit-constructor)

  private:
    [[noreturn]] static void refuse(char key) {
        throw AGIArgumentError("Key", "a key is one of 0-9 * # A-D, or no_key: not " +
                                          std::string{wire::shown({&key, 1})});
    }

    char key_ = no_key;
};
#undef AGI_NO_KEY

}}}  // namespace agi::v0::ivr
