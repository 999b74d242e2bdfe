// SPDX-License-Identifier: MIT
// Every command on the simulated Asterisk, by its lines.

#include "catch.hpp"
#include <agi/testing/asterisk.hpp>
#include <agi/testing/ladder.hpp>
#include <agi/wire/error.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

/// A call whose environment has been read.
class Line {
  public:
    explicit Line(const std::string& version = "22.10.1") : asterisk{version} {
        asterisk.channel.sounds = {{"prompt", 2s}, {"beep", 440ms}};
        asterisk.channel.answered = true;
    }

    /// Sends a line; what comes back, with ` / ` between two lines.
    std::string operator()(std::string_view request) {
        if (!begun_) begin();
        asterisk.receive(request);
        return rest();
    }
    std::string rest() {
        std::string all;
        while (auto line = asterisk.next_line()) all += (all.empty() ? "" : " / ") + *line;
        return all;
    }
    void begin() {
        begun_ = true;
        asterisk.begin();
        rest();
    }
    Caller& caller() { return asterisk.channel.caller; }

    Asterisk asterisk;

  private:
    bool begun_ = false;
};

const std::string usage = "520-Invalid command syntax.  Proper usage follows:";
const std::string dead = "511 Command Not Permitted on a dead channel or intercept routine";

}  // namespace

TEST_CASE("Asterisk: reads words as Asterisk does") {
    Line line;
    CHECK(line("noop") == "200 result=0");
    CHECK(line("  NOOP\tx  ") == "200 result=0");
    CHECK(line("\"NOOP\"") == "200 result=0");
    CHECK(line("NOOP\r") == "510 Invalid or unknown command");
    CHECK(line("\"GET VARIABLE\" X") == "510 Invalid or unknown command");
    CHECK(line("GET") == "510 Invalid or unknown command");
    CHECK(line("") == "510 Invalid or unknown command");
    CHECK(line("SET VARIABLE X \"a \\\"b\\\" \\\\\"") == "200 result=1");
    CHECK(line("GET VARIABLE X") == "200 result=1 (a \"b\" \\)");
    CHECK(line("SET VARIABLE X").substr(0, usage.size()) == usage);
}

TEST_CASE("Asterisk: a line that is too long is two commands") {
    Line old{"16.28.0"};
    CHECK(old(std::string(2046, ' ')) == "510 Invalid or unknown command");
    CHECK(old("NOOP " + std::string(2041, 'x')) == "200 result=0");
    CHECK(old("NOOP " + std::string(2042, 'x')) == "200 result=0 / 510 Invalid or unknown command");
    CHECK(old("NOOP " + std::string(2042, 'x') + "SET VARIABLE INJECTED 1") ==
          "200 result=0 / 200 result=1");
    CHECK(old.asterisk.value("INJECTED") == "1");
    Line now;
    CHECK(now("NOOP " + std::string(8185, 'x')) == "200 result=0");
    CHECK(now("NOOP " + std::string(8186, 'x')) == "200 result=0 / 510 Invalid or unknown command");
}

TEST_CASE("Asterisk: a NUL cuts a line") {
    const std::string cut{"SET VARIABLE N a\0b", 18};
    Line network;
    network.asterisk.network = true;
    CHECK(network(cut).empty());
    CHECK(network("GET VARIABLE N").substr(0, usage.size()) == usage);  // glued to the first
    Line pipe;
    CHECK(pipe(cut) == "200 result=1");
    CHECK(pipe("GET VARIABLE N") == "200 result=1 (a)");
}

TEST_CASE("Asterisk: a 520 has the shape of its version") {
    CHECK(Line{}("GET DATA") == usage + " /  Usage: GET DATA / 520 End of proper usage.");
    CHECK(Line{"13.10.0"}("GET DATA") == usage + " /  Usage: GET DATA520 End of proper usage.");
    Line without;
    without.asterisk.documented = false;
    CHECK(without("GET DATA") == "520 Invalid command syntax.  Proper usage not available.");
}

TEST_CASE("Asterisk: failure ends the session") {
    Line network;
    network.asterisk.network = true;
    CHECK(network("FAILURE to launch") == "HANGUP");
    CHECK(network.asterisk.closed());
    CHECK(network.asterisk.agistatus() == "FAILURE");
    CHECK_FALSE(network.asterisk.receive("NOOP"));
}

