// SPDX-License-Identifier: MIT
// Flows: made, checked, drawn.

#include "catch.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/flow_check.hpp>
#include <agi/ivr/flow_picture.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace agi::ivr;
using namespace agi::testing;
using namespace std::chrono_literals;
using Kind = Problem::Kind;

namespace {

Menu<int> main_menu() { return {{"main"}, {{"1", 0}, {"2", 1}}}; }
Ask ask_pin() {
    Ask ask;
    ask.prompt = "enter-pin";
    ask.digits = exactly(4);
    ask.cancel = '*';
    return ask;
}

Flow bank_by_hand() {
    return {
        {"start", Say{{"welcome"}}, {{"", "main"}}},
        {"main",
         main_menu(),
         {{"1", "sales"}, {"2", "pin"}, {"no_input", "bye"}, {"no_match", "bye"}}},
        {"pin",
         ask_pin(),
         {{"entered", "check"}, {"cancelled", "main"}, {"no_input", "bye"}, {"no_match", "bye"}}},
        {"check", Do{"check"}, {{"good", "sales"}, {"bad", "pin"}}},
        {"sales", Dial{"PJSIP/sales"}, {{"answered", "bye"}, {"else", "bye"}}},
        {"bye", Say{{"vm-goodbye"}}}};
}

std::vector<std::string> found(const Flow& flow, Kind kind,
                               const Manners& manners = Manners::usual()) {
    std::vector<std::string> all;
    for (const Problem& problem : flow_problems(flow, manners)) {
        if (problem.kind == kind) all.push_back(problem.node + ": " + problem.text);
    }
    return all;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Flow: a call goes from node to node, and actions see what was entered") {
    Asterisk asterisk;
    asterisk.channel.any_sound = 2s;
    asterisk.channel.caller.during("main")
        .press("2")
        .during("enter-pin")
        .press("1111")
        .during("enter-pin")
        .press("1234");
    asterisk.applications["Dial"] = [](Call& call, const std::string&) {
        call.channel.variables["DIALSTATUS"] = "BUSY";
        return 0;
    };
    agi::Session session{SimulatedStream{asterisk}};
    std::vector<std::string> pins;
    const Visits visits = bank_by_hand()(
        session, [&](auto& /*call*/, const std::string& action, const Visits& so_far) {
            CHECK(action == "check");
            pins.push_back(so_far.answer("pin"));
            return so_far.answer("pin") == "1234" ? "good" : "bad";
        });
    INFO(ladder(asterisk));
    CHECK(pins == Lines{"1111", "1234"});
    CHECK(visits.last == "bye");
    CHECK(visits.answer("sales") == "BUSY");
    Lines path;
    for (const Edge& edge : visits.path) path.push_back(edge.outcome + '/' + edge.to);
    CHECK(path == Lines{"start/", "main/2", "pin/entered", "check/bad", "pin/entered", "check/good",
                        "sales/busy", "bye/"});
}

TEST_CASE("Flow: nothing is wrong with a good one") {
    CHECK(flow_problems(bank_by_hand()).empty());
}

TEST_CASE("Flow: an edge without a target, an outcome without an edge, one that cannot be") {
    Flow flow = bank_by_hand();
    flow.nodes[1].edges = {{"1", "nowhere"}, {"9", "bye"}, {"no_input", "bye"}};
    CHECK(found(flow, Kind::no_target) == Lines{"main: 1 leads to nowhere"});
    CHECK(found(flow, Kind::no_edge) == Lines{"main: no_match", "main: 2"});
    CHECK(found(flow, Kind::no_outcome) == Lines{"main: 9"});
    CHECK(found(flow, Kind::unreachable) == Lines{"pin: no way leads there",
                                                  "check: no way leads there",
                                                  "sales: no way leads there"});
    CHECK(found(Flow{std::vector<Node>{}}, Kind::no_nodes).size() == 1);
    flow.nodes.emplace_back("bye", Say{{"x"}});
    CHECK(found(flow, Kind::same_name) == Lines{"bye: named twice"});
}

TEST_CASE("Flow: a way round that needs nobody is found") {
    Flow flow = bank_by_hand();
    flow.nodes[1].edges = {{"1", "sales"}, {"2", "pin"}, {"else", "start"}};
    CHECK(found(flow, Kind::endless).size() == 2);
    CHECK(found(bank_by_hand(), Kind::endless).empty());
    flow = bank_by_hand();
    flow.nodes[4].edges = {{"else", "sales"}};
    CHECK(found(flow, Kind::endless).size() == 1);
}

TEST_CASE("Flow: keys that clash") {
    Menu<int> menu{{"main"},
                   {{"1", 0}, {"1", 1}, {"12", 2}, {"3XX", 3}, {"3.", 4}, {"4!", 5}, {"0", 6}}};
    menu.cancel = '0';
    const Flow flow{{"main", menu, {{"else", "bye"}}}, {"bye", Say{{"vm-goodbye"}}}};
    CHECK(found(flow, Kind::same_key) == Lines{"main: 1"});
    CHECK(found(flow, Kind::waits) == Lines{"main: 1 waits for 12", "main: 3XX waits for 3."});
    Manners manners;
    manners.attendant = '1';
    CHECK(found(flow, Kind::hidden, manners) ==
          Lines{"main: 1 is no attendant here", "main: 0 is no cancel here"});
    const Flow bad{{"main", Menu<int>{{"main"}, {{"q", 0}}}, {{"else", "bye"}}},
                   {"bye", Say{{"vm-goodbye"}}}};
    CHECK(found(bad, Kind::bad_question).size() == 1);
}

TEST_CASE("Flow: sounds that a language does not have") {
    Flow flow = bank_by_hand();
    flow.nodes[0] = {
        "start", Say{{Phrase({{"en", {"welcome"}}, {"de", {"willkommen"}}})}}, {{"", "main"}}};
    const auto problems = flow_problems(flow, Manners::usual(),
                                        [](std::string_view sound, std::string_view language) {
                                            return sound != "willkommen" &&
                                                   (sound != "enter-pin" || language == "en");
                                        },
                                        {"en", "de"});
    REQUIRE(problems.size() == 2);
    CHECK(problems[0] == Problem{Kind::missing_sound, "start", "willkommen in de"});
    CHECK(problems[1] == Problem{Kind::missing_sound, "pin", "enter-pin in de"});
}

TEST_CASE("Flow: sounds of the Manners that a question would need") {
    const Lines missing{"privacy-incorrect", "pm-invalid-option", "if-correct-press",
                        "vm-tooshort"};
    const Flow flow{{"pin", ask_pin(), {{"else", "main"}}},
                    {"main", main_menu(), {{"else", "number"}}},
                    {"number", Confirm<Ask>{ask_pin()}, {{"else", "rec"}}},
                    {"rec", Record{"/tmp/x"}, {{"else", "end"}}},
                    {"end", Say{{"bye"}}}};
    const auto problems_with = [&](const Manners& manners) {
        Lines texts;
        for (const Problem& problem :
             flow_problems(flow, manners, [&](std::string_view sound, std::string_view) {
                 return std::find(missing.begin(), missing.end(), sound) == missing.end();
             }))
            texts.push_back(problem.node + ": " + problem.text);
        return texts;
    };
    CHECK(problems_with(Manners::usual()) ==
          Lines{"pin: privacy-incorrect in en", "main: pm-invalid-option in en",
                "number: privacy-incorrect in en", "number: if-correct-press in en",
                "number: pm-invalid-option in en", "rec: pm-invalid-option in en",
                "rec: vm-tooshort in en"});
    Manners own;
    own.wrong = own.wrong_choice = own.correct = own.too_short = "wrong";
    CHECK(problems_with(own).empty());
}

TEST_CASE("Flow: what the documentation says of its examples") {
    Ask pin;
    pin.prompt = {"agent-pass"};
    pin.digits = exactly(4);
    const Flow good{{"pin", pin, {{"entered", "check"}, {"no_input", "bye"}, {"no_match", "bye"}}},
                    {"check", Do{"check"}, {{"good", "sales"}, {"bad", "pin"}}},
                    {"sales", Dial{"PJSIP/sales"}, {{"answered", "bye"}, {"else", "bye"}}},
                    {"bye", Say{{"vm-goodbye"}}}};
    CHECK(flow_problems(good).empty());
    const Flow bad{
        {"main", Menu<int>{{"main"}, {{"1", 1}, {"1", 2}}}, {{"1", "sails"}, {"else", "bye"}}},
        {"bye", Say{{"vm-goodbye"}}}};
    CHECK(flow_problems(bad).size() == 2);
    CHECK(found(bad, Kind::no_target) == Lines{"main: 1 leads to sails"});
    CHECK(found(bad, Kind::same_key) == Lines{"main: 1"});
}

TEST_CASE("Flow: every kind of question has its outcomes") {
    const Flow flow{
        {"yes",
         YesNo{{"sure"}},
         {{"yes", "ok"}, {"no", "ok"}, {"no_input", "ok"}, {"no_match", "ok"}}},
        {"ok",
         Confirm<Ask>{ask_pin()},
         {{"entered", "rec"}, {"cancelled", "rec"}, {"no_input", "rec"}, {"no_match", "rec"}}},
        {"rec", Record{"/tmp/x"}, {{"kept", "day"}, {"dropped", "day"}, {"nothing", "day"}}},
        {"day", Date{}, {{"entered", "end"}, {"no_input", "end"}, {"no_match", "end"}}},
        {"end", Say{{"bye"}}}};
    CHECK(flow_problems(flow).empty());
    Asterisk asterisk;
    asterisk.channel.answered = true;
    asterisk.channel.any_sound = 1s;
    asterisk.channel.caller.during("sure")
        .press("2")
        .during("enter-pin")
        .press("1234")
        .during("you-entered")
        .press("1")
        .after("beep")
        .wait(3s)
        .press("#")
        .during("vm-review")
        .press("*");
    agi::Session session{SimulatedStream{asterisk}};
    const Visits visits =
        flow(session, [](auto&, const std::string&, const Visits&) { return ""; });
    Lines path;
    for (const Edge& edge : visits.path) path.push_back(edge.outcome + '/' + edge.to);
    CHECK(path == Lines{"yes/no", "ok/entered", "rec/dropped", "day/no_input", "end/"});
}

TEST_CASE("Flow: a wrong one is an error, not an endless call") {
    Asterisk asterisk;
    asterisk.channel.any_sound = 1s;
    agi::Session session{SimulatedStream{asterisk}};
    const auto nothing = [](auto&, const std::string&, const Visits&) { return "x"; };
    const Flow lost{{"a", Do{"a"}, {{"x", "b"}}}};
    CHECK_THROWS_AS(lost(session, nothing), agi::AGIArgumentError);
    const Flow other{{"a", Do{"a"}, {{"y", "a"}}}};
    CHECK_THROWS_AS(other(session, nothing), agi::AGIArgumentError);
    const Flow round{{"a", Do{"a"}, {{"x", "a"}}}};
    CHECK_THROWS_AS(round(session, nothing), agi::AGIError);
}

TEST_CASE("Flow: drawn for Mermaid and for Graphviz") {
    const Flow flow{{"a \"b\"", main_menu(), {{"1", "go"}, {"else", "end"}}},
                    {"go", Do{"go"}, {{"", "end"}}},
                    {"end", Say{{"bye"}}}};
    CHECK(mermaid(flow) ==
          "flowchart TD\n"
          "    n0{\"a 'b' (menu)\"}\n"
          "    n1{\"go\"}\n"
          "    n2[\"end (say)\"]\n"
          "    n0 -->|\"1\"| n1\n"
          "    n0 -->|\"else\"| n2\n"
          "    n1 --> n2\n");
    CHECK(dot(flow) ==
          "digraph flow {\n"
          "    node [fontname=\"sans-serif\"];\n"
          "    n0 [label=\"a 'b' (menu)\", shape=diamond];\n"
          "    n1 [label=\"go\", shape=diamond];\n"
          "    n2 [label=\"end (say)\", shape=box];\n"
          "    n0 -> n1 [label=\"1\"];\n"
          "    n0 -> n2 [label=\"else\"];\n"
          "    n1 -> n2 [label=\"\"];\n"
          "}\n");
}

TEST_CASE("Flow: a key of the house in a read-back is an outcome, one inside an option is none") {
    Manners house;
    house.attendant = '0';
    house.back = '*';
    Ask pin = ask_pin();
    pin.cancel = agi::no_key;
    pin.keys = "0123456789*";
    const Flow confirm{
        {"pin", Confirm<Ask>{pin}, {{"entered", "bye"}, {"no_input", "bye"}, {"no_match", "bye"}}},
        {"bye", Say{{"vm-goodbye"}}}};
    CHECK(found(confirm, Kind::no_edge, house) == Lines{"pin: back", "pin: attendant"});

    const Flow menu{{"main",
                     Menu<int>{{"main"}, {{"0", 1}, {"12", 2}}},
                     {{"0", "bye"}, {"12", "bye"}, {"no_input", "bye"}, {"no_match", "bye"}}},
                    {"bye", Say{{"vm-goodbye"}}}};
    Asterisk asterisk;
    asterisk.channel.sounds = {{"main", 1s}, {"vm-goodbye", 1s}, {"pm-invalid-option", 1s}};
    asterisk.channel.caller.during("main").press("10");
    agi::Session session{SimulatedStream{asterisk}};
    const auto visits = menu(
        session, [](auto&, const std::string&, const Visits&) { return ""; }, house);
    CHECK(visits.last == "bye");
}

TEST_CASE("Flow: a caller who may stop the ringing may have stopped it") {
    Dial dial{"PJSIP/sales"};
    const auto flow = [&] {
        return Flow{{"dial",
                     dial,
                     {{"answered", "bye"},
                      {"busy", "bye"},
                      {"no_answer", "bye"},
                      {"congestion", "bye"},
                      {"unavailable", "bye"},
                      {"other", "bye"}}},
                    {"bye", Say{{"vm-goodbye"}}}};
    };
    CHECK(found(flow(), Kind::no_edge).empty());
    dial.options = "gH";
    CHECK(found(flow(), Kind::no_edge) == Lines{"dial: cancelled"});
}
