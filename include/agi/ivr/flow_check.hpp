// SPDX-License-Identifier: MIT
#pragma once
// What is wrong with a flow, found without a call.

#include <agi/ivr/flow.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// Something that is wrong with a flow, or is to be known of it.
struct Problem {
    enum class Kind : unsigned char {
        no_nodes,
        same_name,     ///< Two nodes have it.
        no_target,     ///< An edge leads to a node that is not there.
        no_edge,       ///< An outcome that there can be leads nowhere.
        no_outcome,    ///< An edge for an outcome that there cannot be.
        unreachable,   ///< No edge leads there.
        endless,       ///< A caller who does nothing goes round for ever.
        same_key,      ///< Two options of a menu have the same keys.
        waits,         ///< Legal: an option begins like a longer one, so it is waited for.
        hidden,        ///< A key that means the same everywhere means something else here.
        bad_question,  ///< The question cannot be asked: its message says why.
        missing_sound,
    };
    Kind kind;
    std::string node;
    std::string text;  ///< Which one, in words.

    friend bool operator==(const Problem& a, const Problem& b) {
        return a.kind == b.kind && a.node == b.node && a.text == b.text;
    }
};

/// Checks a flow: see flow_problems.
class FlowCheck {
  public:
    FlowCheck(const Flow& flow, const Manners& manners) : flow_{flow}, manners_{manners} {}

    std::vector<Problem> find(const HasSound& has_sound,
                              const std::vector<std::string>& languages) {
        if (flow_.nodes.empty()) add(Kind::no_nodes, {}, "a flow needs a node to begin at");
        std::set<std::string> names;
        for (const Node& node : flow_.nodes) {
            if (!names.insert(node.name).second) add(Kind::same_name, node.name, "named twice");
            edges(node);
            if (node.question) keys(node);
            if (has_sound && node.question) sounds(node, has_sound, languages);
        }
        reach();
        idle();
        return std::move(found_);
    }

  private:
    using Kind = Problem::Kind;

    void add(Kind kind, const std::string& node, const std::string& text) {
        const Problem problem{kind, node, text};
        if (std::find(found_.begin(), found_.end(), problem) == found_.end())
            found_.push_back(problem);
    }

    std::vector<std::string> outcomes(const Node& node) {
        try {
            return node.question->outcomes(manners_);
        } catch (const AGIArgumentError& error) {
            add(Kind::bad_question, node.name, error.what());
            return {};
        }
    }

    void edges(const Node& node) {
        for (const Edge& edge : node.edges) {
            if (flow_.find(edge.to) == nullptr)
                add(Kind::no_target, node.name, edge.outcome + " leads to " + edge.to);
        }
        if (!node.question || node.edges.empty()) return;
        const auto possible = outcomes(node);
        if (possible.empty()) return;
        for (const std::string& outcome : possible) {
            if (node.after(outcome) == nullptr) add(Kind::no_edge, node.name, outcome);
        }
        for (const Edge& edge : node.edges) {
            const bool known =
                edge.outcome == "else" || edge.outcome == "hung_up" ||
                edge.outcome == "cancelled" || edge.outcome == "back" ||
                edge.outcome == "attendant" ||
                std::find(possible.begin(), possible.end(), edge.outcome) != possible.end();
            if (!known) add(Kind::no_outcome, node.name, edge.outcome);
        }
    }

    void keys(const Node& node) {
        Question question;
        try {
            const auto asked = node.question->question(manners_);
            if (!asked) return;
            question = *asked;
        } catch (const AGIArgumentError&) {
            return;  // edges() has said so
        }
        const auto& patterns = question.plan.patterns;
        for (std::size_t i = 0; i < patterns.size(); ++i) {
            for (std::size_t j = 0; j < patterns.size(); ++j) {
                if (i == j) continue;
                const std::string& one = patterns[i].text();
                const std::string& other = patterns[j].text();
                if (i < j && one == other) add(Kind::same_key, node.name, one);
                if (one != other && begins(patterns[i], patterns[j])) {
                    std::string which = one;
                    add(Kind::waits, node.name, which.append(" waits for ").append(other));
                }
            }
        }
        const auto hides = [&](char key, const char* what) {
            if (key != no_key && question.plan.fit({&key, 1}) != Fit::no) {
                add(Kind::hidden, node.name, std::string(1, key) + " is no " + what + " here");
            }
        };
        hides(manners_.repeat, "repeat");
        hides(manners_.back, "back");
        hides(manners_.attendant, "attendant");
        hides(question.cancel, "cancel");
    }

