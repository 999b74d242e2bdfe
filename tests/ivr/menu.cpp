// SPDX-License-Identifier: MIT
// Menus and patterns, as machines.

#include "talk.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace agi::ivr;
using namespace ivr_tests;
using namespace std::chrono_literals;

namespace {

enum class To { sales, support, both, desk };

Menu<To> menu() {
    Menu<To> made;
    made.prompt = "main";
    made.options = {{"1", To::sales}, {"2", To::support}};
    made.tries = 1;
    return made;
}

struct MenuCase {
    const char* what;
    std::vector<Turn> turns;
    End end;
    To to = To::sales;
    std::string keys = {};
};

void check(const Menu<To>& asked, const std::vector<MenuCase>& cases,
           const Manners& manners = Manners::usual()) {
    for (const MenuCase& one : cases) {
        CAPTURE(one.what);
        Asking asking{asked, manners};
        CHECK(talk(asking, one.turns) == requests_of(one.turns));
        const auto choice = asked.result(asking);
        CHECK(std::string{to_string(choice.end)} == to_string(one.end));
        CHECK(choice.keys == one.keys);
        CHECK(static_cast<bool>(choice) == (one.end == End::entered));
        if (choice) CHECK(*choice.to == one.to);
    }
}

const std::string next_key = "WAIT FOR DIGIT 5000";

}  // namespace

TEST_CASE("Menu: one key, during the prompt or after it") {
    const std::string prompt = "STREAM FILE main 12";
    check(menu(),
          {
              {"during", {{prompt, key_1}}, End::entered, To::sales, "1"},
              {"after",
               {{prompt, over}, {next_key, "200 result=50"}},
               End::entered,
               To::support,
               "2"},
              {"silence", {{prompt, over}, {next_key, "200 result=0"}}, End::no_input},
              {"another key",
               {{prompt, over}, {next_key, "200 result=57"}},
               End::no_match,
               To::sales,
               "9"},
              {"the # of the question before",
               {{prompt, over}, {next_key, "200 result=35"}, {next_key, "200 result=49"}},
               End::entered,
               To::sales,
               "1"},
              {"ended from outside", {{prompt, over}, {next_key, "200 result=1"}}, End::no_input},
          });
}

TEST_CASE("Menu: a wrong choice is said so, and asked again") {
    Menu<To> twice = menu();
    twice.tries = 2;
    check(twice, {{"twice",
                   {{"STREAM FILE main 12", over},
                    {next_key, "200 result=57"},
                    {"STREAM FILE pm-invalid-option 12", over},
                    {"STREAM FILE main 12", over},
                    {next_key, "200 result=50"}},
                   End::entered,
                   To::support,
                   "2"}});
}

TEST_CASE("Menu: a key that a longer option begins with waits for it") {
    Menu<To> longer = menu();
    longer.options.push_back({"12", To::both});
    longer.options.push_back({"3XX", To::desk});
    const std::string prompt = "STREAM FILE main 123";
    const std::string next = "WAIT FOR DIGIT 2000";
    check(
        longer,
        {
            {"the short one, by silence",
             {{prompt, key_1}, {next, "200 result=0"}},
             End::entered,
             To::sales,
             "1"},
            {"the short one, by #",
             {{prompt, key_1}, {next, "200 result=35"}},
             End::entered,
             To::sales,
             "1"},
            {"the long one, at once",
             {{prompt, key_1}, {next, "200 result=50"}},
             End::entered,
             To::both,
             "12"},
            {"neither", {{prompt, key_1}, {next, "200 result=57"}}, End::no_match, To::sales, "19"},
            {"nothing longer",
             {{prompt, "200 result=50 endpos=8"}},
             End::entered,
             To::support,
             "2"},
            {"an extension, inside Asterisk",
             {{prompt, "200 result=51 endpos=8"}, {"GET DATA \"\" 2000 2", "200 result=07"}},
             End::entered,
             To::desk,
             "307"},
            {"half an extension",
             {{prompt, "200 result=51 endpos=8"},
              {"GET DATA \"\" 2000 2", "200 result=0 (timeout)"}},
             End::no_match,
             To::sales,
             "30"},
            {"a wrong one",
             {{prompt, "200 result=51 endpos=8"}, {"GET DATA \"\" 2000 2", "200 result=*7"}},
             End::no_match,
             To::sales,
             "3*"},
        });
}