TEST_CASE("Asterisk: a hang-up is told as the kind of connection has it") {
    Line network;
    network.asterisk.network = true;
    network.caller().at(1s).hang_up();
    CHECK(network("WAIT FOR DIGIT -1") == "200 result=-1 / HANGUP");
    CHECK(network("STREAM FILE prompt \"\"") == dead);
    CHECK(network("HANGUP") == dead);
    CHECK(network("NOOP") == "200 result=0");
    CHECK(network("NOSUCH") == "510 Invalid or unknown command");
    CHECK(network("SET VARIABLE A 1") == "200 result=1");
    CHECK(network("GET VARIABLE").substr(0, usage.size()) == usage);
    CHECK(network("STREAM FILE") == dead);
    CHECK(network.asterisk.agistatus() == "HANGUP");
    CHECK(network.asterisk.agistatus(3) == "HANGUP");

    Line pipe;
    pipe.caller().at(1s).hang_up();
    CHECK(pipe("WAIT FOR DIGIT -1") == "200 result=-1");
    CHECK(pipe.asterisk.signalled());
    CHECK_FALSE(pipe.asterisk.closed());

    Line silent;
    silent.asterisk.network = true;
    silent.asterisk.channel.variables["AGISIGHUP"] = "no";
    CHECK(silent("HANGUP") == "200 result=1");
    CHECK_FALSE(silent.asterisk.signalled());

    Line leaves;
    leaves.asterisk.network = true;
    leaves.asterisk.channel.variables["AGIEXITONHANGUP"] = "yes";
    CHECK(leaves("HANGUP") == "200 result=1 / HANGUP / HANGUP");
    CHECK(leaves.asterisk.closed());

    Line old{"13.10.0"};
    CHECK(old("HANGUP") == "200 result=1");
    CHECK(old("ANSWER") == "511 Command Not Permitted on a dead channel");
}

TEST_CASE("Asterisk: a call that begins on a dead channel") {
    Line line;
    line.asterisk.network = true;
    line.asterisk.channel.hang_up();
    CHECK(line("ANSWER") == dead);
    CHECK(line("EXEC Wait 1") == "200 result=-1");
    CHECK(line("NOOP") == "200 result=0");
    CHECK(line.asterisk.agistatus() == "SUCCESS");
    CHECK(line.asterisk.agistatus(1) == "FAILURE");
}

TEST_CASE("Asterisk: the environment") {
    Asterisk asterisk;
    asterisk.network = true;
    asterisk.entry("agi_request") = "agi://host:4573/pin?account=42";
    asterisk.entry("agi_callerid") = "";
    asterisk.arguments = {"a", ""};
    asterisk.begin();
    std::vector<std::string> lines;
    while (auto line = asterisk.next_line()) lines.push_back(*line);
    REQUIRE(lines.size() == 25);
    CHECK(lines[0] == "agi_network: yes");
    CHECK(lines[1] == "agi_network_script: pin?account=42");
    CHECK(lines[2] == "agi_request: agi://host:4573/pin?account=42");
    CHECK(lines[7] == "agi_version: 22.10.1");
    CHECK(lines[8] == "agi_callerid: unknown");
    CHECK(lines[22] == "agi_arg_1: a");
    CHECK(lines[23] == "agi_arg_2: ");
    CHECK(lines[24].empty());
}

TEST_CASE("Asterisk: STREAM FILE") {
    Line line;
    CHECK(line("STREAM FILE prompt \"\"") == "200 result=0 endpos=16000");
    CHECK(line("STREAM FILE prompt \"\" 8000") == "200 result=0 endpos=16000");
    CHECK(line.asterisk.channel.now() == 3s);
    CHECK(line.asterisk.value("PLAYBACKSTATUS") == "SUCCESS");
    line.caller().during("prompt").press("51");
    CHECK(line("STREAM FILE prompt 12") == "200 result=49 endpos=2400");
    CHECK(line.asterisk.value("PLAYBACKSTATUS") == "FAILED");
    CHECK(line("STREAM FILE prompt 12 x").substr(0, usage.size()) == usage);
    CHECK(line("STREAM FILE nosuch \"\" 80") == "200 result=-1 endpos=80");
    CHECK(line.asterisk.agistatus() == "FAILURE");
    CHECK(Line{"10.0.0"}("STREAM FILE nosuch \"\" 80") == "200 result=0 endpos=80");
    CHECK(Line{"1.8.24"}("STREAM FILE nosuch \"\"") == "200 result=-1 endpos=0");
    CHECK(Line{"11.5.0"}("STREAM FILE nosuch \"\"") == "200 result=0 endpos=0");
}

