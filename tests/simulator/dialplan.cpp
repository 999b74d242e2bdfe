// SPDX-License-Identifier: MIT
// Functions and applications of the dialplan on the simulated Asterisk: what Asterisk 22 said.

#include "catch.hpp"
#include "temporary.hpp"
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/sounds.hpp>

#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

using namespace agi::testing;
using namespace std::chrono_literals;

namespace {

class Dialplan {
  public:
    Dialplan() {
        asterisk.channel.answered = true;
        asterisk.channel.sounds = {{"beep", 440ms}};
        asterisk.subroutines["sub,s,1"] = nullptr;
        asterisk.begin();
        while (asterisk.next_line()) {
        }
        for (const char* line : {"SET VARIABLE A a-b-c-d", "SET VARIABLE N 5"}) (*this)(line);
    }
    std::string operator()(std::string_view line) {
        asterisk.receive(line);
        std::string all;
        while (const auto next = asterisk.next_line()) all += (all.empty() ? "" : " / ") + *next;
        return all;
    }
    Asterisk asterisk;
};

}  // namespace

TEST_CASE("Asterisk: functions say what Asterisk's say") {
    struct Case {
        const char* function;
        const char* reply;  // after `200 result=`
    };
    const auto [function, reply] = GENERATE(
        Case{"EPOCH", "1 (1700000000)"}, Case{"ASTETCDIR", "1 (/etc/asterisk)"},
        Case{"HANGUPCAUSE", "1 (0)"}, Case{"SYSTEMNAME", "1 ()"}, Case{"LANGUAGE", "0"},
        Case{"STRFTIME(0,UTC,%Y-%m-%d_%H:%M:%S)", "1 (1970-01-01_00:00:00)"},
        Case{"STRFTIME(1700000000,UTC)", "1 (Tue Nov 14 22:13:20 2023)"},
        Case{"STRFTIME(1700000000.5,UTC,%S.%3q)", "1 (20.500)"}, Case{"MATH(1+2)", "1 (3.000000)"},
        Case{"MATH(7/2,int)", "1 (3)"}, Case{"MATH(7%2,int)", "1 (1)"},
        Case{"MATH(2^10)", "1 (1024.000000)"}, Case{"MATH(2>1,int)", "1 (TRUE)"},
        Case{"MATH(12,hex)", "0"}, Case{"MATH(12+0,hex)", "1 (c)"},
        Case{"MATH(65+0,char)", "1 (A)"}, Case{"MATH(1<<3,int)", "1 (8)"}, Case{"MATH(x)", "0"},
        Case{"MATH(1+)", "0"}, Case{"MATH(-5+2)", "1 (-3.000000)"}, Case{"MATH(7MOD3,int)", "0"},
        Case{"MATH(3=3)", "0"}, Case{"MATH(5AND3)", "1 (1.000000)"}, Case{"MATH(5XOR3,i)", "1 (6)"},
        Case{"MATH(5>=5)", "1 (TRUE)"}, Case{"MATH(1+1,bad)", "0"}, Case{"MATH(5--3,int)", "1 (8)"},
        Case{"MATH(5/0)", "1 (0.000000)"}, Case{"MATH(5%0)", "1 (0.000000)"},
        Case{"SHA1(hello)", "1 (aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d)"},
        Case{"MD5(hello)", "1 (5d41402abc4b2a76b9719d911017c592)"}, Case{"SHA1()", "0"},
        Case{"\"FILTER(0-9,+1 (555) 01-00)\"", "1 (15550100)"},
        Case{"FILTER(a-cX,abcdefXYZ)", "1 (abcX)"}, Case{"FILTER(c-a,abc)", "1 (ac)"},
        Case{"FILTER(,abc)", "1 ()"}, Case{"FILTER(a-z)", "0"},
        Case{"SPRINTF(%05d,42)", "1 (00042)"}, Case{"SPRINTF(%x-%c-%%,255,65)", "1 (ff-A-%)"},
        Case{"\"SPRINTF(%5.1f|%-5s|%03i,2.25,ab,7)\"", "1 (  2.2|ab   |007)"},
        Case{"SPRINTF(%d)", "0"}, Case{"ENV(NOSUCH)", "1 ()"}, Case{"EVAL(${N})", "1 (5)"},
        Case{"INC(N)", "1 (6)"}, Case{"DEC(N)", "1 (4)"}, Case{"INC(A)", "0"},
        Case{"INC(UNSET)", "0"}, Case{"QUOTE(abc)", "1 (\"abc\")"},
        Case{"REPLACE(A,-,_)", "1 (a_b_c_d)"}, Case{"REPLACE(A,-)", "1 (abcd)"},
        Case{"REPLACE(A,a-b,xy)", "1 (xxxxcxd)"}, Case{"REPLACE(A,,x)", "0"},
        Case{"STRREPLACE(A,-,+,2)", "1 (a+b+c-d)"}, Case{"FIELDQTY(A,-)", "1 (4)"},
        Case{"FIELDQTY(A,x)", "1 (1)"}, Case{"FIELDQTY(UNSET,-)", "1 (0)"},
        Case{"FIELDNUM(A,-,c)", "1 (3)"}, Case{"FIELDNUM(A,-,z)", "1 (0)"},
        Case{"LISTFILTER(A,-,b)", "1 (a-c-d)"}, Case{"CUT(A,-,2-3)", "1 (b-c)"},
        Case{"CUT(A,-,2-)", "1 (b-c-d)"}, Case{"CUT(A,-,-2)", "1 (a-b)"},
        Case{"CUT(A,-,1&3)", "1 (a-c)"}, Case{"CUT(A,-,9)", "1 ()"}, Case{"SHIFT(A,-)", "1 (a)"},
        Case{"POP(A,-)", "1 (d)"}, Case{"TIMEOUT(absolute)", "1 (0)"},
        Case{"TIMEOUT(digit)", "1 (5.000)"}, Case{"TIMEOUT(response)", "1 (10.000)"},
        Case{"VERSION()", "1 (22.10.1)"}, Case{"VERSION(ASTERISK_VERSION_NUM)", "1 (221001)"},
        Case{"DIALPLAN_EXISTS(sub,s,1)", "1 (1)"}, Case{"DIALPLAN_EXISTS(sub)", "1 (1)"},
        Case{"DIALPLAN_EXISTS(nosuch)", "1 (0)"}, Case{"CHANNEL(audioreadformat)", "1 (slin)"},
        Case{"CHANNEL(nosuch)", "0"}, Case{"CHANNEL(checkhangup)", "1 (0)"},
        Case{"SORT(c:3,a:1,b:2)", "1 (a,b,c)"}, Case{"KEYPADHASH(Les)", "1 (537)"},
        Case{"\"CSV_QUOTE(a b)\"", "1 (\"a b\")"}, Case{"\"REGEX(\\\"^a.*\\\" abc)\"", "1 (1)"},
        Case{"\"REGEX(\\\"^b.*\\\" abc)\"", "1 (0)"}, Case{"BASENAME(/a/b.c)", "1 (b.c)"},
        Case{"DIRNAME(/a/b.c)", "1 (/a)"}, Case{"ABS(-5)", "1 (5)"},
        Case{"PASSTHRU(x,y)", "1 (x,y)"}, Case{"DB_KEYS(f)", "1 ()"},
        Case{"DB_KEYCOUNT(f)", "1 (0)"}, Case{"HASHKEYS(h)", "1 ()"}, Case{"SHARED(x)", "0"},
        Case{"MASTER_CHANNEL(N)", "1 (5)"}, Case{"NOSUCHFUNCTION(x)", "0"});
    CAPTURE(function);
    Dialplan line;
    CHECK(line(std::string{"GET VARIABLE "} + function) == std::string{"200 result="} + reply);
}