TEST_CASE("Menu: an option may be * or #, and a universal key gives way to it") {
    Menu<To> stars = menu();
    stars.options = {{"*", To::sales}, {"#", To::support}, {"0", To::desk}};
    Manners manners;
    manners.back = '*';
    manners.attendant = '9';
    check(stars,
          {
              {"*",
               {{"STREAM FILE main 09*#", "200 result=42 endpos=8"}},
               End::entered,
               To::sales,
               "*"},
              {"#",
               {{"STREAM FILE main 09*#", over}, {next_key, "200 result=35"}},
               End::entered,
               To::support,
               "#"},
              {"attendant",
               {{"STREAM FILE main 09*#", over}, {next_key, "200 result=57"}},
               End::attendant},
          },
          manners);
}

TEST_CASE("Menu: words stand for an option") {
    Menu<To> spoken = menu();
    spoken.options[0].words = "sales";
    spoken.options[1].words = "support";
    spoken.speech = agi::ivr::listen();
    spoken.options[1].keys = "_2";
    const auto heard = [](const char* words) {
        return std::string{"200 result=1 (speech) endpos=0 results=1 score0=9 text0=\""} + words +
               "\" grammar0=g";
    };
    check(spoken, {
                      {"one of them",
                       {{"SPEECH RECOGNIZE main 5", heard("support")}},
                       End::entered,
                       To::support,
                       "2"},
                      {"none of them",
                       {{"SPEECH RECOGNIZE main 5", heard("pizza")}},
                       End::no_match,
                       To::sales,
                       "pizza"},
                      {"a key",
                       {{"SPEECH RECOGNIZE main 5", "200 result=1 (digit) digit=1 endpos=0"}},
                       End::entered,
                       To::sales,
                       "1"},
                  });
    spoken.prompt = {"main", Number(3)};
    check(spoken, {{"a prompt that does not end with a sound",
                    {{"STREAM FILE main 12", over},
                     {"SAY NUMBER 3 12", "200 result=0"},
                     {"SPEECH RECOGNIZE silence/1 5", heard("sales")}},
                    End::entered,
                    To::sales,
                    "1"}});
}

TEST_CASE("Menu: without options, or with a pattern that cannot be, it is refused") {
    Menu<To> bad = menu();
    for (const char* pattern : {"", "_", "q", "1 2", "[12", "[]", "1.2", "[1-", "[a-c]"}) {
        CAPTURE(pattern);
        bad.options = {{pattern, To::sales}};
        CHECK_THROWS_AS((Asking{bad}), agi::AGIArgumentError);
    }
    bad.options.clear();
    CHECK_THROWS_AS((Asking{bad}), agi::AGIArgumentError);
}

TEST_CASE("Pattern: what the dialplan's patterns match") {
    struct Row {
        const char* pattern;
        const char* keys;
        Fit fit;
    };
    const Row rows[] = {
        {"1", "", Fit::part},       {"1", "1", Fit::whole},      {"1", "2", Fit::no},
        {"1", "11", Fit::no},       {"_NXX", "2", Fit::part},    {"_NXX", "100", Fit::no},
        {"NXX", "299", Fit::whole}, {"Z", "0", Fit::no},         {"z", "9", Fit::whole},
        {"[13-5]", "2", Fit::no},   {"[13-5]", "4", Fit::whole}, {"[13-5]0", "30", Fit::whole},
        {"2.", "2", Fit::part},     {"2.", "21", Fit::maybe},    {"2.", "2123#", Fit::maybe},
        {"2!", "2", Fit::whole},    {"2!", "29", Fit::whole},    {"2!", "3", Fit::no},
        {"*9", "*", Fit::part},     {"#", "#", Fit::whole},      {"A", "A", Fit::whole},
        {"[-5]", "5", Fit::no},
    };
    for (const Row& row : rows) {
        CAPTURE(row.pattern, row.keys);
        if (std::string{row.pattern} == "[-5]") {
            CHECK_THROWS_AS(Pattern{row.pattern}, agi::AGIArgumentError);
        } else {
            CHECK(Pattern{row.pattern}.fit(row.keys) == row.fit);
        }
    }
}

TEST_CASE("KeyPlan: the closest pattern wins, whatever the order") {
    KeyPlan plan;
    for (const char* pattern : {"X.", "NXX", "3XX", "31X", "312", "[3-4]12"})
        plan.patterns.emplace_back(pattern);
    const auto best = [&](const char* keys) {
        const std::size_t found = plan.best(keys);
        return found == plan.patterns.size() ? std::string{"none"} : plan.patterns[found].text();
    };
    CHECK(best("312") == "312");
    CHECK(best("311") == "31X");
    CHECK(best("399") == "3XX");
    CHECK(best("412") == "[3-4]12");
    CHECK(best("999") == "NXX");
    CHECK(best("99") == "X.");
    CHECK(best("*") == "none");
}
