// SPDX-License-Identifier: MIT
// Prompts: each part, the languages, what is missing.

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

std::vector<std::string> said(const Prompt& prompt, const Manners& manners = Manners::usual(),
                              const char* language = "en", const char* stops = "") {
    const Say say{prompt, stops};
    Saying saying{say, manners};
    saying.language(language);
    std::vector<std::string> all;
    while (const Step* step = saying.next(Time{0})) {
        all.push_back(plain(step->request()));
        saying.take({});
    }
    return all;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Prompt: what each part sends") {
    const std::chrono::system_clock::time_point time{1700000000s};
    CHECK(said({"hello", Number(105), Number(1, agi::Gender::feminine)}) ==
          Lines{"STREAM FILE hello \"\"", "SAY NUMBER 105 \"\"", "SAY NUMBER 1 \"\" f"});
    CHECK(said({Digits("0042"), Digits("-5"), Spelled("abc"), Phonetic("x1")}) ==
          Lines{"SAY DIGITS 0042 \"\"", "SAY DIGITS -5 \"\"", "SAY ALPHA abc \"\"",
                "SAY PHONETIC x1 \"\""});
    CHECK(said({Day(time), Clock(time, "Europe/Berlin"), Moment(time)}) ==
          Lines{"SAY DATETIME 1700000000 \"\" ABd",
                "SAY DATETIME 1700000000 \"\" IMp Europe/Berlin", "SAY DATETIME 1700000000 \"\""});
    CHECK(said({Sound("a"), Pause(300ms), Pause(0ms), "b"}) ==
          Lines{"STREAM FILE a \"\"", "WAIT FOR DIGIT 300", "STREAM FILE b \"\""});
}

TEST_CASE("Prompt: SAY DIGITS refuses what does not begin with a digit, so SAY ALPHA says it") {
    CHECK(said({Digits("*12"), Digits("#"), Digits(""), Digits("-"), Spelled(""), Phonetic("")}) ==
          Lines{"SAY ALPHA *12 \"\"", "SAY ALPHA # \"\"", "SAY ALPHA - \"\""});
}

TEST_CASE("Prompt: a number that SAY NUMBER cannot take is said digit by digit") {
    CHECK(said({Number(2147483647), Number(2147483648), Number(-3000000000)}) ==
          Lines{"SAY NUMBER 2147483647 \"\"", "SAY DIGITS 2147483648 \"\"",
                "SAY DIGITS -3000000000 \"\""});
}

TEST_CASE("Prompt: lists, durations, money") {
    CHECK(said({List({Number(1), Number(2), "three"})}) ==
          Lines{"SAY NUMBER 1 \"\"", "SAY NUMBER 2 \"\"", "STREAM FILE vm-and \"\"",
                "STREAM FILE three \"\""});
    CHECK(said({List({Number(1)})}) == Lines{"SAY NUMBER 1 \"\""});
    CHECK(said({List({})}).empty());
    CHECK(said({Duration(3665s)}) == Lines{"SAY NUMBER 1 \"\"", "STREAM FILE hours \"\"",
                                           "SAY NUMBER 1 \"\"", "STREAM FILE minute \"\"",
                                           "SAY NUMBER 5 \"\"", "STREAM FILE seconds \"\""});
    CHECK(said({Duration(120s)}) == Lines{"SAY NUMBER 2 \"\"", "STREAM FILE minutes \"\""});
    CHECK(said({Duration(0s)}) == Lines{"SAY NUMBER 0 \"\"", "STREAM FILE seconds \"\""});
    const Currency dollars{{"dollar", "dollars"}, {"cent", "cents"}};
    CHECK(said({Money(1250, dollars)}) == Lines{"SAY NUMBER 12 \"\"", "STREAM FILE dollars \"\"",
                                                "STREAM FILE vm-and \"\"", "SAY NUMBER 50 \"\"",
                                                "STREAM FILE cents \"\""});
    CHECK(said({Money(100, dollars)}) == Lines{"SAY NUMBER 1 \"\"", "STREAM FILE dollar \"\""});
    CHECK(said({Money(-1, dollars)}) ==
          Lines{"STREAM FILE digits/minus \"\"", "SAY NUMBER 1 \"\"", "STREAM FILE cent \"\""});
    CHECK(said({Money(0, dollars)}) == Lines{"SAY NUMBER 0 \"\"", "STREAM FILE dollars \"\""});
}

