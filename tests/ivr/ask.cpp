// SPDX-License-Identifier: MIT
// Questions for digits, as machines: what is sent, and what comes of what is pressed.

#include "talk.hpp"
#include <agi/agi.hpp>
#include <agi/ivr/ivr.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using namespace agi::ivr;
using namespace ivr_tests;
using namespace std::chrono_literals;

namespace {

Ask pin() {
    Ask ask;
    ask.prompt = {"enter-pin"};
    ask.digits = exactly(4);
    ask.tries = 1;
    return ask;
}

struct Case {
    const char* what;
    std::vector<Turn> turns;
    End end;
    std::string digits;
    int tries = 1;
};

void check(const Ask& ask, const std::vector<Case>& cases,
           const Manners& manners = Manners::usual()) {
    for (const Case& one : cases) {
        CAPTURE(one.what);
        Asking asking{ask, manners};
        CHECK(talk(asking, one.turns) == requests_of(one.turns));
        const Entry entry = asking.entry();
        CHECK(std::string{to_string(entry.end)} == to_string(one.end));
        CHECK(entry.digits == one.digits);
        CHECK(entry.tries == one.tries);
    }
}

const std::string play = "STREAM FILE enter-pin 0123456789";
const std::string again = "STREAM FILE privacy-incorrect 0123456789";

}  // namespace

TEST_CASE("Ask: the key that stops the prompt is the first of the entry") {
    check(pin(), {
                     {"during the prompt",
                      {{play, key_1}, {"GET DATA \"\" 5000 3", "200 result=234"}},
                      End::entered,
                      "1234"},
                     {"after it",
                      {{play, over}, {"GET DATA \"\" 5000 4", "200 result=1234"}},
                      End::entered,
                      "1234"},
                     {"silence",
                      {{play, over}, {"GET DATA \"\" 5000 4", "200 result= (timeout)"}},
                      End::no_input,
                      ""},
                     {"too few, then silence",
                      {{play, key_1}, {"GET DATA \"\" 5000 3", "200 result=2 (timeout)"}},
                      End::no_match,
                      "12"},
                     {"too few, then #",
                      {{play, key_1}, {"GET DATA \"\" 5000 3", "200 result=2"}},
                      End::no_match,
                      "12"},
                     {"a key that is no digit",
                      {{play, key_1}, {"GET DATA \"\" 5000 3", "200 result=2*4"}},
                      End::no_match,
                      "12*4"},
                 });
}

TEST_CASE("Ask: a # of the question before counts for nothing, once") {
    const std::string data = "GET DATA \"\" 5000 4";
    check(pin(), {
                     {"once",
                      {{play, over}, {data, "200 result="}, {data, "200 result=1234"}},
                      End::entered,
                      "1234"},
                     {"then silence",
                      {{play, over}, {data, "200 result="}, {data, "200 result= (timeout)"}},
                      End::no_input,
                      ""},
                     {"twice is a try",
                      {{play, over}, {data, "200 result="}, {data, "200 result="}},
                      End::no_match,
                      ""},
                 });
    Ask optional = pin();
    optional.digits = between(0, 4);
    const std::string hash_too = "STREAM FILE enter-pin 0123456789#";
    check(optional,
          {
              {"an answer where nothing is one",
               {{hash_too, over}, {data, "200 result="}},
               End::entered,
               ""},
              {"during the prompt", {{hash_too, "200 result=35 endpos=8"}}, End::entered, ""},
              {"silence is none",
               {{hash_too, over}, {data, "200 result= (timeout)"}},
               End::no_input,
               ""},
          });
}

TEST_CASE("Ask: a range of lengths ends with #, silence or the last digit") {
    Ask ask = pin();
    ask.digits = between(2, 6);
    const std::string data = "GET DATA \"\" 5000 6";
    check(ask,
          {
              {"#", {{play, over}, {data, "200 result=12"}}, End::entered, "12"},
              {"silence", {{play, over}, {data, "200 result=123 (timeout)"}}, End::entered, "123"},
              {"the last", {{play, over}, {data, "200 result=123456"}}, End::entered, "123456"},
              {"too few", {{play, over}, {data, "200 result=1 (timeout)"}}, End::no_match, "1"},
          });
}