TEST_CASE("Asterisk: GET OPTION") {
    Line line;
    line.caller().after("prompt").press("2").after("prompt").press("9");
    CHECK(line("GET OPTION prompt 12 1000") == "200 result=50 endpos=16000");
    CHECK(line("GET OPTION prompt 12 1000") == "200 result=0 endpos=16000");
    CHECK(line("GET OPTION prompt 12 0") == "200 result=0 endpos=16000");
    CHECK(line("GET OPTION nosuch 12") == "200 result=-1 endpos=0");
    line.caller().during("prompt").hang_up();
    CHECK(line("GET OPTION prompt 12") == "200 result=-1 endpos=800");
}

TEST_CASE("Asterisk: CONTROL STREAM FILE") {
    Line line;
    CHECK(line("CONTROL STREAM FILE prompt \"\"") == "200 result=0 endpos=-1");
    CHECK(line.asterisk.value("CPLAYBACKSTATUS") == "SUCCESS");
    line.caller().during("prompt").press("7");
    CHECK(line("CONTROL STREAM FILE prompt 7") == "200 result=55 endpos=100");
    CHECK(line.asterisk.value("CPLAYBACKSTOPKEY") == "7");
    CHECK(line.asterisk.value("CPLAYBACKOFFSET") == "100");
    // Forward at 100 ms, back at 1400, a pause at 600, and a stop 200 ms after it.
    line.caller().during("prompt").press("#");
    line.caller().during("prompt").wait(300ms).press("*007");
    CHECK(line("CONTROL STREAM FILE prompt 7 1000 # * 0") == "200 result=55 endpos=800");
    CHECK(line("CONTROL STREAM FILE prompt \"\" 1000 # * 0 -500") == "200 result=0 endpos=-1");
    CHECK(line.asterisk.channel.heard().back().to - line.asterisk.channel.heard().back().from ==
          500ms);
    CHECK(line("CONTROL STREAM FILE nosuch \"\"") == "200 result=-1 endpos=-1");
    CHECK(line.asterisk.value("CPLAYBACKSTATUS") == "ERROR");
    CHECK(line("CONTROL STREAM FILE prompt \"\" x").substr(0, usage.size()) == usage);
    line.caller().during("prompt").press("0").then(1s).hang_up();
    CHECK(line("CONTROL STREAM FILE prompt 7 1000 # * 0") == "200 result=-1 endpos=100");
    Line old{"11.6.0"};
    CHECK(old("CONTROL STREAM FILE prompt \"\"") == "200 result=0");
    CHECK(old("CONTROL STREAM FILE prompt \"\" 1 2 3 4 5").substr(0, usage.size()) == usage);
}

TEST_CASE("Asterisk: GET DATA") {
    Line line;
    line.caller().after("prompt").press("12#");
    CHECK(line("GET DATA prompt 5000 4") == "200 result=12");
    line.caller().during("prompt").press("1234");
    CHECK(line("GET DATA prompt 5000 4") == "200 result=1234");
    line.caller().during("prompt").press("#");
    CHECK(line("GET DATA prompt") == "200 result=");
    line.caller().after("prompt").press("9");
    CHECK(line("GET DATA prompt 1000 4") == "200 result=9 (timeout)");
    const auto before = line.asterisk.channel.now();
    CHECK(line("GET DATA prompt") == "200 result= (timeout)");
    CHECK(line.asterisk.channel.now() - before == 8s);
    CHECK(line("GET DATA nosuch 100 1") == "200 result=-1");
    CHECK(line("GET DATA prompt 100 0") == "200 result=-1");
    CHECK(line("GET DATA \"\" 100 1") == "200 result= (timeout)");
    line.caller().during("prompt").hang_up();
    CHECK(line("GET DATA prompt") == "200 result=-1");
    CHECK(line.asterisk.agistatus() == "HANGUP");
}

TEST_CASE("Asterisk: WAIT FOR DIGIT, and keys that nobody waits for") {
    Line line;
    CHECK(line("WAIT FOR DIGIT 0") == "200 result=0");
    CHECK(line("WAIT FOR DIGIT x").substr(0, usage.size()) == usage);
    line.caller().at(100ms).press("1").at(1s).press("2");
    line.begin();
    line.asterisk.channel.begin();
    CHECK(line("EXEC Wait 0.5") == "200 result=0");
    CHECK(line("WAIT FOR DIGIT -1") == "200 result=50");
    CHECK(line.asterisk.channel.keys() == "12");
}

TEST_CASE("Asterisk: RECORD FILE goes on in samples, in a gsm file in frames") {
    Line line;
    CHECK(line("RECORD FILE /tmp/x wav # 300 100") == "200 result=0 (timeout) endpos=2500");
    CHECK(line("RECORD FILE /tmp/x gsm # 300 100") == "200 result=0 (timeout) endpos=2400");
    CHECK(line("RECORD FILE /tmp/x gsm # 310 200") == "200 result=0 (timeout) endpos=2720");
}

