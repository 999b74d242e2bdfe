// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/speech.hpp>
#include <agi/command/speech_grammar.hpp>
#include <agi/command/speech_recognize.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

namespace {

/// What every SPEECH command but RECOGNIZE makes of a reply.
template <class Command>
void check_done(const Command& command, const std::string& why) {
    CHECK_NOTHROW(result_of(command, "200 result=1"));
    check_failure(command, "200 result=0", "AGIAppError", why);
    check_unexpected(command, "200 result=-1");
    check_unexpected(command, "200 result=2");
}

}  // namespace

TEST_CASE("SpeechCreate: request and reply") {
    CHECK(SpeechCreate{}.request() == "SPEECH CREATE");
    CHECK(SpeechCreate{"stt"}.request() == R"(SPEECH CREATE "stt")");
    check_done(SpeechCreate{}, "no speech object made");
}

TEST_CASE("SpeechSet: request and reply") {
    CHECK(SpeechSet{"a", "b c"}.request() == R"(SPEECH SET "a" "b c")");
    CHECK(SpeechSet{"a", 5}.request() == R"(SPEECH SET "a" "5")");
    check_done(SpeechSet{"a", "b"}, "no speech object");
}

TEST_CASE("SpeechDestroy: request and reply") {
    CHECK(SpeechDestroy{}.request() == "SPEECH DESTROY");
    check_done(SpeechDestroy{}, "no speech object");
}

TEST_CASE("SpeechLoadGrammar, SpeechUnloadGrammar: request and reply") {
    CHECK(SpeechLoadGrammar{"g", "/a b"}.request() == R"(SPEECH LOAD GRAMMAR "g" "/a b")");
    CHECK(SpeechUnloadGrammar{"g"}.request() == R"(SPEECH UNLOAD GRAMMAR "g")");
    check_done(SpeechLoadGrammar{"g", "p"}, "grammar not loaded");
    check_done(SpeechUnloadGrammar{"g"}, "grammar not unloaded");
}

TEST_CASE("SpeechActivateGrammar, SpeechDeactivateGrammar: request and reply") {
    CHECK(SpeechActivateGrammar{"g"}.request() == R"(SPEECH ACTIVATE GRAMMAR "g")");
    CHECK(SpeechDeactivateGrammar{"g"}.request() == R"(SPEECH DEACTIVATE GRAMMAR "g")");
    check_done(SpeechActivateGrammar{"g"}, "grammar not activated");
    check_done(SpeechDeactivateGrammar{"g"}, "grammar not deactivated");
}

TEST_CASE("SpeechRecognize: request") {
    CHECK(SpeechRecognize{"p"}.request() == R"(SPEECH RECOGNIZE "p" 10)");
    CHECK(SpeechRecognize{"p", 0s}.request() == R"(SPEECH RECOGNIZE "p" 0)");
    CHECK(SpeechRecognize{"p", -1s}.request() == R"(SPEECH RECOGNIZE "p" -1)");
    CHECK(SpeechRecognize{"p", 5s, SampleOffset{800}}.request() == R"(SPEECH RECOGNIZE "p" 5 800)");
    check_refused(SpeechRecognize{"p", 2147483648s},
                  "SPEECH RECOGNIZE: argument 2 does not fit Asterisk's 32 bits: 2147483648");
}

TEST_CASE("SpeechRecognize: reply") {
    auto [line, ended_by, digit, endpos] =
        GENERATE(table<std::string, SpeechEnd, std::optional<char>, long long>({
            {"200 result=1 (speech) endpos=1600 results=0 ", SpeechEnd::speech, std::nullopt, 1600},
            {"200 result=1 (digit) digit=5 endpos=800", SpeechEnd::digit, '5', 800},
            {"200 result=1 (digit) digit=# endpos=0", SpeechEnd::digit, '#', 0},
            {"200 result=1 (digit) digit=A endpos=0", SpeechEnd::digit, 'A', 0},
            {"200 result=1 (timeout) endpos=7", SpeechEnd::timeout, std::nullopt, 7},
            {"200 result=1 (hangup) endpos=9", SpeechEnd::hangup, std::nullopt, 9},
        }));
    CAPTURE(line);
    const auto got = result_of(SpeechRecognize{"p"}, line);
    CHECK(got.ended_by == ended_by);
    CHECK(got.digit == digit);
    CHECK(got.endpos.samples == endpos);
    CHECK(got.results.empty());
}

TEST_CASE("SpeechRecognize: what was heard") {
    const auto got = result_of(SpeechRecognize{"p"},
                               "200 result=1 (speech) endpos=1600 results=2 score0=700 "
                               "text0=\"call (bob) now\" grammar0=g score1=300 text1=\"call\" "
                               "grammar1=g 2");
    CHECK(got.ended_by == SpeechEnd::speech);
    CHECK(got.endpos.samples == 1600);
    REQUIRE(got.results.size() == 2);
    CHECK(got.results[0].score == 700);
    CHECK(got.results[0].text == "call (bob) now");
    CHECK(got.results[0].grammar == "g");
    CHECK(got.results[1].score == 300);
    CHECK(got.results[1].text == "call");
    CHECK(got.results[1].grammar == "g 2");
}