TEST_CASE("Ask: one digit needs one command after the prompt") {
    Ask ask = pin();
    ask.digits = exactly(1);
    check(
        ask,
        {
            {"during the prompt", {{play, key_1}}, End::entered, "1"},
            {"after it",
             {{play, over}, {"WAIT FOR DIGIT 5000", "200 result=55"}},
             End::entered,
             "7"},
            {"silence", {{play, over}, {"WAIT FOR DIGIT 5000", "200 result=0"}}, End::no_input, ""},
            {"a key that is no digit",
             {{play, over}, {"WAIT FOR DIGIT 5000", "200 result=42"}},
             End::no_match,
             "*"},
        });
}

TEST_CASE("Ask: the first key may have another time than the next") {
    Ask ask = pin();
    ask.first_key = 8s;
    ask.next_key = 3s;
    check(ask, {
                   {"two commands",
                    {{play, over},
                     {"WAIT FOR DIGIT 8000", "200 result=49"},
                     {"GET DATA \"\" 3000 3", "200 result=234"}},
                    End::entered,
                    "1234"},
                   {"interrupted",
                    {{play, key_1}, {"GET DATA \"\" 3000 3", "200 result=234"}},
                    End::entered,
                    "1234"},
                   {"a # first",
                    {{play, over},
                     {"WAIT FOR DIGIT 8000", "200 result=35"},
                     {"WAIT FOR DIGIT 8000", "200 result=0"}},
                    End::no_input,
                    ""},
               });
    ask.first_key = 6s;
    ask.next_key = 2s;
    check(ask, {
                   {"Asterisk's own two times are one command",
                    {{play, over}, {"GET DATA \"\" 0 4", "200 result=1234"}},
                    End::entered,
                    "1234"},
                   {"which for later keys means the first",
                    {{play, key_1}, {"GET DATA \"\" 2000 3", "200 result=234"}},
                    End::entered,
                    "1234"},
               });
}

TEST_CASE("Ask: a cancel key is looked for at every key") {
    Ask ask = pin();
    ask.cancel = '*';
    const std::string stops = "STREAM FILE enter-pin 0123456789*";
    const std::string wait = "WAIT FOR DIGIT 5000";
    check(ask, {
                   {"at once", {{stops, "200 result=42 endpos=8"}}, End::cancelled, ""},
                   {"in the middle",
                    {{stops, key_1}, {wait, "200 result=50"}, {wait, "200 result=42"}},
                    End::cancelled,
                    "12"},
                   {"not used",
                    {{stops, key_1},
                     {wait, "200 result=50"},
                     {wait, "200 result=51"},
                     {wait, "200 result=52"}},
                    End::entered,
                    "1234"},
                   {"too few, #", {{stops, key_1}, {wait, "200 result=35"}}, End::no_match, "1"},
               });
}

TEST_CASE("Ask: another terminator, or none") {
    Ask ask = pin();
    ask.digits = between(1, 3);
    ask.terminator = '*';
    const std::string wait = "WAIT FOR DIGIT 5000";
    check(
        ask,
        {{"another", {{play, key_1}, {wait, "200 result=42"}}, End::entered, "1"},
         {"# is a wrong key then", {{play, key_1}, {wait, "200 result=35"}}, End::no_match, "1#"}});
    ask.terminator = agi::no_key;
    ask.keys = "0123456789#";
    check(ask, {{"# as a digit",
                 {{"STREAM FILE enter-pin 0123456789#", key_1},
                  {wait, "200 result=35"},
                  {wait, "200 result=0"}},
                 End::entered,
                 "1#"}});
}

TEST_CASE("Ask: a total time, of any clock, ends the entry") {
    Ask ask = pin();
    ask.total = 7s;
    const auto wait = [](int ms) { return "WAIT FOR DIGIT " + std::to_string(ms); };
    check(ask, {
                   {"slow keys",
                    {{play, over, 60000},
                     {wait(5000), "200 result=49", 4000},
                     {wait(3000), "200 result=50", 2500},
                     {wait(500), "200 result=0", 500}},
                    End::no_match,
                    "12"},
                   {"late",
                    {{play, over, 60000},
                     {wait(5000), "200 result=49", 4000},
                     {wait(3000), "200 result=50", 3100}},
                    End::no_match,
                    "12"},
                   {"in time",
                    {{play, key_1, 60000},
                     {wait(5000), "200 result=50", 1},
                     {wait(5000), "200 result=51", 2000},
                     {wait(4999), "200 result=52"}},
                    End::entered,
                    "1234"},
               });
}