TEST_CASE("Asterisk: the SAY commands are one sound each") {
    Line line;
    CHECK(line("SAY NUMBER 42 \"\"") == "200 result=0");
    CHECK(line("say digits 007 \"\"") == "200 result=0");
    CHECK(line("SAY ALPHA \"\" \"\"") == "200 result=0");
    CHECK(line("SAY DIGITS x \"\"").substr(0, usage.size()) == usage);
    CHECK(line("SAY ALPHA abc 1 q").substr(0, usage.size()) == usage);
    CHECK(Line{"11.0.0"}("SAY ALPHA abc 1 u").substr(0, usage.size()) == usage);
    line.caller().during("say alpha abc").press("1");
    CHECK(line("SAY ALPHA abc 1 u") == "200 result=49");
    CHECK(line("SAY DATETIME 0 \"\" HM UTC") == "200 result=0");
    std::vector<std::string> heard;
    for (const Heard& sound : line.asterisk.channel.heard()) heard.push_back(sound.sound);
    CHECK(heard == std::vector<std::string>{"say number 42", "say digits 007", "say alpha abc",
                                            "say datetime 0"});
    line.caller().during("say time 0").hang_up();
    CHECK(line("SAY TIME 0 \"\"") == "200 result=-1");
}

TEST_CASE("Asterisk: RECORD FILE") {
    Line line;
    CHECK(line("RECORD FILE a wav # 800") == "200 result=0 (timeout) endpos=6400");
    CHECK(line("RECORD FILE a wav # 500 4000 BEEP") == "200 result=0 (timeout) endpos=8000");
    CHECK(line.asterisk.channel.heard().back().sound == "beep");
    CHECK(line("STREAM FILE a \"\"") == "200 result=0 endpos=8000");
    CHECK(line.asterisk.recorded.at("a") == 1s);
    line.caller().during_command(4).wait(1s).press("5#");
    CHECK(line("RECORD FILE b wav # -1") == "200 result=35 (dtmf) endpos=6400");
    line.caller().during_command(5).wait(1s).fall_silent();
    CHECK(line("RECORD FILE c wav # 8000 s=2") == "200 result=4980 (timeout) endpos=16160");
    line.caller().during_command(6).wait(1s).speak().then(500ms).hang_up();
    CHECK(line("RECORD FILE d wav # 8000 0 BEEP s=3") == "200 result=-1 (hangup) endpos=8480");

    Line other;
    other.asterisk.unwritable = {"/root"};
    CHECK(other("RECORD FILE /root/a wav # 800") == "200 result=-1 (writefile)");
    CHECK(other("RECORD FILE a nosuchformat # 800") == "200 result=-1 (writefile)");
    CHECK(other("RECORD FILE a wav # x").substr(0, usage.size()) == usage);
    other.caller().during("beep").press("#");
    CHECK(other("RECORD FILE a wav # 800 BEEP") == "200 result=35 (randomerror) endpos=0");
    // Older versions take a word with `=` for no beep.
    CHECK(other("RECORD FILE a wav # 80 0 x=1") == "200 result=0 (timeout) endpos=640");
    CHECK(other.asterisk.channel.heard().size() == 2);
    Line old{"16.28.0"};
    CHECK(old("RECORD FILE a wav # 80 0 x=1") == "200 result=0 (timeout) endpos=640");
    CHECK(old.asterisk.channel.heard().empty());
}

TEST_CASE("Asterisk: texts") {
    Line line;
    line.caller().at(1s).send_text("hello").at(2s).send_text("ab").at(3s).send_text("");
    CHECK(line("RECEIVE TEXT 5000") == "200 result=1 (hello)");
    CHECK(line("RECEIVE CHAR -1") == "200 result=97");
    CHECK(line("RECEIVE CHAR 5000") == "200 result=0 (timeout)");
    CHECK(line("RECEIVE CHAR 100") == "200 result=-1 (hangup)");
    CHECK(line("RECEIVE TEXT 0") == "200 result=-1");
    CHECK(line("SEND TEXT \"good day\"") == "200 result=0");
    CHECK(line.asterisk.sent_texts == std::vector<std::string>{"good day"});
    line.asterisk.takes_text = false;
    CHECK(line("SEND TEXT x") == "200 result=-1");
    CHECK(line("SEND IMAGE x") == "200 result=0");
}