TEST_CASE("Asterisk: functions that are set") {
    Dialplan line;
    line("SET VARIABLE CHANNEL(language) de");
    CHECK(line("GET VARIABLE CHANNEL(language)") == "200 result=1 (de)");
    line("SET VARIABLE ARRAY(X,Y) 1,2");
    CHECK(line("GET FULL VARIABLE ${X}${Y}") == "200 result=1 (12)");
    line("SET VARIABLE PUSH(A,-) z");
    line("SET VARIABLE UNSHIFT(A,-) y");
    CHECK(line("GET VARIABLE A") == "200 result=1 (y-a-b-c-d-z)");
    line("SET VARIABLE TIMEOUT(absolute) 70");
    CHECK(line("GET VARIABLE TIMEOUT(absolute)") == "200 result=1 (70.000)");
    line("SET VARIABLE SHARED(x) y");
    CHECK(line("GET VARIABLE SHARED(x)") == "200 result=1 (y)");
    line("DATABASE PUT f a 1");
    line("DATABASE PUT f b/c 2");
    CHECK(line("GET VARIABLE DB_KEYS(f)") == "200 result=1 (a,b)");
    CHECK(line("GET VARIABLE DB_KEYCOUNT(f)") == "200 result=1 (2)");
}

TEST_CASE("$[...]: regular expressions") {
    struct Case {
        const char* expression;
        const char* value;
    };
    const auto [expression, value] =
        GENERATE(Case{"$[\"abc\" =~ \"^a\"]", "1"}, Case{"$[\"abc123\" : \"abc([0-9]+)\"]", "123"},
                 Case{"$[\"abc\" =~ \"b\"]", "1"}, Case{"$[\"abc\" : \"x\"]", "0"},
                 Case{"$[\"hello\" : \"h.l\"]", "3"}, Case{"$[\"hello\" =~ \"l(l)o\"]", "l"},
                 Case{"$[hello : \"l\"]", "0"});
    Asterisk asterisk;
    CAPTURE(expression);
    CHECK(evaluated(asterisk, expression) == value);
}