TEST_CASE("Ask: silence and a wrong entry are told apart, and each try may say something else") {
    Ask ask = pin();
    ask.tries = 3;
    ask.again = {{"slowly"}, {"last-time"}};
    Manners manners;
    manners.silence = "are-you-there";
    const std::string data = "GET DATA \"\" 5000 4";
    const std::string keys = " 0123456789";
    check(ask,
          {
              {"wrong, then silence, then right",
               {{play, over},
                {data, "200 result=12"},
                {again, over},
                {"STREAM FILE slowly" + keys, over},
                {data, "200 result= (timeout)"},
                {"STREAM FILE are-you-there" + keys, over},
                {"STREAM FILE last-time" + keys, key_1},
                {"GET DATA \"\" 5000 3", "200 result=234"}},
               End::entered,
               "1234",
               3},
              {"a key in what is said about a wrong one is the first of the next entry",
               {{play, over},
                {data, "200 result=12"},
                {again, key_1},
                {"GET DATA \"\" 5000 3", "200 result=234"}},
               End::entered,
               "1234",
               2},
              {"silence at last",
               {{play, over},
                {data, "200 result=12"},
                {again, over},
                {"STREAM FILE slowly" + keys, over},
                {data, "200 result=12"},
                {again, over},
                {"STREAM FILE last-time" + keys, over},
                {data, "200 result= (timeout)"}},
               End::no_input,
               "",
               3},
          },
          manners);
}

TEST_CASE("Ask: a check says why, with a prompt of its own or the usual one") {
    Ask ask = pin();
    ask.tries = 2;
    const std::vector<Turn> first{{play, key_1}, {"GET DATA \"\" 5000 3", "200 result=234"}};
    const auto then = [&](std::vector<Turn> more) {
        std::vector<Turn> turns = first;
        turns.insert(turns.end(), more.begin(), more.end());
        return turns;
    };
    ask.check = [](std::string_view digits) { return digits == "9999" ? nullptr : "wrong-pin"; };
    check(ask, {{"text",
                 then({{"STREAM FILE wrong-pin 0123456789", over},
                       {play, over},
                       {"GET DATA \"\" 5000 4", "200 result=9999"}}),
                 End::entered, "9999", 2},
                {"to the end",
                 then({{"STREAM FILE wrong-pin 0123456789", over},
                       {play, over},
                       {"GET DATA \"\" 5000 4", "200 result=0000"}}),
                 End::no_match, "0000", 2}});
    ask.check = [](std::string_view digits) { return digits == "9999"; };
    check(ask, {{"bool",
                 then({{again, over}, {play, over}, {"GET DATA \"\" 5000 4", "200 result=9999"}}),
                 End::entered, "9999", 2}});
    ask.check = [](std::string_view) { return Prompt{"no", Number(3)}; };
    check(ask, {{"a prompt",
                 then({{"STREAM FILE no 0123456789", over},
                       {"SAY NUMBER 3 0123456789", "200 result=53"},
                       {"GET DATA \"\" 5000 3", "200 result=555"}}),
                 End::no_match, "5555", 2}});
}

TEST_CASE("Ask: a check that waits rejects later") {
    Ask ask = pin();
    ask.tries = 2;
    Asking asking{ask};
    const std::vector<Turn> first{{play, key_1}, {"GET DATA \"\" 5000 3", "200 result=234"}};
    REQUIRE(talk(asking, first) == requests_of(first));
    REQUIRE(asking.entry());
    CHECK(asking.digits() == "1234");
    asking.reject("wrong-pin");
    CHECK_FALSE(asking.entry());
    const std::vector<Turn> second{{"STREAM FILE wrong-pin 0123456789", key_1},
                                   {"GET DATA \"\" 5000 3", "200 result=234"}};
    REQUIRE(talk(asking, second) == requests_of(second));
    REQUIRE(asking.entry());
    asking.reject({});
    CHECK(asking.entry().end == End::no_match);
    CHECK(talk(asking, {}).empty());
}

