// SPDX-License-Identifier: MIT
#pragma once
// A node of a Flow: a question of any kind, its outcomes, and where they lead.

#include <agi/ivr/ivr.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// Something that the program does itself, by name: its outcome is what the program returns.
struct Do {
    std::string action;
};

/// Where an outcome leads. `else` stands for all that have no edge of their own, apart from `hung_up`:
/// the caller is gone after a recording or while dialling, and without an edge for that the flow ends.
struct Edge {
    std::string outcome;
    std::string to;
};

// The outcome of each kind of question, as an edge names it.

inline std::string outcome_of(const Entry& entry) { return to_string(entry.end); }
inline std::string outcome_of(const Decision& decision) {
    if (decision.end != End::entered) return to_string(decision.end);
    return decision.yes ? "yes" : "no";
}
inline std::string outcome_of(const Recording& recording) {
    switch (recording.kept) {
        case Kept::kept: return "kept";
        case Kept::dropped: return "dropped";
        case Kept::hung_up: return "hung_up";
        case Kept::nothing: break;
    }
    return "nothing";
}
inline std::string outcome_of(const Dialled& dialled) {
    return dialled.caller_left ? "hung_up" : to_string(dialled.end);
}
inline std::string outcome_of(const std::optional<char>& /*of_say*/) { return {}; }

/// What a node's question was answered with.
inline std::string answer_of(const Entry& entry) { return entry.digits; }
inline std::string answer_of(const Recording& recording) { return recording.file; }
inline std::string answer_of(const Dialled& dialled) { return dialled.status; }
template <class Result>
std::string answer_of(const Result& /*has_none*/) {
    return {};
}

/// A question whose type is forgotten.
class AnyQuestion {
  public:
    virtual ~AnyQuestion() = default;
    AnyQuestion() = default;
    AnyQuestion(const AnyQuestion&) = delete;
    AnyQuestion& operator=(const AnyQuestion&) = delete;

    [[nodiscard]] virtual std::unique_ptr<Machine> machine(const Manners& manners) const = 0;
    /// Of a machine that has ended: its outcome, and what was entered.
    [[nodiscard]] virtual Edge outcome(const Machine& machine) const = 0;
    /// All outcomes that there can be.
    [[nodiscard]] virtual std::vector<std::string> outcomes(const Manners& manners) const = 0;
    /// What it may say, with what the Manners have for it.
    [[nodiscard]] virtual std::vector<const Prompt*> prompts(const Manners& manners) const = 0;
    /// What it asks, where it asks for keys.
    [[nodiscard]] virtual std::optional<Question> question(const Manners& manners) const = 0;
    [[nodiscard]] virtual const char* kind() const = 0;
};

namespace node {

/// The outcomes of a question for keys.
inline std::vector<std::string> ends_of(const Question& question, const Manners& manners) {
    std::vector<std::string> ends{"no_input", "no_match"};
    const auto add = [&](char key, const char* end) {
        if (key != no_key && question.plan.fit({&key, 1}) == Fit::no) ends.emplace_back(end);
    };
    add(question.cancel, "cancelled");
    add(manners.back, "back");
    add(manners.attendant, "attendant");
    return ends;
}

template <class Spec, class = void>
struct has_question : std::false_type {};
template <class Spec>
struct has_question<Spec, std::void_t<decltype(std::declval<const Spec&>().question(
                              std::declval<const Manners&>()))>>
    : std::is_same<decltype(std::declval<const Spec&>().question(std::declval<const Manners&>())),
                   Question> {};

template <class T>
struct is_menu : std::false_type {};
template <class To>
struct is_menu<Menu<To>> : std::true_type {};
template <class T>
struct is_confirm : std::false_type {};
template <class Asked>
struct is_confirm<Confirm<Asked>> : std::true_type {};

}  // namespace node

/// A question of a known type.
template <class Spec>
class QuestionOf : public AnyQuestion {
  public:
    explicit QuestionOf(Spec spec) : spec_{std::move(spec)} {}

