// SPDX-License-Identifier: MIT
#pragma once
// A whole dialogue as data: a table of questions, and where each of their outcomes leads.

#include <agi/ivr/node.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace ivr {

/// What happened in a flow.
struct Visits {
    std::string last{};                            ///< The node where it ended.
    std::string outcome{};                         ///< The outcome there.
    std::map<std::string, std::string> answers{};  ///< What was entered, by node; the last time.
    std::vector<Edge> path{};                      ///< Each node and its outcome there.

    /// What was entered at a node; empty: nothing.
    [[nodiscard]] std::string answer(const std::string& node) const {
        const auto found = answers.find(node);
        return found == answers.end() ? std::string{} : found->second;
    }
};

class Walk;

/// A dialogue as a table.
///
///     const Flow flow{{"main", main_menu, {{"1", "sales"}, {"else", "bye"}}},
///                     {"sales", Dial{"PJSIP/sales"}, {{"answered", "bye"}, {"else", "bye"}}},
///                     {"bye", Say{{"vm-goodbye"}}}};
///     flow(call, [&](auto& call, const std::string& action, const Visits& so_far) { return "good"; });
///
/// It begins at its first node, and ends at a node without edges. flow_check.hpp finds what is wrong with
/// it, flow_picture.hpp draws it, testing/explorer.hpp takes every way through it.
struct Flow {
    Flow(std::initializer_list<Node> made_of) : nodes{made_of} {}
    explicit Flow(std::vector<Node> made_of) : nodes{std::move(made_of)} {}

    using Walk = ivr::Walk;
    using Result = Visits;

    std::vector<Node> nodes;
    /// A call that goes round more often than this ends with an AGIError.
    int most_visits = 1000;

    [[nodiscard]] const Node* find(std::string_view name) const {
        for (const Node& node : nodes) {
            if (node.name == name) return &node;
        }
        return nullptr;
    }

    /// Makes the call. `actions(session, name, visits)` does what Do names, and returns the outcome; in a
    /// coroutine it returns a `Task<std::string>`, and the flow is awaited.
    ///
    /// @throws AGIArgumentError  an outcome leads to a node that is not there
    template <class Session, class Actions>
    auto operator()(Session& session, Actions&& actions,
                    const Manners& manners = Manners::usual()) const {
        return Driver<Session>::flow(session, *this, actions, manners);
    }
};

/// A way through a flow, node by node. No I/O.
class Walk {
  public:
    explicit Walk(const Flow& flow)
        : flow_{&flow}, node_{flow.nodes.empty() ? nullptr : flow.nodes.data()} {}
    // A copy goes on by itself, in the same flow.
    Walk(const Walk&) = default;
    Walk(Walk&&) = default;
    Walk& operator=(const Walk&) = default;
    Walk& operator=(Walk&&) = default;
    ~Walk() = default;

    /// Where it is; nullptr: it has ended.
    [[nodiscard]] const Node* node() const noexcept { return node_; }
    [[nodiscard]] const Visits& visits() const noexcept { return visits_; }

    /// The node's outcome, and what was entered there.
    void go(const std::string& outcome, std::string answer) {
        visits_.last = node_->name;
        visits_.outcome = outcome;
        visits_.path.push_back({node_->name, outcome});
        if (!answer.empty()) visits_.answers[node_->name] = std::move(answer);
        const bool ends = node_->edges.empty() || outcome == "hung_up";
        const std::string* to = node_->after(outcome);
        if (ends && to == nullptr) {
            node_ = nullptr;
            return;
        }
        if (to == nullptr) refuse("outcome '" + outcome + "' leads nowhere");
        const Node* next = flow_->find(*to);
        if (next == nullptr) refuse("there is no node '" + *to + "'");
        if (static_cast<int>(visits_.path.size()) >= flow_->most_visits) {
            throw AGIError("flow", "goes round and round at '" + node_->name + "'");
        }
        node_ = next;
    }

  private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw AGIArgumentError("flow", node_->name + ": " + why);
    }

    const Flow* flow_;
    const Node* node_;
    Visits visits_{};
};

}}}  // namespace agi::v0::ivr
