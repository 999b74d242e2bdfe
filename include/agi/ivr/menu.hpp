// SPDX-License-Identifier: MIT
#pragma once
// A question that is answered with one of several options.

#include <agi/ivr/asking.hpp>
#include <agi/ivr/drive.hpp>
#include <agi/ivr/key.hpp>
#include <agi/version.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// An answer of a menu.
template <class To>
struct Option {
    std::string
        keys;  ///< Digits, or a pattern as in the dialplan: `1`, `3XX`, `[12]X.`; see Pattern.
    To to{};   ///< What it means.
    std::string words{};  ///< What the caller may say instead: see `listen`.
};

/// What came of a menu.
template <class To>
struct Choice {
    std::optional<To> to{};  ///< The option; none, unless `end` is End::entered.
    std::string keys{};      ///< What was pressed: the extension, where that was a pattern.
    End end = End::unfinished;
    int tries = 0;
    std::string heard{};
    std::string missing{};

    [[nodiscard]] explicit operator bool() const noexcept { return to.has_value(); }
};

/// Offers options, again and again until one is chosen.
///
///     enum class To { sales, support, desk };
///     const Menu<To> menu{{"welcome", "press-1"}, {{"1", To::sales}, {"2", To::support}, {"3XX", To::desk}}};
///     const Choice<To> choice = menu(call);
///
/// Keys are compared as the dialplan does, all options together: the closest pattern wins, and what
/// nothing longer begins with counts at once. A key that an option begins with stops the prompt and counts; other
/// keys are lost during it, and a wrong choice after it. A hang-up leaves as an AGIHangup.
template <class To>
struct Menu {
    Prompt prompt{};
    std::vector<Option<To>> options{};
    Key cancel = no_key;  ///< Ends the menu: End::cancelled.
    std::vector<Prompt>
        again{};  ///< From the second try on, instead of the prompt; the last one stays.
    OptionalMilliseconds first_key{};    ///< Silence after the prompt.
    OptionalMilliseconds next_key{};     ///< Silence between two keys.
    std::chrono::milliseconds total{0};  ///< The longest time after the prompt; 0: no limit.
    Optional<int> tries{};
    bool interruptible = true;  ///< False: keys during the prompt are lost.
    DigitSet interrupt{};  ///< Keys that stop the prompt; empty: those that an option begins with.
    Prompt wrong{};        ///< After a wrong choice; empty: Manners::wrong_choice.
    Speech speech{};

    /// @throws AGIArgumentError  no options, or a pattern that cannot be
    [[nodiscard]] Question question(const Manners& manners) const {
        if (options.empty()) throw AGIArgumentError("Menu", "no options");
        Question made = menu_question(prompt, manners);
        for (const Option<To>& option : options) made.add_option(option.keys, option.words);
        made.again = &again;
        if (!wrong.empty()) made.wrong = &wrong;
        made.speech = &speech;
        if (first_key) made.first_key = *first_key;
        if (next_key) made.next_key = *next_key;
        made.total = total;
        if (tries) made.tries = *tries;
        made.cancel = cancel;
        made.interruptible = interruptible;
        made.interrupt = interrupt;
        return made;
    }

    using Runs = Asking;
    [[nodiscard]] Choice<To> result(const Asking& machine) const {
        Entry entry = machine.entry();
        Choice<To> choice{{}, {}, entry.end, entry.tries, {}, {}};
        if (entry) choice.to = options[machine.chosen()].to;
        choice.keys = std::move(entry.digits);
        choice.heard = std::move(entry.heard);
        choice.missing = std::move(entry.missing);
        return choice;
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
