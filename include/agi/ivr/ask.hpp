// SPDX-License-Identifier: MIT
#pragma once
// A question that is answered with digits.

#include <agi/ivr/asking.hpp>
#include <agi/ivr/drive.hpp>
#include <agi/ivr/key.hpp>
#include <agi/version.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/refuse.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

#define AGI_NO_LENGTH "agi: how many digits is exactly(6), or between(4, 6)"

/// How many digits an answer has. A number alone does not compile: see `exactly` and `between`.
struct Length {
    constexpr Length() noexcept = default;
    constexpr Length(int at_least, int at_most) noexcept : least{at_least}, most{at_most} {}

    template <class T, class = wire::if_no_class<T>>
    AGI_REFUSE(AGI_NO_LENGTH)
    constexpr Length(T /*number*/) {  // NOLINT(google-explicit-constructor)
        AGI_REFUSE_IN_BODY(T, AGI_NO_LENGTH);
    }

    int least = 1;
    int most = 255;
};
#undef AGI_NO_LENGTH
/// That many, no more and no less: the last one ends the entry.
constexpr Length exactly(int count) noexcept { return {count, count}; }
/// `#` or silence ends the entry, the last possible one too. With 0 an answer may be only a `#`.
constexpr Length between(int least, int most) noexcept { return {least, most}; }

/// Asks for digits, again and again until they are right.
///
///     Ask pin;
///     pin.prompt = {"agent-pass"};
///     pin.digits = exactly(4);
///     if (const Entry entry = pin(call)) use(entry.digits);
///
/// A key during the prompt stops it, and counts. After too few digits, wrong ones, or silence, the
/// question is asked again. A hang-up leaves as an AGIHangup: what was entered by then has
/// Asking::entry, for those who run the machine themselves; what GET DATA had collected is lost.
struct Ask {
    Prompt prompt{};
    Length digits{};
    DigitSet keys = "0123456789";  ///< What counts as a digit.
    Key cancel = no_key;           ///< Ends the question: End::cancelled.
    Key terminator = '#';  ///< Ends the entry; no_key: only silence does, or the last digit.
    bool secret = false;   ///< In no trace and no error.
    std::vector<Prompt>
        again{};  ///< From the second try on, instead of the prompt; the last one stays.
    Check check{};
    OptionalMilliseconds first_key{};    ///< Silence after the prompt.
    OptionalMilliseconds next_key{};     ///< Silence between two keys.
    std::chrono::milliseconds total{0};  ///< The longest entry after the prompt; 0: no limit.
    Optional<int> tries{};
    bool interruptible = true;  ///< False: keys during the prompt are lost.
    DigitSet interrupt{};       ///< Keys that stop the prompt; empty: those of an answer.
    Prompt wrong{};             ///< After a wrong entry; empty: Manners::wrong.
    Speech speech{};

    /// @throws AGIArgumentError  a length that cannot be
    [[nodiscard]] Question question(const Manners& manners) const {
        constexpr int longest = 1023;  // of GET DATA
        if (digits.least < 0 || digits.most < 1 || digits.least > digits.most ||
            digits.most > longest) {
            throw AGIArgumentError("Ask", "digits: 0 <= least <= most, 1 <= most <= 1023");
        }
        Question made;
        made.prompt = &prompt;
        made.again = &again;
        made.wrong = wrong.empty() ? &manners.wrong : &wrong;
        made.check = &check;
        made.speech = &speech;
        made.plan.least = static_cast<std::size_t>(digits.least);
        made.plan.most = static_cast<std::size_t>(digits.most);
        made.plan.digits = keys;
        made.first_key = first_key.value_or(manners.first_key);
        made.next_key = next_key.value_or(manners.next_key);
        made.total = total;
        made.tries = tries.value_or(manners.tries);
        made.cancel = cancel;
        made.terminator = terminator;
        made.interruptible = interruptible;
        made.secret = secret;
        made.interrupt = interrupt;
        return made;
    }
    using Runs = Asking;
    [[nodiscard]] static Entry result(const Asking& machine) { return machine.entry(); }
    // What Confirm asks: what an entry means, and how it is said.
    [[nodiscard]] static Entry result_of(Entry entry) { return entry; }
    [[nodiscard]] static Prompt read_back(const std::string& entered) { return {Digits(entered)}; }

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
