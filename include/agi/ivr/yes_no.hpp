// SPDX-License-Identifier: MIT
#pragma once
// A question with two answers.

#include <agi/ivr/asking.hpp>
#include <agi/ivr/drive.hpp>
#include <agi/version.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// What came of a YesNo.
struct Decision {
    End end = End::unfinished;
    bool yes = false;  ///< False, unless the caller chose it.
    int tries = 0;

    [[nodiscard]] explicit operator bool() const noexcept { return yes; }
};

/// Asks for yes or no, again and again until one of the two keys is pressed.
///
///     if (YesNo{{"press-1-to-go-on"}}(call)) { ... }
///
/// One of the keys stops the prompt. A hang-up leaves as an AGIHangup.
struct YesNo {
    Prompt prompt{};
    std::string yes = "1";
    std::string no = "2";
    Optional<int> tries{};  ///< By default Manners::tries.
    Speech speech{};        ///< With these words; see `listen`.
    std::string yes_words = "yes";
    std::string no_words = "no";
    std::vector<Prompt>
        again{};  ///< From the second try on, instead of the prompt; the last one stays.
    OptionalMilliseconds first_key{};  ///< Silence after the prompt.
    Prompt wrong{};                    ///< After another key; empty: Manners::wrong_choice.

    /// @throws AGIArgumentError  a key that is none
    [[nodiscard]] Question question(const Manners& manners) const {
        Question made = menu_question(prompt, manners);
        made.add_option(yes, yes_words);
        made.add_option(no, no_words);
        made.again = &again;
        if (!wrong.empty()) made.wrong = &wrong;
        made.speech = &speech;
        if (first_key) made.first_key = *first_key;
        if (tries) made.tries = *tries;
        return made;
    }

    using Runs = Asking;
    [[nodiscard]] static Decision result(const Asking& machine) {
        const Entry entry = machine.entry();
        return {entry.end, entry && machine.chosen() == 0, entry.tries};
    }

    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const& {
        return drive_question(session, *this, manners);
    }
    template <class Session>
    auto operator()(Session& session, const Manners& manners = Manners::usual()) const&& {
        return drive_temporary(session, *this, manners);
    }
};

}}}  // namespace agi::v0::ivr
