// SPDX-License-Identifier: MIT
// Every way through flows and through programs that were written by hand.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/flow_explorer.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace agi::ivr;
using namespace agi::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Flow bank() {
    Ask pin;
    pin.prompt = "enter-pin";
    pin.digits = exactly(4);
    pin.cancel = '*';
    const Menu<int> menu{{"main"}, {{"1", 0}, {"2", 1}, {"3XX", 2}}};
    return {
        {"start", Say{{"welcome"}}, {{"", "main"}}},
        {"main",
         menu,
         {{"1", "sales"},
          {"2", "pin"},
          {"3XX", "message"},
          {"no_input", "bye"},
          {"no_match", "bye"}}},
        {"pin",
         pin,
         {{"entered", "check"}, {"cancelled", "main"}, {"no_input", "bye"}, {"no_match", "bye"}}},
        {"check", Do{"check"}, {{"good", "sales"}, {"bad", "pin"}}},
        {"sales", Dial{"PJSIP/sales"}, {{"answered", "bye"}, {"busy", "message"}, {"else", "bye"}}},
        {"message", Record{"/tmp/m"}, {{"kept", "bye"}, {"dropped", "bye"}, {"nothing", "bye"}}},
        {"bye", Say{{"vm-goodbye"}}}};
}

/// A program by hand, with a mistake when it is told to.
template <class Session>
void by_hand(Session& session, bool mistake) {
    for (int tries = 0; tries < 3 || mistake; ++tries) {
        const auto choice = agi::GetData{"menu", 5s, 1}(session);
        if (choice.digits == "1") return;
        if (choice.digits == "2") {
            agi::StreamFile{"two"}(session);
            if (agi::GetData{"enter-pin", 5s, 4}(session).digits == "1234") return;
        }
    }
}

}  // namespace

TEST_CASE(
    "explore: every edge of a flow is taken, and every call again with a hang-up at each step") {
    const FlowExploration exploration = explore(bank());
    INFO(exploration.problem);
    CHECK(exploration.passed());
    CHECK(exploration.missed == std::vector<std::string>{});
    CHECK(exploration.edges == 18);
    CHECK(exploration.calls > 30);
    CHECK(exploration.calls < 400);
    CHECK(exploration.rehearsed > exploration.calls);
}

TEST_CASE("explore: an edge that no caller reaches is named") {
    Flow flow = bank();
    Ask strict;
    strict.prompt = "enter-pin";
    strict.digits = exactly(4);
    strict.check = [](std::string_view digits) { return digits == "4711"; };
    flow.nodes[2] = {
        "pin", strict, {{"entered", "check"}, {"no_input", "bye"}, {"no_match", "bye"}}};
    FlowExplorerOptions options;
    CHECK(explore(flow, options).missed ==
          std::vector<std::string>{"pin -> entered", "check -> good", "check -> bad"});
    options.answers["pin"] = {"4711"};
    CHECK(explore(flow, options).missed.empty());
}

TEST_CASE("explore: a flow that leads nowhere is a problem, with its ladder") {
    Flow flow = bank();
    flow.nodes[4].edges = {{"answered", "bye"}};
    const FlowExploration exploration = explore(flow);
    CHECK_FALSE(exploration.passed());
    CHECK_THAT(exploration.problem, ContainsSubstring("outcome 'busy' leads nowhere"));
    CHECK_THAT(exploration.problem, ContainsSubstring("EXEC"));
    CHECK_THAT(exploration.problem, ContainsSubstring("1 | BUSY"));
}

TEST_CASE("explore: a program that was written by hand") {
    Asterisk asterisk;
    asterisk.channel.any_sound = 1s;
    ExplorerOptions options;
    options.answers = [](const Wait& wait) -> std::vector<std::string> {
        if (wait.sound == "enter-pin") return {"1234", "12#", ""};
        return {"", "1", "2", "9"};
    };
    const Exploration exploration = explore(
        asterisk, [](auto& session) { by_hand(session, false); }, options);
    INFO(exploration.problem);
    CHECK(exploration.passed());
    CHECK(exploration.rehearsed > 0);
    const auto& plans = exploration.plans;
    CHECK(plans.front() == "(silence) | (silence) | (silence)");
    CHECK(std::count(plans.begin(), plans.end(), "(silence) | (silence) | 1") == 1);
    CHECK(std::any_of(plans.begin(), plans.end(), [](const std::string& plan) {
        return plan.find("2 | 12#") != std::string::npos;
    }));

    const Exploration endless = explore(
        asterisk, [](auto& session) { by_hand(session, true); }, options);
    CHECK_FALSE(endless.passed());
    CHECK_THAT(endless.problem, ContainsSubstring("on and on"));
}

TEST_CASE("explore: a program may let the explorer decide, too") {
    Asterisk asterisk;
    asterisk.channel.any_sound = 1s;
    std::vector<std::string> seen;
    const Exploration exploration = explore(asterisk, [&](auto& session, Explorer& explorer) {
        seen.push_back(explorer.choose("database", {"up", "down"}));
        agi::StreamFile{seen.back()}(session);
    });
    CHECK(exploration.calls == 2);
    CHECK(seen == std::vector<std::string>{"up", "down"});
}

TEST_CASE("explore: what is not simulated, or hangs, is found also where the program swallows it") {
    ExplorerOptions options;
    options.rehearse = false;
    const auto problem = [&](auto command) {
        return explore(
                   Asterisk{},
                   [&](auto& session) {
                       try {
                           command(session);
                       } catch (const std::exception&) {
                       }
                   },
                   options)
            .problem;
    };
    CHECK_THAT(problem(agi::Exec{"Queue", "support"}),
               ContainsSubstring("the script swallows NotSimulated: application Queue\n"));
    CHECK_THAT(problem(agi::ReceiveText{}),
               ContainsSubstring("the script hangs, and swallows WouldHang\n"));
    options.rehearse = true;
    CHECK_THAT(problem(agi::Exec{"Queue", "support"}), ContainsSubstring("swallows NotSimulated"));
}