TEST_CASE("Asterisk: variables and functions") {
    Line line;
    line.asterisk.channel.variables = {{"A", "abc)\nd"}, {"EMPTY", ""}};
    CHECK(line("GET VARIABLE A") == "200 result=1 (abc) / d)");
    CHECK(line("GET VARIABLE EMPTY") == "200 result=1 ()");
    CHECK(line("GET VARIABLE NONE") == "200 result=0");
    line.asterisk.set("LONG", std::string(2000, 'x'));
    CHECK(line("GET VARIABLE LONG").size() == 1023 + 15);
    CHECK(line("GET FULL VARIABLE ${LONG}").size() == 2000 + 15);
    CHECK(line("GET FULL VARIABLE NONE${NONE}") == "200 result=1 (NONE)");
    CHECK(line("GET FULL VARIABLE ${A:1:2}${A:-1}${${EMPTY}NONE}x PJSIP/alice-00000001") ==
          "200 result=1 (bcdx)");
    CHECK(line("GET FULL VARIABLE x nosuch") == "200 result=0");
    CHECK(line("GET FULL VARIABLE \"a${B\"") == "200 result=1 (a)");
    struct Case {
        const char* expression;
        const char* value;
    };
    line.asterisk.database["/f/k"] = "v";
    line.asterisk.functions["DOUBLE"] = [](Call&, const std::string& argument) {
        return std::optional<std::string>{argument + argument};
    };
    line.asterisk.channel.variables["LIST"] = "a-b-c";
    for (const auto& [expression, expected] :
         {Case{"${LEN(abc)}", "3"}, Case{"${URIENCODE(a b/)}", "a%20b%2F"},
          Case{"${URIDECODE(a%0Ab)}", "a / b"}, Case{"${BASE64_ENCODE(hello)}", "aGVsbG8="},
          Case{"${BASE64_DECODE(aGVsbG8=)}", "hello"}, Case{"${TOUPPER(aB)}${TOLOWER(aB)}", "ABab"},
          Case{"${DB(f/k)}${DB(f/x)}", "v"}, Case{"${DB_EXISTS(f/k)}${DB_EXISTS(f/x)}", "10"},
          Case{"${IF(1?a:b)}${IF(0?a:b)}${IF(?a:b)}", "ab"}, Case{"${EXISTS(${LIST})}", "1"},
          Case{"${ISNULL(${LIST})}", "0"}, Case{"${CUT(LIST,-,2)}${CUT(LIST,-,4)}", "b"},
          Case{"${CHANNEL(state)} ${CHANNEL(language)}", "Up en"},
          Case{"${SET(NEW= x)}${NEW}", "xx"},
          Case{"${CALLERID(all)}", "\"Alice Example\" <5550100>"}, Case{"${DOUBLE(ab)}", "abab"},
          Case{"${NOSUCH(x)}", ""}, Case{"${DB_DELETE(f/k)}${DB_EXISTS(f/k)}", "v0"}}) {
        INFO(expression);
        CHECK(line("GET FULL VARIABLE \"" + std::string{expression} + '"') ==
              "200 result=1 (" + std::string{expected} + ')');
    }
    CHECK(line("SET VARIABLE GLOBAL(G) g") == "200 result=1");
    CHECK(line("GET VARIABLE G") == "200 result=1 (g)");
    CHECK(line("SET VARIABLE __H h") == "200 result=1");
    CHECK(line("GET VARIABLE H") == "200 result=1 (h)");
    CHECK(line("SET VARIABLE DB(f/n) n") == "200 result=1");
    CHECK(line("DATABASE GET f n") == "200 result=1 (n)");
    CHECK(line("SET VARIABLE X one two").substr(0, usage.size()) == usage);
    CHECK(Line{"13.10.0"}("SET VARIABLE X one two") == "200 result=1");
}

TEST_CASE("Asterisk: the caller's number and name") {
    Line line;
    const auto after = [&](const std::string& text) {
        line("SET CALLERID \"" + text + '"');
        return line.asterisk.value("CALLERID(name)") + '|' + line.asterisk.value("CALLERID(num)");
    };
    CHECK(after("1234") == "|1234");
    CHECK(after("Bob <42>") == "Bob|42");
    CHECK(after("\\\"Bob \\\\\\\"B\\\\\\\"\\\" <42>") == "Bob \"B\"|42");
    CHECK(after("Bob") == "Bob|");
    CHECK(line("SET CALLERID") == "200 result=1");
    CHECK(line("SET VARIABLE CALLERID(num) \" 7 \"") == "200 result=1");
    CHECK(line("GET VARIABLE CALLERID(all)") == "200 result=1 (\"Bob\" <7>)");
}

