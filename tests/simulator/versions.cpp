// SPDX-License-Identifier: MIT
// What differs from one Asterisk to the next, on both sides of each change.

#include "catch.hpp"
#include <agi/testing/asterisk.hpp>
#include <agi/wire/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

/// What a version says to some lines; between two lines of it is ` / `, usage texts are `520`.
class Answers {
  public:
    explicit Answers(const std::string& version) : asterisk{version} {
        asterisk.channel.sounds = {{"prompt", 2s}, {"beep", 440ms}};
        asterisk.takes_text = false;
        asterisk.subroutines["sub,s,1"] = [](Call&, const std::string&) {
            return std::optional<std::string>{};
        };
        asterisk.begin();
        while (asterisk.next_line()) {
        }
    }
    /// The answer to the last of them.
    std::string operator()(const std::vector<std::string>& lines) {
        std::string all;
        for (const std::string& line : lines) {
            asterisk.receive(line);
            all.clear();
            while (const auto said = asterisk.next_line()) {
                all += (all.empty() ? "" : " / ") +
                       (said->substr(0, 4) == "520-" ? std::string{"520"} : *said);
            }
        }
        return all;
    }

    Asterisk asterisk;
};

struct Change {
    const char* before;  ///< The last version without it, or another one that never had it.
    const char* since;
    std::vector<std::string> lines;
    std::string old_answer;
    std::string new_answer;
};

void check(const Change& change) {
    CAPTURE(change.before, change.since, change.lines.back().substr(0, 60));
    CHECK(Answers{change.before}(change.lines) == change.old_answer);
    CHECK(Answers{change.since}(change.lines) == change.new_answer);
}

const std::string short_line = "NOOP " + std::string(2042, 'x');
const std::string long_line = "NOOP " + std::string(8186, 'x');
const std::string cut = "200 result=0 / 510 Invalid or unknown command";

}  // namespace

TEST_CASE("Asterisk: the longest line of each version") {
    struct Series {
        const char* before;
        const char* since;
    };
    for (const auto& [before, since] :
         {Series{"20.15.2", "20.16.0"}, Series{"21.10.0", "21.11.0"}, Series{"22.5.2", "22.6.0"},
          Series{"16.30.1", "23.0.0"}, Series{"18.26.4", "22.10.1"}, Series{"20.7-cert9", "23.4.1"},
          Series{"certified/22.8-cert1", "23.1.0"}}) {
        check({before, since, {short_line}, cut, "200 result=0"});
        CHECK(Answers{since}({long_line}) == cut);
    }
}

TEST_CASE("Asterisk: what commands say in each version") {
    const std::string not_permitted = "511 Command Not Permitted on a dead channel";
    const std::string interception = not_permitted + " or intercept routine";
    const std::string key(250, 'k');
    const std::string misused = "520 /  Usage: SET VARIABLE / 520 End of proper usage.";
    const std::string abnormal = "100 result=0 Trying... / 200 result=0 Gosub complete";
    for (const Change& change : {
             Change{"13.13.1", "13.14.0", {"HANGUP", "ANSWER"}, not_permitted, interception},
             Change{"14.2.1", "14.3.0", {"HANGUP", "ANSWER"}, not_permitted, interception},
             Change{"1.8.32", "15.0.0", {"HANGUP", "ANSWER"}, not_permitted, interception},
             Change{"13.16.0", "13.17.0", {"SET VARIABLE X 1 2"}, "200 result=1", misused},
             Change{"14.5.0", "14.6.0", {"SET VARIABLE X 1 2"}, "200 result=1", misused},
             Change{"11.0.0", "16.0.0", {"SET VARIABLE X 1 2"}, "200 result=1", misused},
             Change{"13.21.0", "13.22.0", {"SEND TEXT x"}, "200 result=0", "200 result=-1"},
             Change{"14.7.8", "16.0.0", {"SEND TEXT x"}, "200 result=0", "200 result=-1"},
             Change{"15.4.0", "15.5.0", {"SEND TEXT x"}, "200 result=0", "200 result=-1"},
             Change{"1.8.23",
                    "1.8.24",
                    {"STREAM FILE no 1 8"},
                    "200 result=0 endpos=8",
                    "200 result=-1 endpos=8"},
             Change{"11.5.1",
                    "11.6.0",
                    {"GET OPTION no 1 8"},
                    "200 result=0 endpos=0",
                    "200 result=-1 endpos=0"},
             Change{"10.12.4",
                    "12.0.0",
                    {"STREAM FILE no 1"},
                    "200 result=0 endpos=0",
                    "200 result=-1 endpos=0"},
             Change{"11.25.3",
                    "12.0.0",
                    {"CONTROL STREAM FILE prompt 1"},
                    "200 result=0",
                    "200 result=0 endpos=-1"},
             Change{"11.25.3",
                    "12.0.0",
                    {"STREAM FILE prompt 1", "GET VARIABLE PLAYBACKSTATUS"},
                    "200 result=0",
                    "200 result=1 (SUCCESS)"},
             Change{"11.25.3",
                    "12.0.0",
                    {"CONTROL STREAM FILE prompt 1", "GET VARIABLE CPLAYBACKSTATUS"},
                    "200 result=0",
                    "200 result=1 (SUCCESS)"},
             Change{"12.8.2",
                    "13.0.0",
                    {"CONTROL STREAM FILE prompt 1", "CHANNEL STATUS"},
                    "200 result=6",
                    "200 result=4"},
             Change{"11.25.3",
                    "12.0.0",
                    {"SAY ALPHA a 1 u"},
                    "520 /  Usage: SAY ALPHA520 End of proper usage.",
                    "200 result=0"},
             Change{"1.8.32", "10.0.0", {"DATABASE DEL no key"}, "200 result=0", "200 result=1"},
             Change{"18.25.0",
                    "18.26.0",
                    {"DATABASE PUT family " + key + " 1"},
                    "200 result=0",
                    "200 result=1"},
             Change{"20.10.0",
                    "20.11.0",
                    {"DATABASE PUT family " + key + " 1"},
                    "200 result=0",
                    "200 result=1"},
             Change{"21.5.0",
                    "21.6.0",
                    {"DATABASE PUT family " + key + " 1"},
                    "200 result=0",
                    "200 result=1"},
             Change{"22.0.0",
                    "22.1.0",
                    {"DATABASE PUT family " + key + " 1"},
                    "200 result=0",
                    "200 result=1"},
             Change{"19.8.1",
                    "23.0.0",
                    {"DATABASE PUT family " + key + " 1"},
                    "200 result=0",
                    "200 result=1"},
             Change{"1.8.29", "1.8.30", {"GOSUB sub s 1"}, abnormal, abnormal + " (abnormal exit)"},
             Change{
                 "10.12.4", "11.0.0", {"GOSUB sub s 1"}, abnormal, abnormal + " (abnormal exit)"},
         }) {
        check(change);
    }
}