TEST_CASE("SpeechRecognize: text is not escaped") {
    auto [words, grammar] = GENERATE(table<std::string, std::string>({
        {"yes", "main"},
        {"", ""},
        {"say \"hi\"", "g"},
        {"\"", ""},
        {"a\" grammar0=b", "g"},
        {"a) (timeout) endpos=5", "g"},
        {"score0=5", "g"},
        {"a score0=5 text0=\"b", "g"},
        {"a score1=5 b", "g"},
        {"a score1=5 text1=\"b\"", "g"},
    }));
    const std::string line = "200 result=1 (speech) endpos=0 results=1 score0=-3 text0=\"" + words +
                             "\" grammar0=" + grammar;
    CAPTURE(line);
    const auto got = result_of(SpeechRecognize{"p"}, line);
    CHECK(got.endpos.samples == 0);
    REQUIRE(got.results.size() == 1);
    CHECK(got.results[0].score == -3);
    CHECK(got.results[0].text == words);
    CHECK(got.results[0].grammar == grammar);
}

TEST_CASE("SpeechRecognize: text that looks like the beginning of another result") {
    const auto got = result_of(SpeechRecognize{"p"},
                               "200 result=1 (speech) endpos=0 results=2 score0=5 "
                               "text0=\"a score1=7 b\" grammar0=g score1=3 "
                               "text1=\"c score2=1 score1=2\" grammar1=h");
    REQUIRE(got.results.size() == 2);
    CHECK(got.results[0].text == "a score1=7 b");
    CHECK(got.results[0].grammar == "g");
    CHECK(got.results[1].score == 3);
    CHECK(got.results[1].text == "c score2=1 score1=2");
    CHECK(got.results[1].grammar == "h");
}

TEST_CASE("SpeechRecognize: more than ten results") {
    std::string line = "200 result=1 (speech) endpos=0 results=12";
    for (int i = 0; i < 12; ++i) {
        const std::string n = std::to_string(i);
        line += " score" + n + '=' + std::to_string(100 - i) + " text" + n + "=\"word " + n +
                "\" grammar" + n + "=g" + n;
    }
    const auto got = result_of(SpeechRecognize{"p"}, line);
    REQUIRE(got.results.size() == 12);
    for (std::size_t i = 0; i < 12; ++i) {
        CHECK(got.results[i].score == 100 - static_cast<int>(i));
        CHECK(got.results[i].text == "word " + std::to_string(i));
        CHECK(got.results[i].grammar == "g" + std::to_string(i));
    }
}

TEST_CASE("SpeechRecognize: what Asterisk cut off does not count") {
    const std::string whole =
        "200 result=1 (speech) endpos=0 results=2 score0=1 text0=\"one\" grammar0=g";
    const std::string tail =
        GENERATE("", " score1", " score1=", " score1=2", " score1=2 text1=", " score1=2 text1=\"",
                 " score1=2 text1=\"two\"", " score1=2 text1=\"two\" grammar1",
                 " score1= text1=\"two\" grammar1=g");
    CAPTURE(tail);
    const auto got = result_of(SpeechRecognize{"p"}, whole + tail);
    REQUIRE(got.results.size() == 1);
    CHECK(got.results[0].text == "one");
}

TEST_CASE("SpeechRecognize: not recognized") {
    const std::string why = "no speech object, or no audio for it";
    check_failure(SpeechRecognize{"p"}, "200 result=0", "AGIAppError", why);
    check_failure(SpeechRecognize{"p"}, "200 result=0 endpos=0", "AGIAppError", why);
}

TEST_CASE("SpeechRecognize: a reply that is none of them") {
    const std::string line =
        GENERATE("200 result=1", "200 result=1 endpos=0", "200 result=1 (timeout)", "200 result=-1",
                 "200 result=2 (timeout) endpos=0", "200 result=1 (digit) endpos=0",
                 "200 result=1 (digit) digit= endpos=0", "200 result=1 (digit) digit=53 endpos=0",
                 "200 result=1 (digit) digit=x endpos=0", "200 result=1 (speech) endpos=0",
                 "200 result=1 (other) endpos=0");
    check_unexpected(SpeechRecognize{"p"}, line);
}

TEST_CASE("SpeechRecognize: only (hangup) says that the call is over") {
    const auto says = [](const char* line) {
        return SpeechRecognize::says_hangup(wire::parse_reply(line));
    };
    CHECK(says("200 result=1 (hangup) endpos=0"));
    CHECK_FALSE(says("200 result=1 (timeout) endpos=0"));
    CHECK_FALSE(says("200 result=1 (speech) endpos=0 results=1 text0=\"(hangup)\""));
    CHECK_FALSE(says("200 result=0"));
}

TEST_CASE("SpeechRecognize: how long Asterisk may take") {
    CHECK(SpeechRecognize{"p", 5s}.longest() == 5s);
    CHECK(SpeechRecognize{"p", 0s}.longest() == std::nullopt);
    CHECK(SpeechRecognize{"p", -1s}.longest() == std::nullopt);
}

TEST_CASE("SpeechResults: none") {
    CHECK(SpeechResults{}.empty());
    CHECK(SpeechResults{""}.size() == 0);
    CHECK(SpeechResults{"results=0 "}.empty());
    CHECK(SpeechResults{""}[0].text.empty());
}

TEST_CASE("SpeechResults: 25,000 of them, each found without a look at the others") {
    constexpr int count = 25000;
    std::string text = "results=" + std::to_string(count);
    for (int i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        text += " score" + number + "=" + number + " text" + number + "=\"word " + number +
                "\" grammar" + number + "=g" + number;
    }
    const SpeechResults results{text};
    REQUIRE(results.size() == count);
    int right = 0;
    for (int i = 0; i < count; ++i) {
        const SpeechResult one = results[static_cast<std::size_t>(i)];
        const std::string number = std::to_string(i);
        if (one.score == i && one.text == "word " + number && one.grammar == "g" + number) ++right;
    }
    CHECK(right == count);
}