    /// Whether keys that match the one are the beginning of keys that match the other.
    static bool begins(const Pattern& one, const Pattern& other) {
        if (one.size() == 0 || (other.size() != 0 && other.size() <= one.size())) return false;
        for (std::size_t i = 0; i < one.size() && i < other.places(); ++i) {
            const std::string_view theirs = other.set(i);
            if (theirs[0] == '!') return false;
            if (theirs[0] == '.') return true;
            if (one.set(i).find_first_of(theirs) == std::string_view::npos) return false;
        }
        return other.places() > one.size() && other.set(one.size())[0] != '!';
    }

    void sounds(const Node& node, const HasSound& has_sound,
                const std::vector<std::string>& languages) {
        for (const Prompt* prompt : node.question->prompts(manners_)) {
            for (const std::string& language : languages) {
                each_part(prompt->parts, language, [&](const Part& part) {
                    if (part.kind != Part::Kind::sound || has_sound(part.text, language)) return;
                    add(Kind::missing_sound, node.name, part.text + " in " + language);
                });
            }
        }
    }

    void reach() {
        if (flow_.nodes.empty()) return;
        std::set<std::string> reached{flow_.nodes[0].name};
        std::vector<const Node*> queue{flow_.nodes.data()};
        while (!queue.empty()) {
            const Node& node = *queue.back();
            queue.pop_back();
            for (const Edge& edge : node.edges) {
                const Node* next = flow_.find(edge.to);
                if (next != nullptr && reached.insert(next->name).second) queue.push_back(next);
            }
        }
        for (const Node& node : flow_.nodes) {
            if (reached.count(node.name) == 0)
                add(Kind::unreachable, node.name, "no way leads there");
        }
    }

    /// Outcomes that need nothing of the caller: going round by them alone never ends.
    [[nodiscard]] bool needs_nobody(const Node& node, const std::string& outcome) {
        if (!node.question || std::string_view{node.question->kind()} == "dial") return true;
        return outcome.empty() || outcome == "no_input" || outcome == "nothing";
    }
    [[nodiscard]] std::vector<std::string> idle_targets(const Node& node) {
        std::vector<std::string> targets;
        if (node.edges.empty()) return targets;
        std::vector<std::string> all;
        if (node.question) {
            all = outcomes(node);
        } else {
            for (const Edge& edge : node.edges) all.push_back(edge.outcome);
        }
        for (const std::string& outcome : all) {
            const std::string* to = node.after(outcome);
            if (to != nullptr && needs_nobody(node, outcome)) targets.push_back(*to);
        }
        return targets;
    }
    void idle() {
        for (const Node& begin : flow_.nodes) {
            std::set<std::string> seen;
            std::vector<std::string> queue = idle_targets(begin);
            while (!queue.empty()) {
                const std::string name = queue.back();
                queue.pop_back();
                if (name == begin.name) {
                    add(Kind::endless, begin.name,
                        "a caller who does nothing comes back here for ever");
                    break;
                }
                const Node* node = flow_.find(name);
                if (node == nullptr || !seen.insert(name).second) continue;
                for (const std::string& next : idle_targets(*node)) queue.push_back(next);
            }
        }
    }

    const Flow& flow_;
    const Manners& manners_;
    std::vector<Problem> found_;
};

/// What is wrong with a flow: empty, if nothing is. Sounds are looked at where `has_sound` is given.
///
///     for (const Problem& problem : flow_problems(flow)) std::puts(problem.text.c_str());
inline std::vector<Problem> flow_problems(const Flow& flow,
                                          const Manners& manners = Manners::usual(),
                                          const HasSound& has_sound = {},
                                          const std::vector<std::string>& languages = {"en"}) {
    return FlowCheck{flow, manners}.find(has_sound, languages);
}

}}}  // namespace agi::v0::ivr