TEST_CASE("Asterisk: the database") {
    Line line;
    CHECK(line("DATABASE GET f k") == "200 result=0");
    CHECK(line("DATABASE PUT f k \"v)\"") == "200 result=1");
    CHECK(line("DATABASE GET f k") == "200 result=1 (v))");
    CHECK(line("DATABASE DEL f none") == "200 result=1");
    CHECK(Line{"1.8.30"}("DATABASE DEL f none") == "200 result=0");
    line("DATABASE PUT f/sub k v");
    CHECK(line("DATABASE DELTREE f sub") == "200 result=0");
    CHECK(line("DATABASE DELTREE f sub") == "200 result=1");
    CHECK(line("DATABASE DELTREE F%") == "200 result=0");
    CHECK(line.asterisk.database.empty());
    line.asterisk.database = {{"/a/b", "1"}, {"/c/d", "2"}};
    CHECK(line("DATABASE DELTREE _") == "200 result=0");
    CHECK(line("DATABASE DELTREE \"\"") == "200 result=1");
    const std::string name(300, 'n');
    CHECK(line("DATABASE PUT f " + name + " v") == "200 result=1");
    for (const char* version : {"16.28.0", "18.25.0", "20.10.0", "21.5.0", "22.0.0"}) {
        CHECK(Line{version}("DATABASE PUT f " + name + " v") == "200 result=0");
    }
    CHECK(Line{"18.26.0"}("DATABASE PUT f " + name + " v") == "200 result=1");
}

TEST_CASE("Asterisk: EXEC") {
    Line line;
    line.asterisk.channel.variables["X"] = "y";
    CHECK(line("EXEC noop") == "200 result=0");
    CHECK(line("EXEC NoSuch") == "200 result=-2");
    CHECK(line("EXEC Set A=${X} B=1") == "200 result=0");
    CHECK(line.asterisk.value("A") == "${X}");
    CHECK(line("EXEC Exec Set(A=${X})") == "200 result=0");
    CHECK(line.asterisk.value("A") == "y");
    line.asterisk.set("AGIEXECFULL", "yes");
    CHECK(line("EXEC MSet B=1,C=${X}") == "200 result=0");
    CHECK(line.asterisk.value("B") + line.asterisk.value("C") == "1y");
    CHECK(line("EXEC Playback prompt&nosuch") == "200 result=0");
    CHECK(line.asterisk.value("PLAYBACKSTATUS") == "FAILED");
    line.caller().during("prompt").press("5");
    CHECK(line("EXEC Background prompt") == "200 result=53");
    line.caller().after("prompt").press("42");
    CHECK(line("EXEC Read D,prompt,2") == "200 result=0");
    CHECK(line.asterisk.value("D") + line.asterisk.value("READSTATUS") == "42OK");
    CHECK(line("EXEC Read D,,2,,1,1") == "200 result=0");
    CHECK(line.asterisk.value("READSTATUS") == "TIMEOUT");
    line.asterisk.labels["default,100,done"] = 9;
    CHECK(line("EXEC Goto done") == "200 result=0");
    CHECK(line.asterisk.next_place().priority == 9);
    CHECK(line("EXEC Verbose \"1,some text\"") == "200 result=0");
    CHECK(line("VERBOSE \"more text\" 3") == "200 result=1");
    CHECK(line.asterisk.console == std::vector<std::string>{"some text", "more text"});
    line.asterisk.applications["Dial"] = [](Call& call, const std::string& options) {
        call.channel.variables["DIALSTATUS"] = options == "PJSIP/bob" ? "BUSY" : "";
        return 0;
    };
    line.asterisk.applications["One"] = [](Call&, const std::string&) { return 1; };
    line.asterisk.applications["Two"] = [](Call&, const std::string&) { return 2; };
    CHECK(line("EXEC Dial PJSIP/bob") == "200 result=0");
    CHECK(line.asterisk.value("DIALSTATUS") == "BUSY");
    CHECK(line("EXEC One") ==
          "200 result=1 / " + usage + " /  Usage: EXEC / 520 End of proper usage.");
    CHECK(line.asterisk.agistatus() == "SUCCESS");
    CHECK(line("EXEC Two") == "200 result=2");
    CHECK(line.asterisk.agistatus() == "FAILURE");
    CHECK(line("EXEC Hangup") == "200 result=-1");
    CHECK(line("EXEC Wait 1") == "200 result=0");
}