TEST_CASE("Asterisk: applications return what Asterisk's return") {
    struct Case {
        const char* options;
        const char* result;
        const char* variable;
        const char* value;
    };
    const auto [options, result, variable, value] = GENERATE(
        Case{"Dial PJSIP/nosuch", "0", "DIALSTATUS", "CHANUNAVAIL"},
        Case{"StartMusicOnHold", "0", "", ""}, Case{"StopMusicOnHold", "0", "", ""},
        Case{"SayDigits 12", "0", "", ""}, Case{"SayDigits", "0", "", ""},
        Case{"System true", "0", "SYSTEMSTATUS", "SUCCESS"},
        Case{"System", "-1", "SYSTEMSTATUS", "FAILURE"}, Case{"Gosub sub,s,1", "0", "", ""},
        Case{"Gosub nosuch,s,1", "-1", "", ""}, Case{"Gosub", "-1", "", ""},
        Case{"SendText hello", "0", "SENDTEXTSTATUS", "SUCCESS"},
        Case{"WaitForNoise 300,1,1", "0", "WAITSTATUS", "NOISE"},
        Case{"WaitForSilence 300,1,3", "0", "WAITSTATUS", "TIMEOUT"},
        Case{"GotoIf 0?landing,here,1", "0", "", ""}, Case{"GotoIf", "0", "", ""},
        Case{"ExecIf 1?Set(Z=9):NoOp()", "0", "Z", "9"},
        Case{"ExecIf 0?Set(Z=8):Set(Z=7)", "0", "Z", "7"}, Case{"ExecIf 1", "-1", "", ""},
        Case{"ExecIf 1?NoSuchApp()", "-1", "", ""},
        Case{"TryExec NoSuchApp()", "0", "TRYSTATUS", "NOAPP"},
        Case{"TryExec NoOp()", "0", "TRYSTATUS", "SUCCESS"}, Case{"Exec NoSuchApp()", "-1", "", ""},
        Case{"Record /tmp/x.wav,0,2", "0", "RECORD_STATUS", "TIMEOUT"},
        Case{"Record", "-1", "", ""},
        Case{"ControlPlayback beep", "0", "CPLAYBACKSTATUS", "SUCCESS"},
        Case{"ControlPlayback nosuch", "0", "CPLAYBACKSTATUS", "ERROR"},
        Case{"ControlPlayback", "-1", "", ""},
        Case{"Read X,beep,1,,1,1", "0", "READSTATUS", "TIMEOUT"},
        Case{"Read X,nosuch,1,,1,1", "0", "READSTATUS", "ERROR"},
        Case{"Read X,beep&nosuch,1,,1,1", "0", "READSTATUS", "ERROR"},
        Case{"Read", "0", "READSTATUS", "ERROR"},
        Case{"Background nosuch", "0", "BACKGROUNDSTATUS", "FAILED"},
        Case{"Background beep&nosuch&beep", "0", "BACKGROUNDSTATUS", "FAILED"},
        Case{"Background beep", "0", "BACKGROUNDSTATUS", "SUCCESS"},
        Case{"Background", "-1", "", ""}, Case{"Playback", "-1", "", ""},
        Case{"Playback nosuch&beep", "0", "PLAYBACKSTATUS", "FAILED"},
        Case{"WaitDigit 1", "0", "WAITDIGITSTATUS", "TIMEOUT"}, Case{"Wait -1", "0", "", ""},
        Case{"UserEvent", "-1", "", ""}, Case{"StackPop", "0", "", ""}, Case{"Goto", "-1", "", ""},
        Case{"Set \"X=a,Y=b\"", "0", "X", "a,Y=b"}, Case{"NoSuchApplication", "-2", "", ""});
    CAPTURE(options);
    Dialplan line;
    CHECK(line(std::string{"EXEC "} + options) == std::string{"200 result="} + result);
    CHECK(line.asterisk.value(variable) == value);
}