TEST_CASE("Ask: keys that mean the same everywhere, where the question has no use for them") {
    Ask ask = pin();
    Manners manners;
    manners.repeat = '*';
    manners.back = '#';
    manners.attendant = '0';  // a digit of the entry: it stays one
    const std::string stops = "STREAM FILE enter-pin 0123456789*#";
    const std::string wait = "WAIT FOR DIGIT 5000";
    ask.terminator = agi::no_key;
    check(ask,
          {
              {"repeat is no try",
               {{stops, "200 result=42 endpos=8"},
                {stops, over},
                {wait, "200 result=42"},
                {stops, over},
                {wait, "200 result=0"}},
               End::no_input,
               ""},
              {"three times",
               {{stops, "200 result=42 endpos=8"},
                {stops, "200 result=42 endpos=8"},
                {stops, "200 result=42 endpos=8"},
                {stops, "200 result=42 endpos=8"}},
               End::no_match,
               ""},
              {"back", {{stops, "200 result=35 endpos=8"}}, End::back, ""},
              {"a digit is a digit",
               {{stops, "200 result=48 endpos=8"}, {wait, "200 result=35"}},
               End::back,
               "0"},
          },
          manners);
    ask.keys = "123";
    ask.digits = exactly(2);
    check(ask,
          {{"attendant",
            {{"STREAM FILE enter-pin 0123*#", "200 result=48 endpos=8"}},
            End::attendant,
            ""}},
          manners);
}

TEST_CASE("Ask: a prompt that cannot be interrupted, or by some keys only") {
    Ask ask = pin();
    ask.interruptible = false;
    check(ask,
          {{"none",
            {{"STREAM FILE enter-pin \"\"", over}, {"GET DATA \"\" 5000 4", "200 result=1234"}},
            End::entered,
            "1234"}});
    ask.interruptible = true;
    ask.interrupt = "12";
    check(ask, {{"some",
                 {{"STREAM FILE enter-pin 12", key_1}, {"GET DATA \"\" 5000 3", "200 result=234"}},
                 End::entered,
                 "1234"}});
}

TEST_CASE("Ask: a pause keeps the key that ends it, and what follows is not said") {
    Ask ask = pin();
    ask.prompt = {"a", Pause(300ms), "b", Pause(0ms)};
    const std::string a = "STREAM FILE a 0123456789";
    const std::string b = "STREAM FILE b 0123456789";
    check(ask, {
                   {"a key",
                    {{a, over},
                     {"WAIT FOR DIGIT 300", "200 result=49"},
                     {"GET DATA \"\" 5000 3", "200 result=234"}},
                    End::entered,
                    "1234"},
                   {"another key",
                    {{a, over},
                     {"WAIT FOR DIGIT 300", "200 result=42"},
                     {b, key_1},
                     {"GET DATA \"\" 5000 3", "200 result=234"}},
                    End::entered,
                    "1234"},
                   {"none",
                    {{a, over},
                     {"WAIT FOR DIGIT 300", "200 result=0"},
                     {b, over},
                     {"GET DATA \"\" 5000 4", "200 result=1234"}},
                    End::entered,
                    "1234"},
               });
}

TEST_CASE("Ask: a missing sound is passed over and named, or an error") {
    const Ask ask = pin();
    const std::vector<Turn> turns{{play, "200 result=-1 endpos=0"},
                                  {"GET DATA \"\" 5000 4", "200 result=1234"}};
    {
        Asking asking{ask};
        CHECK(talk(asking, turns) == requests_of(turns));
        CHECK(asking.entry().digits == "1234");
        CHECK(asking.entry().missing == "enter-pin");
    }
    Manners manners;
    manners.missing = Missing::error;
    {
        Asking asking{ask, manners};
        CHECK(talk(asking, {turns[0]}).at(1) == "(failed)");
    }
    manners.missing = Missing::skip;
    manners.has_sound = [](std::string_view sound, std::string_view) {
        return sound != "enter-pin";
    };
    Asking asking{ask, manners};
    CHECK(talk(asking, {turns[1]}) == requests_of({turns[1]}));
    CHECK(asking.entry().missing == "enter-pin");
}