TEST_CASE("Asterisk: GOSUB") {
    Line line;
    line.asterisk.subroutines["sub,s,1"] = [](Call&, const std::string& argument) {
        return std::optional<std::string>{"got " + argument};
    };
    line.asterisk.subroutines["sub,h,1"] = [](Call& call, const std::string&) {
        call.channel.hang_up();
        return std::optional<std::string>{};
    };
    CHECK(line("GOSUB sub s 1 a,b") == "100 result=0 Trying... / 200 result=0 Gosub complete");
    CHECK(line.asterisk.value("GOSUB_RETVAL") == "got a,b");
    CHECK(line("GOSUB sub s 2") == "200 result=-1 Gosub label not found");
    CHECK(line("GOSUB sub h 1") ==
          "100 result=0 Trying... / 200 result=0 Gosub complete (abnormal exit)");
}

TEST_CASE("Asterisk: where the dialplan goes next") {
    Line line;
    CHECK(line.asterisk.next_place().priority == 2);
    CHECK(line("SET CONTEXT other") == "200 result=0");
    CHECK(line("SET EXTENSION 200") == "200 result=0");
    CHECK(line("SET PRIORITY nosuch").substr(0, usage.size()) == usage);
    line.asterisk.labels["other,200,here"] = 7;
    CHECK(line("SET PRIORITY here") == "200 result=0");
    CHECK(line("GET VARIABLE PRIORITY") == "200 result=1 (6)");
    CHECK(line("GET VARIABLE EXTEN") == "200 result=1 (200)");
    const Place next = line.asterisk.next_place();
    CHECK(next.context + ',' + next.extension + ',' + std::to_string(next.priority) ==
          "other,200,7");
}

TEST_CASE("Asterisk: the call") {
    Line line;
    line.asterisk.channel.answered = false;
    line.asterisk.other_channels = {{"PJSIP/bob-1", {5, {}}}};
    CHECK(line("CHANNEL STATUS") == "200 result=4");
    CHECK(line("ANSWER") == "200 result=0");
    CHECK(line("CHANNEL STATUS PJSIP/alice-00000001") == "200 result=6");
    CHECK(line("CHANNEL STATUS PJSIP/bob-1") == "200 result=5");
    CHECK(line("HANGUP PJSIP/bob-1") == "200 result=1");
    CHECK(line("HANGUP PJSIP/bob-1") == "200 result=-1");
    CHECK(line("CHANNEL STATUS nosuch") == "200 result=-1");
    CHECK(line("SET MUSIC on jazz") == "200 result=0");
    CHECK(line.asterisk.music == "jazz");
    CHECK(line("SET MUSIC off") == "200 result=0");
    CHECK(line.asterisk.music.empty());
    CHECK(line("TDD MODE on") == "200 result=0");
    line.asterisk.takes_tdd = true;
    CHECK(line("TDD MODE on") == "200 result=1");
    CHECK(line("ASYNCAGI BREAK") == "200 result=0");
}

TEST_CASE("Asterisk: SET AUTOHANGUP") {
    Line line;
    CHECK(line("SET AUTOHANGUP 0.5") == "200 result=0");
    CHECK(line("SET AUTOHANGUP 0") == "200 result=0");
    CHECK(line("SET AUTOHANGUP x").substr(0, usage.size()) == usage);
    CHECK(line("WAIT FOR DIGIT 1000") == "200 result=0");
    CHECK(line("SET AUTOHANGUP 2") == "200 result=0");
    CHECK(line("STREAM FILE prompt \"\"") == "200 result=-1 endpos=16000");
    CHECK(line.asterisk.channel.now() == 3s);
}

