// SPDX-License-Identifier: MIT
#pragma once
// How a question ended, and with what.

#include <agi/ivr/callback.hpp>
#include <agi/ivr/prompt.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// How a question ended.
enum class End : unsigned char {
    entered,
    cancelled,   ///< The cancel key.
    no_input,    ///< Silence, the last time too.
    no_match,    ///< The last entry was none: too short, wrong, or refused by the check.
    back,        ///< Manners::back.
    attendant,   ///< Manners::attendant.
    unfinished,  ///< Not ended: the caller hung up, or the machine still runs.
};

inline const char* to_string(End end) noexcept {
    switch (end) {
        case End::entered: return "entered";
        case End::cancelled: return "cancelled";
        case End::no_input: return "no_input";
        case End::no_match: return "no_match";
        case End::back: return "back";
        case End::attendant: return "attendant";
        case End::unfinished: break;
    }
    return "unfinished";
}

/// What came of a question.
struct Entry {
    End end = End::unfinished;
    std::string
        digits{};   ///< What was entered; what there was of it so far, when it did not end well.
    int tries = 0;  ///< How many times the caller was asked.
    std::string heard{};    ///< What was said instead of pressed: see `listen`.
    std::string missing{};  ///< The first sound that could not be played; empty: none.

    [[nodiscard]] explicit operator bool() const noexcept { return end == End::entered; }
};

/// What a check says: nothing against an entry, or a prompt that says why it is refused.
///
///     ask.check = [](std::string_view digits) { return digits == "1234"; };
///     ask.check = [](std::string_view digits) { return good(digits) ? nullptr : "wrong-pin"; };
class Objection {
  public:
    /// True: nothing. False: refused, with Manners::wrong.
    template <class Bool, class = std::enable_if_t<std::is_same_v<Bool, bool>>>
    Objection(Bool good) : refused_{!good} {}
    /// A null pointer: nothing. A sound: refused, with that.
    Objection(const char* sound) : refused_{sound != nullptr} {
        if (refused_) prompt_ = sound;
    }
    Objection(Prompt prompt) : refused_{true}, prompt_{std::move(prompt)} {}

    [[nodiscard]] bool refused() const noexcept { return refused_; }
    [[nodiscard]] const Prompt& prompt() const noexcept { return prompt_; }

  private:
    bool refused_ = false;
    Prompt prompt_{};
};

/// Looks at an entry that has the right keys. It must not wait, and not use the session.
using Check = Callback<Objection(std::string_view digits)>;

}}}  // namespace agi::v0::ivr