TEST_CASE("Asterisk: the end of a 520 in each version") {
    const std::string own = "520 /  Usage: GET DATA / 520 End of proper usage.";
    const std::string glued = "520 /  Usage: GET DATA520 End of proper usage.";
    for (const Change& change : {Change{"13.16.0", "13.17.0", {"GET DATA"}, glued, own},
                                 Change{"14.5.0", "14.6.0", {"GET DATA"}, glued, own},
                                 Change{"1.8.32", "18.0.0", {"GET DATA"}, glued, own},
                                 Change{"12.8.2", "20.0.0", {"GET DATA"}, glued, own}}) {
        check(change);
    }
}

TEST_CASE("Asterisk: AGIEXECFULL in each version") {
    struct Series {
        const char* before;
        const char* since;
    };
    for (const auto& [before, since] :
         {Series{"16.26.1", "16.27.0"}, Series{"17.9.4", "20.0.0"}, Series{"18.12.1", "18.13.0"},
          Series{"19.4.1", "19.5.0"}, Series{"13.38.3", "22.10.1"}}) {
        check({before,
               since,
               {"SET VARIABLE AGIEXECFULL yes", "EXEC Set A=${EXTEN}", "GET VARIABLE A"},
               "200 result=1 (${EXTEN})",
               "200 result=1 (100)"});
    }
}

TEST_CASE("Asterisk: AGIEXITONHANGUP in each version") {
    for (const bool knows : {false, true}) {
        Asterisk asterisk{knows ? "11.0.0" : "10.12.4"};
        asterisk.channel.variables["AGIEXITONHANGUP"] = "yes";
        asterisk.begin();
        asterisk.receive("HANGUP");
        CHECK(asterisk.closed() == knows);
    }
}

TEST_CASE("Asterisk: the beep of RECORD FILE in each version") {
    struct Case {
        const char* version;
        const char* words;
        bool beeps;
    };
    for (const auto& [version, words, beeps] :
         {Case{"16.28.0", "BEEP", true}, Case{"16.28.0", "0 BEEP s=3", true},
          Case{"16.28.0", "s=3", false}, Case{"16.28.0", "0 s=3", false},
          Case{"16.28.0", "1", false}, Case{"16.28.0", "x=1", false}, Case{"18.17.1", "x=1", false},
          Case{"18.18.0", "x=1", true}, Case{"19.8.1", "x=1", false}, Case{"20.2.1", "x=1", false},
          Case{"20.3.0", "x=1", true}, Case{"21.0.0", "x=1", true}, Case{"22.10.1", "BEEP", true},
          Case{"22.10.1", "0 BEEP", true}, Case{"22.10.1", "0 s=3", false},
          Case{"22.10.1", "-1", false}, Case{"22.10.1", "s=3", false}}) {
        CAPTURE(version, words);
        Answers answers{version};
        answers({std::string{"RECORD FILE x wav # 100 "} + words});
        CHECK(answers.asterisk.channel.heard().size() == (beeps ? 1 : 0));
    }
}

TEST_CASE("Asterisk: a text that is no version is refused") {
    for (const char* const text : {"banana", "", "99", "0.1", "22x", "certified/", "-1"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(Asterisk{text}, agi::AGIArgumentError);
    }
    for (const char* const text :
         {"1.8.32", "22", "23.1.0-rc1", "20.7-cert2", "certified/18.9-cert1", "22.1.0~dfsg+1"}) {
        CAPTURE(text);
        CHECK(Asterisk{text}.entry("agi_version") == text);
    }
}