TEST_CASE("Asterisk: SPEECH") {
    Line line;
    CHECK(line("SPEECH CREATE") == "200 result=0");
    CHECK(line("SPEECH RECOGNIZE prompt 1") == "200 result=0");
    line.asterisk.speech_engines = {"ear"};
    CHECK(line("SPEECH CREATE nosuch") == "200 result=0");
    CHECK(line("SPEECH CREATE") == "200 result=1");
    CHECK(line("SPEECH CREATE ear") == "200 result=0");
    CHECK(line("SPEECH SET a b") == "200 result=1");
    CHECK(line("SPEECH ACTIVATE GRAMMAR g") == "200 result=0");
    CHECK(line("SPEECH LOAD GRAMMAR g path") == "200 result=1");
    CHECK(line("SPEECH ACTIVATE GRAMMAR g") == "200 result=1");
    line.caller().during("prompt").say("yes please").after("prompt").say("no");
    CHECK(line("SPEECH RECOGNIZE prompt 3") ==
          "200 result=1 (speech) endpos=800 results=1 score0=100 text0=\"yes please\" grammar0=g");
    CHECK(line("SPEECH RECOGNIZE nosuch 3") ==
          "200 result=1 (speech) endpos=0 results=1 score0=100 text0=\"no\" grammar0=g");
    line.caller().during("prompt").say("");
    CHECK(line("SPEECH RECOGNIZE prompt 3") == "200 result=1 (speech) endpos=800 results=0 ");
    line.caller().after("prompt").press("5");
    CHECK(line("SPEECH RECOGNIZE prompt 3") == "200 result=1 (digit) digit=5 endpos=0");
    CHECK(line("SPEECH RECOGNIZE prompt 3") == "200 result=1 (timeout) endpos=0");
    line.caller().after("prompt").hang_up();
    CHECK(line("SPEECH RECOGNIZE prompt 3 8000") == "200 result=1 (hangup) endpos=0");
    CHECK(line("SPEECH UNLOAD GRAMMAR g") == "200 result=1");
    CHECK(line("SPEECH DESTROY") == "200 result=1");
    CHECK(line("SPEECH DESTROY") == "200 result=0");
}

TEST_CASE("Asterisk: SPEECH with an engine of one's own") {
    Line line;
    line.asterisk.speech_engines = {"ear"};
    line.asterisk.engine_takes_grammars = false;
    line.asterisk.recognize = [](Call&, const std::string& words) {
        return std::vector<Understood>{{80, words, "g"}, {20, "no " + words, ""}};
    };
    CHECK(line("SPEECH CREATE") == "200 result=1");
    CHECK(line("GET VARIABLE SPEECH(status)") == "200 result=1 (0)");
    CHECK(line("SPEECH LOAD GRAMMAR g path") == "200 result=0");
    line.caller().after("prompt").say("way");
    CHECK(line("SPEECH RECOGNIZE prompt 3") ==
          "200 result=1 (speech) endpos=0 results=2 score0=80 text0=\"way\" grammar0=g "
          "score1=20 text1=\"no way\" grammar1=");
}

TEST_CASE("Asterisk: variables of another channel") {
    Line line;
    line.asterisk.channel.variables["X"] = "ours";
    line.asterisk.other_channels["PJSIP/bob-1"].variables["X"] = "theirs";
    CHECK(line("GET FULL VARIABLE \"${X} ${CHANNEL}\" PJSIP/bob-1") ==
          "200 result=1 (theirs PJSIP/bob-1)");
    CHECK(line("GET FULL VARIABLE \"${X}\" PJSIP/alice-00000001") == "200 result=1 (ours)");
    CHECK(line("GET FULL VARIABLE \"${X}\"") == "200 result=1 (ours)");
    CHECK(line("GET FULL VARIABLE \"${X}\" nosuch") == "200 result=0");
}

TEST_CASE(
    "Asterisk: a wait without end has no reply, and its row of the ladder is as wide as others") {
    Line line;
    line.begin();
    CHECK(line("WAIT FOR DIGIT -1").empty());
    line.asterisk.note_stuck();
    const std::string rows = ladder(line.asterisk);
    CHECK(rows.find("200 result=0") == std::string::npos);
    CHECK(rows.find("\nfor ever !|") != std::string::npos);
    Line longer;
    longer("EXEC Wait 12000");
    longer("NOOP");
    const std::string rungs = ladder(longer.asterisk);
    CHECK(rungs.find("\n12000.00  |") != std::string::npos);
    for (const std::string& all : {rows, rungs}) {
        for (std::size_t at = all.find('\n') + 1; at < all.size(); at = all.find('\n', at) + 1) {
            CHECK(all.find('\n', at) - at == 77);
        }
    }
}

TEST_CASE("Asterisk: sounds that cannot be are refused when the call begins") {
    using Catch::Matchers::ContainsSubstring;
    const auto begin = [](const std::string& sound, Channel::Time length) {
        Asterisk asterisk;
        asterisk.channel.sounds[sound] = length;
        asterisk.begin();
    };
    CHECK_THROWS_AS(begin("m", -2s), agi::AGIArgumentError);
    CHECK_THROWS_WITH(begin("m", -2s), ContainsSubstring("the sound \"m\" has a negative length"));
    CHECK_THROWS_WITH(begin("m.wav", 2s), ContainsSubstring("Asterisk adds that itself"));
    CHECK_NOTHROW(begin("m.2", 0s));
    Asterisk any;
    any.channel.any_sound = -1ms;
    CHECK_THROWS_AS(any.begin(), agi::AGIArgumentError);
}
