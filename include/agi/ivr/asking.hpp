// SPDX-License-Identifier: MIT
#pragma once
// The machine behind every question: prompt, keys, tries.

#include <agi/ivr/player.hpp>
#include <agi/ivr/question.hpp>
#include <agi/ivr/question_keys.hpp>
#include <agi/version.hpp>
#include <agi/wire/optional.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// Asks a question until it is answered, or the tries are used up.
class Asking : public Machine {
  public:
    /// `specification`, an Ask or a Menu say, and the Manners must outlive it.
    template <class Specification>
    explicit Asking(const Specification& specification, const Manners& manners = Manners::usual())
        : question_{specification.question(manners)}, manners_{manners}, player_{manners} {}
    template <class Specification, class = std::enable_if_t<!std::is_reference_v<Specification>>>
    explicit Asking(Specification&& specification, const Manners& = Manners::usual()) = delete;
    template <class Specification>
    Asking(const Specification& specification, const Manners&& manners) = delete;

    Asking(Question question, const Manners& manners)
        : question_{std::move(question)}, manners_{manners}, player_{manners} {}

    void language(std::string_view of_the_call) override { player_.language(of_the_call); }

    const Step* next(Time now) override {
        if (entry_.end != End::unfinished) return nullptr;
        if (entry_.tries == 0) begin_try(nullptr);
        // The last part is said by SPEECH RECOGNIZE itself.
        step_ = player_.next(keys().stops(), {question_.secret_prompt, question_.secret});
        said_ = static_cast<bool>(step_);
        if (!said_) {
            if (question_.total > Time{0} && !deadline_ && !still_listens())
                deadline_ = now + question_.total;
            if (!deadline_ || now < *deadline_) step_ = wait(now);
        }
        if (!step_) {  // the total time is over
            end_try(true);
            return next(now);
        }
        return &step_;
    }

    void take(Came came) override {
        using Kind = Step::Kind;
        const Kind kind = step_.kind();
        if (kind == Kind::recognize) listened_ = true;
        if (said_) {
            const bool stopped = !came.keys.empty() && keys().stops().contains(came.keys[0]);
            if (!stopped) return;
            player_.stop();
            came.timed_out = false;
        }
        if (kind == Kind::recognize && !came.text.empty()) return hear(came.text);
        for (const char key : came.keys) {
            if (press(key)) return;
        }
        if (kind == Kind::data && !came.timed_out && !over(entry_.digits)) {
            if (!press_terminator()) return;  // GET DATA never says its `#`
        } else if (came.timed_out) {
            end_try(true);
        }
    }

    bool fail() override { return said_ && player_.fail(); }

    /// A check of one's own, one that must wait say, has refused the entry: that was a try. The prompt
    /// says why, and the question is asked again, unless the tries are used up.
    void reject(const Prompt& why) { refuse(End::no_match, why.empty() ? question_.wrong : &why); }

    /// How it ended; while it has not, what was entered so far.
    [[nodiscard]] Entry entry() const {
        Entry entry = entry_;
        entry.missing = player_.missing();
        return entry;
    }
    [[nodiscard]] const std::string& digits() const noexcept { return entry_.digits; }
    [[nodiscard]] const Question& question() const noexcept { return question_; }
    /// Which of the question's options has been entered.
    [[nodiscard]] std::size_t chosen() const { return question_.plan.best(entry_.digits); }

  private:
    static constexpr int free_repeats = 3;

    // A try: what is said, which keys end it, how long the caller has.

    void begin_try(const Prompt* before) {
        ++entry_.tries;
        ask_again(before);
    }

    void ask_again(const Prompt* before) {
        entry_.digits.clear();
        entry_.heard.clear();
        hash_ignored_ = listened_ = false;
        deadline_ = {};
        player_.clear();
        if (before != nullptr) player_.add(*before);
        const std::vector<Prompt>* again = question_.again;
        const auto earlier = static_cast<std::size_t>(entry_.tries - 1);
        if (earlier == 0 || again == nullptr || again->empty()) {
            player_.add(*question_.prompt);
        } else {
            player_.add(earlier < again->size() ? (*again)[earlier - 1] : again->back());
        }
        if (!listens()) return;
        listen_prompt_ = player_.take_last_sound(question_.secret);
        if (listen_prompt_.empty()) listen_prompt_ = "silence/1";
    }

