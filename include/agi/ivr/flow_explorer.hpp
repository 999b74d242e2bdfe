// SPDX-License-Identifier: MIT
#pragma once
// Takes every way through a flow on the simulator, and says which edges no call has reached.

#include <agi/ivr/flow.hpp>
#include <agi/testing/explorer.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
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
    for (std::size_t i = 0; i < pattern.places(); ++i) {
        const char key = pattern.set(i)[0];
        if (key != '!') keys += key == '.' ? '0' : key;
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

/// Explores a flow: see explore.
class FlowExplorer {
  public:
    FlowExplorer(const Flow& flow, FlowExplorerOptions options, const Manners& manners)
        : flow_{flow}, options_{std::move(options)}, manners_{manners} {
        asterisk_.channel.any_sound = std::chrono::seconds{1};
        asterisk_.channel.answered = true;
        asterisk_.applications["Dial"] = [this](testing::Call& call, const std::string&) {
            call.channel.variables["DIALSTATUS"] = dial_status_;
            return 0;
        };
    }
    FlowExplorer(const FlowExplorer&) = delete;
    FlowExplorer& operator=(const FlowExplorer&) = delete;
    ~FlowExplorer() = default;

    FlowExploration run() {
        testing::ExplorerOptions how = options_.explorer;
        how.rehearse = false;  // done by explore_one, with the choices of the program too
        if (!how.place) how.place = [this](const testing::Wait& wait) { return place_of(wait); };
        if (!how.answers) {
            how.answers = [this](const testing::Wait& /*wait*/) { return answers(); };
        }
        FlowExploration made;
        static_cast<testing::Exploration&>(made) = testing::explore(
            asterisk_, [this](auto& call, testing::Explorer& by) { explore_one(call, by); }, how);
        made.rehearsed += rehearsed_;
        count_edges(made);
        return made;
    }

  private:
    using Texts = std::vector<std::string>;

    /// Waits at the same place lead to the same: the node, the sound, and how often it was said there.
    std::string place_of(const testing::Wait& wait) {
        constexpr int alike = 3;  // what is said more often leads nowhere new
        return node_->name + '/' + wait.sound + '/' +
               std::to_string(std::min(++waits_[wait.sound], alike));
    }

    [[nodiscard]] Texts answers() const {
        Texts all{"", "#", "1", "2", "3", "*"};  // a recording and its review
        const auto question = node_->question->question(manners_);
        if (question) all = node::answers_to(*question, manners_);
        if (std::string_view{node_->question->kind()} == "ask") all.insert(all.end(), {"1", "2"});
        const auto own = options_.answers.find(node_->name);
        if (own != options_.answers.end())
            all.insert(all.end(), own->second.begin(), own->second.end());
        return all;
    }

    /// One call; `decide` says what the program and the other telephones do.
    template <class Session, class Decide>
    void make_call(Session& session, const Decide& decide) {
        Walk walk{flow_};
        while (const Node* node = walk.node()) {
            node_ = node;
            waits_.clear();
            const std::string place = node->name + '/';
            if (!node->question) {
                Texts ways;
                for (const Edge& edge : node->edges) ways.push_back(edge.outcome);
                if (ways.empty()) ways.emplace_back();
                const std::string outcome = decide(place, ways);
                taken_.insert({node->name, outcome});
                walk.go(outcome, {});
                continue;
            }
            if (std::string_view{node->question->kind()} == "dial") {
                dial_status_ = decide(place, Texts{"ANSWER", "BUSY", "NOANSWER", "CONGESTION",
                                                   "CHANUNAVAIL", "TORTURE"});
            }
            const auto machine = node->question->machine(manners_);
            ivr::run(session, *machine);
            const Edge came = node->question->outcome(*machine);
            taken_.insert({node->name, came.outcome});
            walk.go(came.outcome, came.to);
        }
    }

    /// A call of the explorer's, and the same ended at every step.
    template <class Session>
    void explore_one(Session& session, testing::Explorer& explorer) {
        Texts decisions;
        make_call(session, [&](const std::string& place, const Texts& ways) {
            decisions.push_back(explorer.choose(place, ways));
            return decisions.back();
        });
        testing::Asterisk again = asterisk_;
        for (const testing::Happening& happening : session.stream().asterisk().channel.log()) {
            if (happening.kind == testing::Happening::Kind::key)
                again.channel.caller.at(happening.time).press(happening.text);
        }
        const auto rehearsal = testing::rehearse(again, [&](auto& other) {
            std::size_t at = 0;
            make_call(other, [&](const std::string& /*place*/, const Texts& ways) {
                return at < decisions.size() ? decisions[at++] : ways[0];
            });
        });
        rehearsed_ += rehearsal.runs;
        if (!rehearsal.passed()) throw AGIError("rehearsal", rehearsal.problem);
    }

    [[nodiscard]] bool is_taken(const Node& node, const Edge& edge) const {
        if (edge.outcome == "hung_up") return true;  // by each rehearsal
        if (edge.outcome != "else") return taken_.count({node.name, edge.outcome}) != 0;
        return std::any_of(taken_.begin(), taken_.end(), [&](const auto& taken) {
            return taken.first == node.name && node.after(taken.second) == &edge.to;
        });
    }
    void count_edges(FlowExploration& made) const {
        for (const Node& node : flow_.nodes) {
            for (const Edge& edge : node.edges) {
                if (is_taken(node, edge)) {
                    ++made.edges;
                } else {
                    made.missed.push_back(node.name + " -> " + edge.outcome);
                }
            }
        }
    }

    const Flow& flow_;
    FlowExplorerOptions options_;
    const Manners& manners_;
    testing::Asterisk asterisk_;
    std::string dial_status_;
    const Node* node_ = nullptr;        ///< Where the call is.
    std::map<std::string, int> waits_;  ///< At this node, by sound.
    std::set<std::pair<std::string, std::string>> taken_;
    int rehearsed_ = 0;
};

/// Makes every call of a flow: at each question each option, a wrong one, silence and what else there is,
/// and for what Do and Dial decide each edge. Then each call again with a hang-up at every step.
///
///     const auto exploration = explore(flow);
///     INFO(exploration.problem);
///     CHECK(exploration.passed());
///     CHECK(exploration.missed.empty());
inline FlowExploration explore(const Flow& flow, FlowExplorerOptions options = {},
                               const Manners& manners = Manners::usual()) {
    return FlowExplorer{flow, std::move(options), manners}.run();
}

}}}  // namespace agi::v0::ivr