TEST_CASE("Ask: a command that must work and fails is an error") {
    const Ask ask = pin();
    Asking asking{ask};
    CHECK(talk(asking, {{play, over}, {"GET DATA \"\" 5000 4", "200 result=-1"}}).at(2) ==
          "(failed)");
}

TEST_CASE("Ask: what is secret is in no trace and no error") {
    Ask ask = pin();
    ask.secret = true;
    Asking asking{ask};
    const Step* step = asking.next(Time{0});
    REQUIRE(step != nullptr);
    CHECK_FALSE(step->redaction().request);
    CHECK(step->redaction().reply);
    asking.take(step->parse(reply_of(*step, key_1)));
    step = asking.next(Time{0});
    REQUIRE(step != nullptr);
    CHECK(step->redaction().reply);
    for (const char* line : {"200 result=2x4", "200 result=-1"}) {
        try {
            static_cast<void>(step->parse(reply_of(*step, line)));
            FAIL("no exception");
        } catch (const agi::AGIError& error) {
            CHECK(std::string{error.what()}.find("2x4") == std::string::npos);
            CHECK(error.reply().raw().empty());
        }
    }

    Ask spoken = pin();
    spoken.secret = true;
    spoken.prompt = {Digits("4711")};
    Asking says{spoken};
    step = says.next(Time{0});
    REQUIRE(step != nullptr);
    CHECK(step->redaction().request);
}

TEST_CASE("Ask: what was entered so far can be had") {
    Ask ask = pin();
    ask.cancel = '*';
    Asking asking{ask};
    talk(asking,
         {{"STREAM FILE enter-pin 0123456789*", key_1}, {"WAIT FOR DIGIT 5000", "200 result=50"}});
    CHECK(asking.entry().digits == "12");
    CHECK(asking.entry().end == End::unfinished);
}

TEST_CASE("Ask: a length that cannot be is refused") {
    for (const Length& length : {Length{0, 0}, Length{5, 4}, Length{-1, 3}, Length{1, 1024}}) {
        Ask ask = pin();
        ask.digits = length;
        CHECK_THROWS_AS((Asking{ask}), agi::AGIArgumentError);
    }
}

TEST_CASE("Ask: speech answers beside keys, with the last sound of the prompt") {
    Ask ask = pin();
    ask.prompt = {"hello", "enter-pin"};
    ask.speech = agi::ivr::listen();
    const std::string hello = "STREAM FILE hello 0123456789";
    const std::string listen = "SPEECH RECOGNIZE enter-pin 5";
    check(
        ask,
        {
            {"said",
             {{hello, over},
              {listen,
               "200 result=1 (speech) endpos=0 results=1 score0=900 text0=\"1234\" grammar0=pin"}},
             End::entered,
             "1234"},
            {"pressed",
             {{hello, over},
              {listen, "200 result=1 (digit) digit=1 endpos=0"},
              {"GET DATA \"\" 5000 3", "200 result=234"}},
             End::entered,
             "1234"},
            {"a stray #",
             {{hello, over},
              {listen, "200 result=1 (digit) digit=# endpos=0"},
              {listen,
               "200 result=1 (speech) endpos=0 results=1 score0=900 text0=\"1234\" grammar0=pin"}},
             End::entered,
             "1234"},
            {"silence",
             {{hello, over}, {listen, "200 result=1 (timeout) endpos=0"}},
             End::no_input,
             ""},
            {"not an answer",
             {{hello, over},
              {listen,
               "200 result=1 (speech) endpos=0 results=1 score0=900 text0=\"pizza\" grammar0=pin"}},
             End::no_match,
             "pizza"},
            {"a key before",
             {{hello, key_1}, {"GET DATA \"\" 5000 3", "200 result=234"}},
             End::entered,
             "1234"},
        });
    ask.speech = agi::ivr::listen(
        [](std::string_view words) { return std::string{words == "my birthday" ? "0102" : ""}; });
    check(ask, {{"translated",
                 {{hello, over},
                  {listen,
                   "200 result=1 (speech) endpos=0 results=1 score0=900 text0=\"my birthday\" "
                   "grammar0=pin"}},
                 End::entered,
                 "0102"}});
    Asking asking{ask};
    talk(asking, {{hello, over}});
    const Step* step = asking.next(Time{0});
    CHECK_THROWS_AS(step->parse(reply_of(*step, "200 result=1 (hangup) endpos=0")),
                    agi::AGIResultHangup);
    CHECK_THROWS_AS(step->parse(reply_of(*step, "200 result=0")), agi::AGIAppError);
}