TEST_CASE("Read: attempts, files one after the other, and `#`") {
    Dialplan line;
    CHECK(line("EXEC Read X,beep&beep,1,,2,1") == "200 result=0");
    CHECK(line.asterisk.channel.heard().size() == 4);
    CHECK(line.asterisk.channel.now() == 3760ms);
    line.asterisk.channel.caller.during_sound(5).press("1").after_sound(5).press("2#");
    CHECK(line("EXEC Read X,beep,4,,3,5") == "200 result=0");
    CHECK(line.asterisk.value("X") == "12");
    CHECK(line.asterisk.value("READSTATUS") == "OK");
}

TEST_CASE("Asterisk: what it has and the simulator has not is said") {
    Dialplan line;
    CHECK_THROWS_AS(line("EXEC Queue support"), NotSimulated);
    CHECK_THROWS_AS(line("GET VARIABLE CURL(http://localhost/)"), NotSimulated);
    line.asterisk.missing_if_not_simulated = true;
    CHECK(line("EXEC Queue support") == "200 result=-2");
    CHECK(line("GET VARIABLE ODBC_FETCH(1)") == "200 result=0");
    CHECK(line.asterisk.not_simulated ==
          std::vector<std::string>{"application Queue", "function CURL()", "application Queue",
                                   "function ODBC_FETCH()"});
    line.asterisk.applications["Queue"] = [](Call&, const std::string&) { return 0; };
    CHECK(line("EXEC queue support") == "200 result=0");
}

TEST_CASE("Asterisk: an answer is not made up") {
    Dialplan line;
    line.asterisk.channel.answered = false;
    line("STREAM FILE beep \"\"");
    CHECK_FALSE(line.asterisk.channel.heard().back().answered);
    CHECK(line("RECORD FILE /tmp/x wav # 1000") == "200 result=0 (timeout) endpos=0");
    CHECK(line("EXEC Playback beep,noanswer") == "200 result=0");
    CHECK(line("CHANNEL STATUS") == "200 result=4");
    CHECK(line("EXEC Playback beep") == "200 result=0");
    CHECK(line.asterisk.channel.heard().back().answered);
    CHECK(line("CHANNEL STATUS") == "200 result=6");
}

TEST_CASE("RECORD FILE: a folder that is not there, and a beep that is not") {
    Dialplan line;
    line.asterisk.can_write = [](const std::string& file) { return file.find("/no/") != 0; };
    CHECK(line("RECORD FILE /no/x wav # 1000") == "200 result=-1 (writefile)");
    line.asterisk.channel.sounds.clear();
    line.asterisk.channel.has_usual_beep = false;
    CHECK(line("RECORD FILE x wav # 1000 BEEP") == "200 result=-1 (randomerror) endpos=0");
}

TEST_CASE("Channel: a name with a format is no sound") {
    Dialplan line;
    line.asterisk.channel.any_sound = 1s;
    CHECK(line("STREAM FILE hello \"\"") == "200 result=0 endpos=8000");
    CHECK(line("STREAM FILE hello.wav \"\"") == "200 result=-1 endpos=0");
}

TEST_CASE("sounds_in: a .wav that Asterisk would refuse is left out") {
    const auto folder = temporary_path("sounds");
    std::filesystem::create_directories(folder);
    const auto write = [&](const char* name, unsigned char channels, unsigned rate) {
        std::string head = "RIFF----WAVEfmt ";
        head += std::string{"\x10\0\0\0\x01\0", 6};
        head += static_cast<char>(channels);
        head += '\0';
        for (unsigned i = 0; i < 4; ++i) head += static_cast<char>(rate >> (8 * i) & 255U);
        head += std::string{"\0\0\0\0\x02\0\x10\0", 8};
        head += std::string{"data\x80\x3e\0\0", 8};
        std::ofstream{folder / name, std::ios::binary} << head << std::string(16000, '\0');
    };
    write("right.wav", 1, 8000);
    write("stereo.wav", 2, 8000);
    write("fast.wav", 1, 44100);
    write("twice.wav.wav", 1, 8000);
    std::ofstream{folder / "text.wav"} << "not a wav";
    std::ofstream{folder / "short.wav"} << "RIFF";
    std::ofstream{folder / "empty.wav"}.flush();
    const auto sounds = sounds_in(folder);
    std::filesystem::remove_all(folder);
    REQUIRE(sounds.size() == 1);
    CHECK(sounds.at("right") == 1s);
}
