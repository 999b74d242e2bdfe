// SPDX-License-Identifier: MIT
#pragma once
// Takes every way through a flow on the simulator, and says which edges no call has reached.

#include <agi/ivr/flow.hpp>
#include <agi/testing/explorer.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

struct FlowExplorerOptions {
    /// Entries of a node that its check refuses or takes, where those that the explorer finds by itself
    /// do not do: `{"pin", {"1234", "9999"}}`.
    std::map<std::string, std::vector<std::string>> answers{};
    testing::ExplorerOptions explorer{};
};

/// What came of exploring a flow.
struct FlowExploration : testing::Exploration {
    std::vector<std::string> missed{};  ///< Edges that no call took: `main -> 2`.
    std::size_t edges = 0;              ///< Edges that calls took.
};

namespace node {

/// Keys that match a pattern.
inline std::string sample(const Pattern& pattern) {
    std::string keys;
    for (const std::string& set : pattern.sets()) {
        if (set != "!") keys += set == "." ? '0' : set[0];
    }
    return keys;
}

/// What a caller may do at a question: each option, something wrong, too few digits, silence, and the keys
/// that end it.
inline std::vector<std::string> answers_to(const Question& question, const Manners& manners) {
    std::vector<std::string> all{""};
    const KeyPlan& plan = question.plan;
    for (const Pattern& pattern : plan.patterns)
        all.push_back(sample(pattern) + (plan.fit(sample(pattern)) == Fit::maybe ? "#" : ""));
    if (plan.patterns.empty()) {
        std::string digits(plan.most <= 20 ? plan.most : std::max<std::size_t>(plan.least, 1), '1');
        all.push_back(plan.fit(digits) == Fit::maybe ? digits + '#' : digits);
        if (plan.least > 1) all.emplace_back("1#");
        for (const char* value : {"20261224", "24122026", "12242026", "1228", "4111111111111111"}) {
            const bool whole = plan.fit(value) == Fit::whole;
            if (whole && question.valid && !question.valid(value).refused())
                all.emplace_back(value);
        }
    }
    for (const char key : {'9', 'A', '*'}) {
        if (plan.fit({&key, 1}) == Fit::no && key != question.cancel) {
            all.emplace_back(std::max<std::size_t>(plan.size({}), 1), key);
            break;
        }
    }
    for (const char key : {question.cancel, manners.repeat, manners.back, manners.attendant}) {
        if (key != no_key && plan.fit({&key, 1}) == Fit::no) all.emplace_back(1, key);
    }
    return all;
}

}  // namespace node

/// Makes every call of a flow: at each question each option, a wrong one, silence and what else there is,
/// and for what Do and Dial decide each edge. Then each call again with a hang-up at every step.
///
///     const auto exploration = explore(flow);
///     INFO(exploration.problem);
///     CHECK(exploration.passed());
///     CHECK(exploration.missed.empty());
inline FlowExploration explore(const Flow& flow, FlowExplorerOptions options = {},
                               const Manners& manners = Manners::usual()) {
    FlowExploration made;
    std::set<std::pair<std::string, std::string>> taken;
    const Node* current = nullptr;

    testing::ExplorerOptions& how = options.explorer;
    how.rehearse = false;              // done below, with the choices of the program too
    std::map<std::string, int> waits;  // of the node at hand, by sound
    if (!how.place) {
        how.place = [&](const testing::Wait& wait) {
            constexpr int alike = 3;  // what is said more often leads nowhere new
            return current->name + '/' + wait.sound + '/' +
                   std::to_string(std::min(++waits[wait.sound], alike));
        };
    }
    if (!how.answers) {
        how.answers = [&](const testing::Wait& /*wait*/) {
            const auto own = options.answers.find(current->name);
            std::vector<std::string> answers{""};
            const auto question = current->question->question(manners);
            if (question) {
                answers = node::answers_to(*question, manners);
            } else {
                answers = {"", "#", "1", "2", "3", "*"};  // a recording and its review
            }
            if (std::string_view{current->question->kind()} == "ask")
                answers.insert(answers.end(), {"1", "2"});
            if (own != options.answers.end())
                answers.insert(answers.end(), own->second.begin(), own->second.end());
            return answers;
        };
    }

    testing::Asterisk asterisk;
    asterisk.channel.any_sound = std::chrono::seconds{1};
    asterisk.channel.answered = true;
    std::string dial_status;
    asterisk.applications["Dial"] = [&](testing::Call& call, const std::string& /*options*/) {
        call.channel.variables["DIALSTATUS"] = dial_status;
        return 0;
    };

    /// One call; `decide` says what the program and the other telephones do.
    const auto make = [&](auto& session, const auto& decide) {
        Walk walk{flow};
        while (const Node* node = walk.node()) {
            current = node;
            waits.clear();
            const std::string place = node->name + '/';
            if (!node->question) {
                std::vector<std::string> ways;
                for (const Edge& edge : node->edges) ways.push_back(edge.outcome);
                if (ways.empty()) ways.emplace_back();
                const std::string outcome = decide(place, ways);
                taken.insert({node->name, outcome});
                walk.go(outcome, {});
                continue;
            }
            if (std::string_view{node->question->kind()} == "dial") {
                dial_status =
                    decide(place, std::vector<std::string>{"ANSWER", "BUSY", "NOANSWER",
                                                           "CONGESTION", "CHANUNAVAIL", "TORTURE"});
            }
            const auto machine = node->question->machine(manners);
            run(session, *machine);
            const Edge came = node->question->outcome(*machine);
            taken.insert({node->name, came.outcome});
            walk.go(came.outcome, came.to);
        }
    };

    const auto script = [&](auto& session, testing::Explorer& explorer) {
        std::vector<std::string> decisions;
        make(session, [&](const std::string& place, const std::vector<std::string>& ways) {
            decisions.push_back(explorer.choose(place, ways));
            return decisions.back();
        });
        // The same call, ended at every step.
        testing::Asterisk again = asterisk;
        for (const testing::Happening& happening : session.stream().asterisk().channel.log()) {
            if (happening.kind == testing::Happening::Kind::key)
                again.channel.caller.at(happening.time).press(happening.text);
        }
        const auto rehearsal = testing::rehearse(again, [&](auto& other) {
            std::size_t at = 0;
            make(other, [&](const std::string& /*place*/, const std::vector<std::string>& ways) {
                return at < decisions.size() ? decisions[at++] : ways[0];
            });
        });
        made.rehearsed += rehearsal.runs;
        if (!rehearsal.passed()) throw AGIError("rehearsal", rehearsal.problem);
    };
    static_cast<testing::Exploration&>(made) = [&] {
        const int rehearsed = made.rehearsed;
        testing::Exploration done = testing::explore(asterisk, script, how);
        done.rehearsed = made.rehearsed - rehearsed;
        return done;
    }();

    for (const Node& node : flow.nodes) {
        for (const Edge& edge : node.edges) {
            bool reached = taken.count({node.name, edge.outcome}) != 0 || edge.outcome == "hung_up";
            if (edge.outcome == "else") {
                for (const auto& [name, outcome] : taken) {
                    reached = reached || (name == node.name && node.after(outcome) == &edge.to);
                }
            }
            if (reached) {
                ++made.edges;
            } else {
                made.missed.push_back(node.name + " -> " + edge.outcome);
            }
        }
    }
    return made;
}

}}}  // namespace agi::v0::ivr