    [[nodiscard]] bool listens() const {
        return question_.speech != nullptr && question_.speech->recognize != nullptr;
    }

    /// The next step is to listen, and to say the end of the prompt.
    [[nodiscard]] bool still_listens() const {
        return listens() && !listened_ && entry_.digits.empty();
    }

    [[nodiscard]] QuestionKeys keys() const noexcept { return {question_, manners_}; }

    Step wait(Time now) {
        if (still_listens()) {
            const bool limited = question_.total > Time{0} && question_.total < question_.first_key;
            const Time time = limited ? question_.total : question_.first_key;
            return question_.speech->recognize(listen_prompt_, time, {false, question_.secret});
        }
        return keys().wait(entry_.digits, deadline_ ? *deadline_ - now : Time{0});
    }

    // Keys.

    [[nodiscard]] bool over(std::string_view keys) const {
        return question_.plan.fit(keys) == Fit::whole;
    }

    /// True: the entry has ended with it.
    bool press(char key) {
        const Fit fit = question_.plan.fit(entry_.digits, key);
        const bool special = keys().is_special(entry_.digits, key);
        if (special &&
            (key != question_.terminator || keys().outdoes_terminator(entry_.digits, key)))
            return press_special(key);
        if (fit == Fit::no && key == question_.terminator) return press_terminator();
        entry_.digits += key;
        // What GET DATA has collected is looked at as a whole.
        const bool more =
            step_.kind() == Step::Kind::data && keys().inside_asterisk(entry_.digits) > 0;
        if (fit == Fit::whole) return accept();
        if (fit == Fit::no && !more) return end_try(false);
        return false;
    }

    bool press_terminator() {
        const Fit fit = question_.plan.fit(entry_.digits);
        if (!entry_.digits.empty() || fit == Fit::maybe || hash_ignored_) return end_try(false);
        hash_ignored_ = true;  // the `#` of an entry before this one
        if (step_.kind() == Step::Kind::recognize) listened_ = false;  // which it has cut
        return false;
    }

    bool press_special(char key) {
        if (key == question_.cancel) return end(End::cancelled);
        if (key == manners_.back) return end(End::back);
        if (key == manners_.attendant) return end(End::attendant);
        if (++repeats_ > free_repeats) return refuse(End::no_match, nullptr);
        ask_again(nullptr);
        return true;
    }

    void hear(const std::string& words) {
        entry_.heard = words;
        entry_.digits = question_.speech->keys ? question_.speech->keys(words) : words;
        for (const Pattern& option : question_.plan.patterns) {
            // A pattern is no answer: words stand for an option without wildcards.
            if (!words.empty() && option.words() == words) entry_.digits = option.bare_text();
        }
        const Fit fit = question_.plan.fit(entry_.digits);
        const bool good = !entry_.digits.empty() && (fit == Fit::whole || fit == Fit::maybe);
        if (good) {
            accept();
        } else {
            refuse(End::no_match, question_.wrong);
        }
    }

    // The end of a try.

    /// Nothing more comes: by silence, or by the terminator or a key that fits nowhere.
    bool end_try(bool silence) {
        const Fit fit = question_.plan.fit(entry_.digits);
        if (silence && entry_.digits.empty()) return refuse(End::no_input, &manners_.silence);
        if (fit == Fit::whole || fit == Fit::maybe) return accept();
        return refuse(End::no_match, question_.wrong);
    }

    bool accept() {
        for (const Check* check : {&std::as_const(question_.valid), question_.check}) {
            if (check == nullptr || !*check) continue;
            const Objection objection = (*check)(entry_.digits);
            if (!objection.refused()) continue;
            reject(objection.prompt());
            return true;
        }
        return end(End::entered);
    }

    bool refuse(End end_of_it, const Prompt* why) {
        if (entry_.tries >= question_.tries) return end(end_of_it);
        entry_.end = End::unfinished;
        begin_try(why);
        return true;
    }

    bool end(End end) {
        entry_.end = end;
        player_.stop();
        return true;
    }

    Question question_;
    const Manners& manners_;
    Player player_;
    Entry entry_{};
    Step step_{};
    Optional<Time> deadline_{};
    std::string listen_prompt_{};
    int repeats_ = 0;
    bool said_ = false;          ///< The step says something.
    bool hash_ignored_ = false;  ///< One of them in this try.
    bool listened_ = false;
};

}}}  // namespace agi::v0::ivr
