// SPDX-License-Identifier: MIT
#pragma once
// What is the same for all dialogues of a program.

#include <agi/ivr/callback.hpp>
#include <agi/ivr/key.hpp>
#include <agi/ivr/key_plan.hpp>
#include <agi/ivr/prompt.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ivr {

/// Turns text into a sound for a language: the file's name, without extension. Empty: it could not.
using Speak = Callback<std::string(std::string_view text, std::string_view language)>;

/// Whether Asterisk has a sound in a language.
using HasSound = Callback<bool(std::string_view sound, std::string_view language)>;

/// What becomes of a sound that is not there.
enum class Missing : unsigned char {
    skip,   ///< The dialogue goes on without it; Entry::missing names it.
    error,  ///< The dialogue ends with the command's AGIAppError.
};

/// Timeouts, tries, keys and prompts for all questions that do not have their own:
///
///     Manners house;
///     house.attendant = '0';
///     const auto choice = menu(call, house);
///
/// The prompts that are set here are sounds of Asterisk's own core set.
struct Manners {
    std::chrono::milliseconds first_key{5000};  ///< Silence after the prompt.
    std::chrono::milliseconds next_key{5000};   ///< Silence between two keys.
    /// The same in a menu, where `1` waits for the `2` of `12`.
    std::chrono::milliseconds next_menu_key{2000};
    int tries = 3;

    // Keys that mean the same everywhere, unless the question at hand has another use for them.
    Key repeat = no_key;     ///< Says the prompt again; up to three times without a try.
    Key back = no_key;       ///< Ends the question: End::back.
    Key attendant = no_key;  ///< Ends the question: End::attendant.

    Prompt silence{};                               ///< After silence, before the question again.
    Prompt wrong = "privacy-incorrect";             ///< After an entry that is none.
    Prompt wrong_choice = "pm-invalid-option";      ///< The same after a menu.
    Prompt correct{"if-correct-press", Number(1)};  ///< Asks whether an entry is right.
    Prompt review = "vm-review";                    ///< 1 keep, 2 listen, 3 again.
    Prompt kept = "vm-msgsaved";
    Prompt dropped = "vm-deleted";
    Prompt too_short = "vm-tooshort";  ///< After a recording of nothing.

    Speak speak{};         ///< Needed for a prompt with Text.
    HasSound has_sound{};  ///< Asked before a sound is played: a missing one is not tried.
    Missing missing = Missing::skip;
    std::string language{};  ///< Of phrases and texts; empty: that of the call, agi_language.

    /// What is used where none are given.
    static const Manners& usual() {
        static const Manners* const manners = new Manners;  // for calls until the very end
        return *manners;
    }
};

}}}  // namespace agi::v0::ivr
