// SPDX-License-Identifier: MIT
#pragma once
// A question around another one: whether what was entered is right.

#include <agi/ivr/asking.hpp>
#include <agi/ivr/drive.hpp>
#include <agi/version.hpp>
#include <agi/wire/optional.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// Asks a question, says what was entered, and asks whether that is right; if not, all again.
///
///     const auto entry = Confirm<Ask>{number}(call);
///
/// The read-back of what is secret is secret too. Silence and other keys are no answer; the last of
/// the tries without one ends it as End::no_input or End::no_match.
template <class Asked>
struct Confirm {
    Asked question{};
    Prompt before = "you-entered";
    /// How an entry is said; by default as its question would.
    Callback<Prompt(std::string_view digits)> read_back{};
    Prompt after{};  ///< Asks for `yes` or `no`; empty: Manners::correct.
    std::string yes = "1";
    std::string no = "2";
    Optional<int> rounds{};  ///< How often it may be entered; by default Manners::tries.

    class Confirming : public Machine {
      public:
        Confirming(const Confirm& spec, const Manners& manners)
            : spec_{&spec}, manners_{&manners}, asking_{std::in_place, spec.question, manners} {}
        Confirming(const Confirming&) = delete;
        Confirming& operator=(const Confirming&) = delete;
        ~Confirming() override = default;

        void language(std::string_view of_the_call) override {
            language_ = of_the_call;
            asking_->language(language_);
        }
        const Step* next(Time now) override {
            while (!ended_) {
                if (!answer_) {
                    if (const Step* step = asking_->next(now)) return step;
                    entry_ = asking_->entry();
                    if (!entry_) return nullptr;
                    entry_.end = End::unfinished;  // as nobody has confirmed it
                    begin_read_back();
                }
                if (const Step* step = answer_->next(now)) return step;
                judge();
            }
            return nullptr;
        }
        void take(Came came) override { current().take(std::move(came)); }
        bool fail() override { return current().fail(); }

        [[nodiscard]] Entry entry() const {
            const bool asks = entry_.end == End::unfinished && !answer_;
            Entry made = asks ? asking_->entry() : entry_;
            made.missing = missing();
            return made;
        }

      private:
        Machine& current() {
            if (answer_) return *answer_;
            return *asking_;
        }

        /// The first sound that was missing, in all rounds.
        [[nodiscard]] std::string missing() const {
            if (!missing_.empty()) return missing_;
            const std::string asked = asking_->entry().missing;
            return asked.empty() && answer_ ? answer_->entry().missing : asked;
        }

        void begin_read_back() {
            const Confirm& spec = *spec_;
            said_ = spec.before;
            const Prompt entered = spec.read_back ? spec.read_back(entry_.digits)
                                                  : spec.question.read_back(entry_.digits);
            const Prompt& last = spec.after.empty() ? manners_->correct : spec.after;
            for (const Prompt* part : {&entered, &last}) {
                said_.parts.insert(said_.parts.end(), part->parts.begin(), part->parts.end());
            }
            Question asked = menu_question(said_, *manners_);
            asked.add_option(spec.yes);
            asked.add_option(spec.no);
            asked.secret = asked.secret_prompt = asking_->question().secret;
            answer_.emplace(std::move(asked), *manners_);
            answer_->language(language_);
        }

        void judge() {
            const End how = answer_->entry().end;
            const bool right = answer_->chosen() == 0;
            missing_ = missing();
            answer_.reset();
            if (how != End::entered || right) return end(how);
            if (++rounds_ >= spec_->rounds.value_or(manners_->tries)) return end(End::no_match);
            entry_ = {};
            asking_.emplace(spec_->question, *manners_);
            asking_->language(language_);
        }
        void end(End how) {
            entry_.end = how;
            ended_ = true;
        }

        const Confirm* spec_;
        const Manners* manners_;
        std::string language_{};
        std::optional<Asking> asking_;
        Prompt said_{};
        std::optional<Asking> answer_{};
        Entry entry_{};
        std::string missing_{};
        int rounds_ = 0;
        bool ended_ = false;
    };

    using Runs = Confirming;
    [[nodiscard]] auto result(const Confirming& machine) const {
        return question.result_of(machine.entry());
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

template <class Asked>
Confirm(Asked) -> Confirm<Asked>;

}}}  // namespace agi::v0::ivr