TEST_CASE("Prompt: a phrase is that of the language, else of its parent, else the first") {
    const Prompt prompt{"x", Phrase({{"en", {"you-have", Number(3)}},
                                     {"de", {"sie-haben", Number(3)}},
                                     {"de_CH", {"ihr-habt"}}})};
    CHECK(said(prompt, Manners::usual(), "en").at(1) == "STREAM FILE you-have \"\"");
    CHECK(said(prompt, Manners::usual(), "de").at(1) == "STREAM FILE sie-haben \"\"");
    CHECK(said(prompt, Manners::usual(), "de_AT").at(1) == "STREAM FILE sie-haben \"\"");
    CHECK(said(prompt, Manners::usual(), "de_CH").at(1) == "STREAM FILE ihr-habt \"\"");
    CHECK(said(prompt, Manners::usual(), "fr").at(1) == "STREAM FILE you-have \"\"");
    CHECK(said({Phrase({})}).empty());
    Manners german;
    german.language = "de";
    CHECK(said(prompt, german, "en").at(1) == "STREAM FILE sie-haben \"\"");
}

TEST_CASE("Prompt: text is spoken by a hook") {
    CHECK_THROWS_AS(said({Spoken("hello")}), agi::AGIArgumentError);
    Manners manners;
    manners.speak = [](std::string_view text, std::string_view language) {
        if (text == "nothing") return std::string{};
        return "/tts/" + std::string{language} + "-" + std::to_string(text.size());
    };
    CHECK(said({Spoken("hello"), Spoken("nothing"), "end"}, manners, "de") ==
          Lines{"STREAM FILE /tts/de-5 \"\"", "STREAM FILE end \"\""});
    manners.missing = Missing::error;
    CHECK_THROWS_AS(said({Spoken("nothing")}, manners), agi::AGIAppError);
}

TEST_CASE("Say: a key stops all of it, and is the result") {
    const Say say{{"a", "b"}, "12"};
    Saying saying{say};
    CHECK(talk(saying, {{"STREAM FILE a 12", "200 result=50 endpos=8"}}).size() == 1);
    CHECK(say.result(saying) == '2');
}

TEST_CASE("Say: what is missing is named") {
    const Say say{{"a", Digits("12"), "b"}};
    Saying saying{say};
    talk(saying, {{"STREAM FILE a \"\"", "200 result=0 endpos=8"},
                  {"SAY DIGITS 12 \"\"", "200 result=-1"},
                  {"STREAM FILE b \"\"", "200 result=-1 endpos=0"}});
    CHECK(saying.missing() == "(a number or letters)");
}

TEST_CASE("Prompt: a null pointer is refused") {
    CHECK_THROWS_AS(Part{static_cast<const char*>(nullptr)}, agi::AGIArgumentError);
}

TEST_CASE("Callback: copies what it holds") {
    int calls = 0;
    Callback<int(int)> one = [count = 0, &calls](int more) mutable {
        ++calls;
        return count += more;
    };
    Callback<int(int)> two = one;
    CHECK(one(2) == 2);
    CHECK(one(2) == 4);
    CHECK(two(1) == 1);
    two = one;
    CHECK(two(1) == 5);
    const Callback<int(int)> moved = std::move(two);
    CHECK(moved(1) == 6);
    CHECK(calls == 5);
    CHECK_FALSE(Callback<int(int)>{});
}

namespace both {

using namespace agi;
using namespace agi::ivr;

/// Both namespaces at once: no name of one is a name of the other.
template <class Session>
void names(Session& call) {
    Ask ask_for;
    ask_for.prompt = {"x",     Number(1),   Digits("1"), Spelled("a"),
                      Day({}), Spoken("x"), List({}),    Group({})};
    Asking asking{ask_for};
    run(call, asking);
    const Entry entry = asking.entry();
    if (entry.end == End::entered) Answer{}(call);
    Record{"/tmp/x"}(call);
    Dial{"PJSIP/x"}(call);
    const Option<int> option{"1", 1};
    static_cast<void>(option);
}

}  // namespace both
