// SPDX-License-Identifier: MIT
#pragma once
// A question as a machine sees it: what is said, which keys are an answer, how long is waited for them.

#include <agi/ivr/entry.hpp>
#include <agi/ivr/key.hpp>
#include <agi/ivr/key_plan.hpp>
#include <agi/ivr/manners.hpp>
#include <agi/ivr/step.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// What a caller may say instead of pressing keys: nothing, unless it is made by `listen`. Whoever does not
/// use that compiles no SPEECH RECOGNIZE.
struct Speech {
    Callback<std::string(std::string_view words)> keys{};
    /// The command that says the last sound of a prompt, and listens for that long.
    Step (*recognize)(const std::string& sound, Time time, wire::Redaction secret) = nullptr;
};

/// Made by a specification such as Ask or Menu. The prompts are the specification's, which must outlive it.
struct Question {
    const Prompt* prompt = nullptr;
    const std::vector<Prompt>* again = nullptr;
    const Prompt* wrong = nullptr;
    const Check* check = nullptr;
    Check valid{};  ///< Asked before that: what the kind of question itself demands.
    const Speech* speech = nullptr;
    KeyPlan plan{};
    Time first_key{0};
    Time next_key{0};
    Time total{0};  ///< 0: no limit.
    int tries = 1;
    Key cancel = no_key;
    Key terminator = '#';
    bool interruptible = true;
    bool secret = false;
    bool secret_prompt =
        false;  ///< What is said is secret, its sounds too: what was entered is read back.
    DigitSet interrupt{};  ///< Empty: the keys that an answer begins with.

    /// Another answer: keys or a pattern, and what may be said for it.
    ///
    /// @throws AGIArgumentError  a pattern that cannot be
    void add_option(const std::string& keys, const std::string& said = {}) {
        Pattern pattern{keys, said};
        plan.patterns.push_back(std::move(pattern));
    }
};

/// What a menu asks, without its options.
inline Question menu_question(const Prompt& prompt, const Manners& manners) {
    Question made;
    made.prompt = &prompt;
    made.wrong = &manners.wrong_choice;
    made.first_key = manners.first_key;
    made.next_key = manners.next_menu_key;
    made.tries = manners.tries;
    return made;
}

}}}  // namespace agi::v0::ivr