TEST_CASE("Ask: the total time begins with the end of the prompt, whatever that ends with") {
    Manners manners;
    manners.has_sound = [](std::string_view sound, std::string_view) { return sound != "gone"; };
    const std::string stopped = "STREAM FILE enter-pin 0123456789";
    for (const Prompt& prompt : {Prompt{"enter-pin", "gone"}, Prompt{"enter-pin", Digits("")}}) {
        Ask ask = pin();
        ask.prompt = prompt;
        ask.total = 3s;
        ask.first_key = 10s;
        check(ask,
              {{"the wait",
                {{stopped, over, 9000}, {"WAIT FOR DIGIT 3000", "200 result=0", 3000}},
                End::no_input,
                ""}},
              manners);
    }
    Ask mute = pin();
    mute.prompt = "gone";
    mute.total = 3s;
    mute.first_key = 10s;
    check(mute,
          {{"nothing is said", {{"WAIT FOR DIGIT 3000", "200 result=0", 3000}}, End::no_input, ""}},
          manners);
    Ask spoken = pin();
    spoken.speech = listen();
    spoken.total = 4s;
    spoken.first_key = 20s;
    check(spoken,
          {{"speech",
            {{"SPEECH RECOGNIZE enter-pin 4", "200 result=1 (digit) digit=1 endpos=0", 12000},
             {"WAIT FOR DIGIT 4000", "200 result=50", 3000},
             {"WAIT FOR DIGIT 1000", "200 result=0", 1000}},
            End::no_match,
            "12"}});
}

TEST_CASE("Ask: # as a key that means something else") {
    Ask ask = pin();
    ask.cancel = '#';
    const std::string with_hash = "STREAM FILE enter-pin 0123456789#";
    check(ask, {{"during the prompt", {{with_hash, "200 result=35 endpos=8"}}, End::cancelled, ""},
                {"after digits",
                 {{with_hash, key_1}, {"WAIT FOR DIGIT 5000", "200 result=35"}},
                 End::cancelled,
                 "1"}});
    Manners house;
    house.back = '#';
    Ask account = pin();
    account.digits = between(1, 4);
    check(account,
          {{"nothing entered", {{with_hash, "200 result=35 endpos=8"}}, End::back, ""},
           {"it ends an entry",
            {{with_hash, key_1}, {"WAIT FOR DIGIT 5000", "200 result=35"}},
            End::entered,
            "1"}},
          house);
}

TEST_CASE("Ask: no time at all is not the time that Asterisk takes for 0") {
    Ask ask = pin();
    ask.first_key = ask.next_key = 0ms;
    check(
        ask,
        {{"0", {{play, over}, {"GET DATA \"\" 1 4", "200 result= (timeout)"}}, End::no_input, ""}});
}

TEST_CASE("Asking: Manners that are gone at the end of the line do not compile") {
    STATIC_REQUIRE(std::is_constructible_v<Asking, const Ask&, const Manners&>);
    STATIC_REQUIRE_FALSE(std::is_constructible_v<Asking, const Ask&, Manners>);
}

TEST_CASE("Key: is one of the telephone's, or none") {
    for (const char key : std::string{"0123456789*#ABCD-"}) CHECK(Key{key} == key);
    for (const char other : {'x', 'a', ' ', '\0'}) {
        CAPTURE(other);
        CHECK_THROWS_WITH(Key{other}, Catch::Matchers::ContainsSubstring(
                                          "a key is one of 0-9 * # A-D, or no_key: not "));
    }
    Ask ask;
    CHECK_THROWS_AS(ask.terminator = 'x', agi::AGIArgumentError);
}
