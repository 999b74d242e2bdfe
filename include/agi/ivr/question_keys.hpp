// SPDX-License-Identifier: MIT
#pragma once
// Which keys mean what at a question, and which command waits for the next one.

#include <agi/command/digits.hpp>
#include <agi/ivr/question.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ivr {

/// The keys of a question, those of the Manners among them. Views both.
class QuestionKeys {
  public:
    QuestionKeys(const Question& question, const Manners& manners) noexcept
        : question_{question}, manners_{manners} {}

    /// Those that stop what is said.
    [[nodiscard]] DigitSet stops() const {
        if (!question_.interruptible) return {};
        if (!question_.interrupt.empty()) return question_.interrupt;
        const DigitSet all = DigitSet::all();
        std::string keys;
        for (const char key : all.view()) {
            // A `#` that ends nothing belongs to the question before.
            const bool ends = key == question_.terminator && question_.plan.fit({}) == Fit::maybe;
            if (question_.plan.fit({&key, 1}) != Fit::no || is_special({}, key) || ends)
                keys += key;
        }
        return DigitSet{keys};
    }

    /// Whether a key ends the question or repeats it, as no answer begins or goes on with it.
    [[nodiscard]] bool is_special(std::string_view before, char key) const {
        const bool one = key == question_.cancel || key == manners_.repeat ||
                         key == manners_.back || key == manners_.attendant;
        return one && key != no_key && question_.plan.fit(before, key) == Fit::no &&
               question_.plan.fit({&key, 1}) == Fit::no;
    }
    /// Whether such a key is not the terminator that it is, too: the question's own always, those of the
    /// Manners where there is nothing to end.
    [[nodiscard]] bool outdoes_terminator(std::string_view before, char key) const {
        return key == question_.cancel || (before.empty() && question_.plan.fit({}) != Fit::maybe);
    }

    /// How many keys GET DATA may collect, after those: inside Asterisk none is lost between two commands.
    /// It ends with `#`, and has one time only. 0: each key has to be looked at.
    [[nodiscard]] std::size_t inside_asterisk(std::string_view before) const {
        const std::size_t size = question_.plan.size(before);
        const bool possible = question_.terminator == '#' && question_.total <= Time{0} &&
                              !has_special() && !question_.plan.takes('#') && size > before.size();
        return possible ? size - before.size() : 0;
    }

    /// Waits for the next key, or for all that are left; for `most` at most, if that is not 0.
    [[nodiscard]] Step wait(std::string_view before, Time most) const {
        const wire::Redaction secret{false, question_.secret};
        const bool first = before.empty();
        Time time = first ? question_.first_key : question_.next_key;
        const std::size_t left = inside_asterisk(before);
        const bool one_time = !first || question_.first_key == question_.next_key;
        // What GET DATA has for a timeout of 0.
        const bool usual =
            first && question_.first_key == Time{6000} && question_.next_key == Time{2000};
        if (left > 1 && (one_time || usual)) {
            if (usual) {
                time = Time{0};
            } else if (time <= Time{0}) {
                time = Time{1};  // 0 would be Asterisk's own
            }
            return Step{Step::Kind::data, GetData{"", time, static_cast<int>(left)}, secret};
        }
        if (most > Time{0} && most < time) time = most;
        return Step{Step::Kind::digit, WaitForDigit{time > Time{0} ? time : Time{1}}, secret};
    }

  private:
    [[nodiscard]] bool has_special() const {
        for (const char key :
             {question_.cancel, manners_.repeat, manners_.back, manners_.attendant}) {
            if (is_special({}, key)) return true;
        }
        return false;
    }

    const Question& question_;
    const Manners& manners_;
};

}}}  // namespace agi::v0::ivr