    [[nodiscard]] std::unique_ptr<Machine> machine(const Manners& manners) const override {
        return std::make_unique<typename Spec::Runs>(spec_, manners);
    }
    [[nodiscard]] Edge outcome(const Machine& machine) const override {
        const auto& mine = static_cast<const typename Spec::Runs&>(machine);
        if constexpr (node::is_menu<Spec>::value) {
            const Entry entry = mine.entry();
            if (!entry) return {to_string(entry.end), entry.digits};
            const KeyPlan& plan = mine.question().plan;
            return {plan.patterns[plan.best(entry.digits)].text(), entry.digits};
        } else {
            const auto result = spec_.result(mine);
            return {outcome_of(result), answer_of(result)};
        }
    }
    [[nodiscard]] std::vector<std::string> outcomes(const Manners& manners) const override {
        if constexpr (node::is_menu<Spec>::value) {
            auto all = node::ends_of(spec_.question(manners), manners);
            for (const auto& option : spec_.options) all.push_back(option.keys);
            return all;
        } else if constexpr (std::is_same_v<Spec, YesNo>) {
            auto all = node::ends_of(spec_.question(manners), manners);
            all.insert(all.end(), {"yes", "no"});
            return all;
        } else if constexpr (node::is_confirm<Spec>::value) {
            auto all = node::ends_of(spec_.question.question(manners), manners);
            Question read_back = menu_question(spec_.before, manners);
            read_back.add_option(spec_.yes);
            read_back.add_option(spec_.no);
            for (auto& end : node::ends_of(read_back, manners)) {
                if (std::find(all.begin(), all.end(), end) == all.end()) all.push_back(end);
            }
            all.emplace_back("entered");
            return all;
        } else if constexpr (node::has_question<Spec>::value) {
            auto all = node::ends_of(spec_.question(manners), manners);
            all.emplace_back("entered");
            return all;
        } else if constexpr (std::is_same_v<Spec, Record>) {
            return {"kept", "dropped", "nothing"};
        } else if constexpr (std::is_same_v<Spec, Dial>) {
            std::vector<std::string> all{"answered",   "busy",        "no_answer",
                                         "congestion", "unavailable", "other"};
            // The caller, who is still there, has stopped the ringing.
            if (spec_.options.find_first_of("Hd") != std::string::npos)
                all.emplace_back("cancelled");
            return all;
        } else {
            return {""};
        }
    }
    [[nodiscard]] std::vector<const Prompt*> prompts(const Manners& manners) const override {
        std::vector<const Prompt*> all;
        if constexpr (node::is_confirm<Spec>::value) {
            add_prompts(all, spec_.question, manners);
            const Prompt& after = spec_.after.empty() ? manners.correct : spec_.after;
            all.insert(all.end(), {&spec_.before, &after, &manners.wrong_choice});
        } else if constexpr (std::is_same_v<Spec, Record>) {
            const Prompt& own = spec_.review_prompt;
            all = {&spec_.prompt,         own.empty() ? &manners.review : &own,
                   &manners.wrong_choice, &manners.kept,
                   &manners.dropped,      &manners.too_short};
        } else if constexpr (!std::is_same_v<Spec, Dial>) {
            add_prompts(all, spec_, manners);
        }
        return all;
    }
    [[nodiscard]] std::optional<Question> question(const Manners& manners) const override {
        if constexpr (node::is_confirm<Spec>::value) {
            return spec_.question.question(manners);
        } else if constexpr (node::has_question<Spec>::value) {
            return spec_.question(manners);
        } else {
            return std::nullopt;
        }
    }
    [[nodiscard]] const char* kind() const override {
        if constexpr (node::is_menu<Spec>::value || std::is_same_v<Spec, YesNo>) return "menu";
        if constexpr (std::is_same_v<Spec, Record>) return "record";
        if constexpr (std::is_same_v<Spec, Dial>) return "dial";
        if constexpr (std::is_same_v<Spec, Say>) return "say";
        return "ask";
    }

  private:
    template <class Asked>
    static void add_prompts(std::vector<const Prompt*>& all, const Asked& asked,
                            const Manners& manners) {
        all.push_back(&asked.prompt);
        if constexpr (node::has_question<Asked>::value) {
            const bool menu = node::is_menu<Asked>::value || std::is_same_v<Asked, YesNo>;
            const Prompt& usual = menu ? manners.wrong_choice : manners.wrong;
            for (const Prompt& prompt : asked.again) all.push_back(&prompt);
            all.insert(all.end(), {asked.wrong.empty() ? &usual : &asked.wrong, &manners.silence});
        }
    }

    Spec spec_;
};

/// A node: its name, what happens there, and where each outcome leads. A node without edges ends the flow.
struct Node {
    template <class Spec>
    Node(std::string called, Spec spec, std::vector<Edge> leads = {})
        : name{std::move(called)},
          question{std::make_shared<QuestionOf<Spec>>(std::move(spec))},
          edges{std::move(leads)} {}
    Node(std::string called, Do what, std::vector<Edge> leads = {})
        : name{std::move(called)}, action{std::move(what.action)}, edges{std::move(leads)} {}

    std::string name;
    std::shared_ptr<const AnyQuestion> question{};  ///< None: the program does `action`.
    std::string action{};
    std::vector<Edge> edges;

    /// Where an outcome leads; nullptr: nowhere.
    [[nodiscard]] const std::string* after(std::string_view outcome) const {
        const std::string* otherwise = nullptr;
        for (const Edge& edge : edges) {
            if (edge.outcome == outcome) return &edge.to;
            if (edge.outcome == "else" && outcome != "hung_up") otherwise = &edge.to;
        }
        return otherwise;
    }
};

}}}  // namespace agi::v0::ivr
