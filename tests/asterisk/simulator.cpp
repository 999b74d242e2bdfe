// SPDX-License-Identifier: MIT
// The simulated Asterisk against this one: the same commands, the same replies.

#include "../simulator/dialplan_lines.hpp"
#include "catch.hpp"
#include "fast_agi.hpp"
#include "twin.hpp"
#include <agi/testing/asterisk.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/wire/escape.hpp>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace live;
using namespace std::chrono_literals;

namespace {

/// Random request lines that keep nobody waiting.
class Lines {
  public:
    std::string operator()() {
        std::string line = command();
        if (below(40) == 0) line += " extra";
        if (below(60) == 0) line = line.substr(0, line.rfind(' '));
        if (below(10) == 0) {
            for (char& c : line) {
                if (c == ' ') break;
                c = agi::wire::ascii_lower(c);
            }
        }
        return line;
    }

    std::string_view one_of(std::initializer_list<std::string_view> texts) {
        return texts.begin()[below(texts.size())];
    }

  private:
    std::string command() {
        constexpr std::size_t kinds = 20;
        switch (below(kinds)) {
            case 0:
            case 1:
            case 2: return words({"SET VARIABLE", settable(), value()});
            case 3:
            case 4:
            case 5: return words({"GET VARIABLE", readable()});
            case 6:
            case 7: return words({"GET FULL VARIABLE", expression()});
            case 8: return words({"DATABASE PUT", family(), key(), value()});
            case 9: return words({"DATABASE GET", family(), key()});
            case 10: return words({"DATABASE DEL", family(), key()});
            case 11:
                return below(2) == 0 ? words({"DATABASE DELTREE", family()})
                                     : words({"DATABASE DELTREE", family(), key()});
            case 12: return words({"EXEC", application(), options()});
            case 13:
                return words({one_of({"SET CONTEXT", "SET EXTENSION"}),
                              one_of({"agi", "landing", "here", "nosuch", "run"})});
            case 14: return words({"SET PRIORITY", one_of({"1", "3", "label", "nosuch", "2x"})});
            case 15: return words({"SET CALLERID", caller_id()});
            case 16: return std::string{sound()};
            case 17: return std::string{at_once()};
            case 18: return std::string{gosub()};
            default: return std::string{anything()};
        }
    }

    std::string_view settable() {
        return one_of({"A", "B", "_C", "__D", "GLOBAL(G)", "HASH(h,k)", "CALLERID(name)",
                       "CALLERID(num)", "DB(f/a)", "NOSUCH(x)"});
    }
    std::string_view readable() {
        return one_of({"A",
                       "B",
                       "C",
                       "D",
                       "E",
                       "G",
                       "CHANNEL",
                       "CONTEXT",
                       "EXTEN",
                       "PRIORITY",
                       "UNIQUEID",
                       "A:1",
                       "A:1:2",
                       "A:-3",
                       "A:-3:2",
                       "B:0:-1",
                       "LEN(abc)",
                       "URIENCODE(a b/c)",
                       "URIDECODE(a%20b%)",
                       "BASE64_ENCODE(hello)",
                       "BASE64_DECODE(aGVsbG8=)",
                       "CALLERID(num)",
                       "CALLERID(name)",
                       "CALLERID(all)",
                       "DB(f/a)",
                       "DB(f/none)",
                       "DB_EXISTS(f/a)",
                       "DB_DELETE(f/b)",
                       "GLOBAL(G)",
                       "GLOBAL(NONE)",
                       "HASH(h,k)",
                       "CHANNEL(name)",
                       "CHANNEL(state)",
                       "CHANNEL(language)",
                       "TOUPPER(aB1)",
                       "TOLOWER(aB1)",
                       "NOSUCH(x)",
                       "EXISTS()",
                       "EXISTS(x)",
                       "ISNULL()",
                       "ISNULL(x)",
                       "IF(1?a:b)",
                       "IF(?a:b)",
                       "IF(0?a)",
                       "IF(x?a)",
                       "PLAYBACKSTATUS",
                       "GOSUB_RETVAL",
                       "LEN()",
                       "A(",
                       "CPLAYBACKSTATUS",
                       "CPLAYBACKOFFSET"});
    }
    std::string expression() {
        constexpr std::size_t most = 4;
        std::string text;
        for (std::size_t i = below(most); i > 0; --i) text += piece();
        return text;
    }
    std::string_view piece() {
        return one_of({"${A}",
                       "${B}",
                       "${NONE}",
                       "plain",
                       " ",
                       "${A:1}",
                       "${A:1:2}",
                       "${A:-2}",
                       "${LEN(${A})}",
                       "${URIENCODE(${A} b)}",
                       "${URIDECODE(a%2Fb)}",
                       "${BASE64_ENCODE(abc)}",
                       "${DB(f/a)}",
                       "${CALLERID(num)}",
                       "${EXTEN}",
                       "${HASH(h,k)}",
                       "${TOUPPER(${B})}",
                       "${SET(E=${A}x)}",
                       "${IF(1?${A}:${B})}",
                       "${CUT(A,-,1)}",
                       "${CUT(A,-,2)}",
                       "$",
                       "{",
                       ")",
                       "${CHANNEL(state)}",
                       "$[1 + ${LEN(${A})}]",
                       "$[\"${B}\" = \"\"]",
                       "${${E}}"});
    }
    std::string value() {
        constexpr std::size_t longest = 12;
        constexpr std::string_view bytes = "abcABC012 -_.,;:()[]|%&'\"\\<>=~\xc3\xbc\t";
        std::string text(below(longest), ' ');
        for (char& c : text) c = bytes[below(bytes.size())];
        return text;
    }
    std::string_view family() { return one_of({"f", "F", "g", "f/x", "f%", "f_", "_", "g/y/z"}); }
    std::string_view key() { return one_of({"a", "b", "A", "x/a", "y", "%", "long/key/here"}); }
    std::string_view application() {
        return one_of({"NoOp", "noop", "Set", "MSet", "Wait", "NoSuch", "Verbose", "Playback",
                       "Exec", "UserEvent", "Log", "Background"});
    }
    std::string_view options() {
        return one_of({"A=1", "B=x y", "0", "A=${EXTEN}", "", "NoOp(x)", "Set(A=${EXTEN})",
                       "nosuch", "nosuch&nosuch", "3", "1,text", "A=1,B=2", "NoSuch(x)"});
    }
    std::string_view caller_id() {
        return one_of(
            {"5550100", "Bob <42>", "\"Bob B\" <42>", "Bob", "\"Bob\"", "<7>", "Bob<8>", ""});
    }
    /// Sounds that are not there, or are over at once.
    std::string_view sound() {
        return one_of({"STREAM FILE nosuch \"\"",
                       "STREAM FILE nosuch 12 800",
                       "STREAM FILE beep 1 x",
                       "STREAM FILE beep \"\" 999999",
                       "GET OPTION nosuch 12 500",
                       "GET OPTION beep",
                       "GET DATA nosuch 500 4",
                       "GET DATA nosuch",
                       "GET DATA beep 500 0",
                       "CONTROL STREAM FILE nosuch \"\"",
                       "CONTROL STREAM FILE beep \"\" x",
                       "SAY ALPHA \"\" \"\"",
                       "SAY DIGITS x \"\"",
                       "SAY DIGITS \"\" \"\"",
                       "SAY NUMBER x \"\"",
                       "SAY PHONETIC \"\" 12",
                       "SAY ALPHA \"\" \"\" q",
                       "SAY ALPHA \"\" \"\" upper",
                       "SAY DATE x \"\"",
                       "SAY TIME \"\" \"\"",
                       "SAY DATETIME x \"\"",
                       "SAY NUMBER 1",
                       "RECORD FILE /nosuch/x wav # 500",
                       "RECORD FILE /nosuch/x wav # x",
                       "RECORD FILE /nosuch/x nosuchformat # 10",
                       "RECORD FILE /nosuch/x wav #"});
    }
    std::string_view at_once() {
        return one_of({"WAIT FOR DIGIT 0",
                       "WAIT FOR DIGIT x",
                       "RECEIVE CHAR 0",
                       "RECEIVE TEXT 0",
                       "RECEIVE TEXT x",
                       "SET AUTOHANGUP 60",
                       "SET AUTOHANGUP 0",
                       "SET AUTOHANGUP -1",
                       "SET AUTOHANGUP x",
                       "SET AUTOHANGUP 90.5",
                       "SET MUSIC off",
                       "SET MUSIC maybe",
                       "TDD MODE off",
                       "TDD MODE x",
                       "SEND IMAGE nosuch",
                       "SEND TEXT \"\"",
                       "ANSWER",
                       "CHANNEL STATUS",
                       "CHANNEL STATUS nosuch",
                       "CHANNEL STATUS \"\"",
                       "HANGUP nosuch",
                       "VERBOSE text 4",
                       "VERBOSE \"\" x",
                       "ASYNCAGI BREAK",
                       "NOOP",
                       "SPEECH CREATE nosuch",
                       "SPEECH DESTROY",
                       "SPEECH SET a b",
                       "SPEECH LOAD GRAMMAR a b",
                       "SPEECH UNLOAD GRAMMAR a",
                       "SPEECH ACTIVATE GRAMMAR a",
                       "SPEECH DEACTIVATE GRAMMAR a",
                       "SPEECH RECOGNIZE beep 1"});
    }
    std::string_view gosub() {
        return one_of({"GOSUB sub s 1", "GOSUB sub s 1 one,two", "GOSUB sub s label",
                       "GOSUB nosuch s 1", "GOSUB sub nosuch 1", "GOSUB sub s nosuch"});
    }
    std::string_view anything() {
        return one_of({"",
                       " ",
                       "NOSUCH",
                       "GET",
                       "GET VAR A",
                       "SET VARIABLE",
                       "\"NOOP\"",
                       "NO OP",
                       "\"GET\" \"VARIABLE\" A",
                       "\"GET VARIABLE\" A",
                       "  NOOP  ",
                       "GET\tVARIABLE\tA",
                       "GET  VARIABLE  A",
                       "NOOP\x0b",
                       "ANSWERX",
                       "DATABASE",
                       "EXEC",
                       "#",
                       "'NOOP'",
                       "N\\OOP",
                       "SET VARIABLE A \"unterminated",
                       "SET VARIABLE A x\\",
                       "SET VARIABLE \"A\"\"\" \"\"",
                       "VERBOSE",
                       "SPEECH",
                       "CHANNEL  STATUS x y"});
    }

    static std::string words(std::initializer_list<std::string_view> all) {
        std::string line{*all.begin()};
        for (const auto* word = all.begin() + 1; word != all.end(); ++word) {
            line += " \"";
            for (const char c : *word) {
                if (c == '"' || c == '\\') line += '\\';
                line += c;
            }
            line += '"';
        }
        return line;
    }

    std::size_t below(std::size_t end) { return static_cast<std::size_t>(random_() % end); }

    std::mt19937 random_{20261122};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same lines always
};

/// Random `$[...]`, without the functions that the simulator does not have.
class Calculations {
  public:
    std::string operator()() {
        constexpr std::size_t most = 9;
        std::string text = "$[";
        for (std::size_t i = 1 + random_() % most; i > 0; --i) {
            constexpr std::string_view pieces[] = {
                "1",    "2",  "0",  "10",  "2.5", "07", "abc", "B",   "\"a b\"", "\"1\"",
                "\"\"", "+",  "-",  "*",   "/",   "%",  "=",   "==",  "!=",      "<",
                ">",    "<=", ">=", "|",   "&",   "||", "&&",  "!",   "~~",      " ? ",
                "::",   " (", ")",  " ",   " ",   " ",  " 3 ", "x y", "#",       ";1",
                "{",    "~",  "'",  "1.0", "-1",  "1e2"};
            text += pieces[random_() % std::size(pieces)];
            if (random_() % 2 == 0) text += ' ';
        }
        return text + ']';
    }

  private:
    std::mt19937 random_{20261126};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same always
};

}  // namespace

TEST_CASE("simulator: random commands get the same replies from both") {
    TwoCalls calls;
    auto& real = calls.real;
    auto& simulated = calls.simulated;
    agi::DatabaseDeltree{"", {}, true}(real);
    Lines lines;
    std::string before;
    const auto same = [&](const std::string& line) {
        const std::string there = compared(real.send(line));
        const std::string here = compared(simulated.send(line));
        if (there != here) {
            INFO("after " << agi::wire::shown(before));
            INFO(agi::wire::shown(line));
            CHECK(here == there);
            return false;
        }
        before = line;
        return true;
    };
    constexpr int live_commands = 3000;
    constexpr int dead_commands = 1000;
    int differences = 0;
    for (int i = 0; i < live_commands && differences < 20; ++i) {
        if (!same(lines())) ++differences;
    }
    same("HANGUP");
    for (int i = 0; i < dead_commands && differences < 20; ++i) {
        if (!same(lines())) ++differences;
    }
    CHECK(differences == 0);
    CHECK(real.hung_up() == simulated.hung_up());
    calls.fast.close();
}

TEST_CASE("simulator: functions and applications of the dialplan are the same on both") {
    TwoCalls calls;
    auto& real = calls.real;
    auto& simulated = calls.simulated;
    agi::DatabaseDeltree{"f"}(real);
    const auto same = [&](const std::string& line) {
        INFO(line);
        CHECK(compared(simulated.send(line)) == compared(real.send(line)));
    };
    for (const char* line :
         {"SET VARIABLE A a-b-c-d", "SET VARIABLE N 5", "SET VARIABLE SHARED(x) y",
          "SET VARIABLE CHANNEL(language) de", "DATABASE PUT f a 1", "DATABASE PUT f b/c 2"}) {
        same(line);
    }
    for (const char* function : {"STRFTIME(0,UTC,%Y-%m-%d_%H:%M:%S)",
                                 "STRFTIME(1700000000,UTC)",
                                 "STRFTIME(1700000000.5,UTC,%S.%3q)",
                                 "MATH(1+2)",
                                 "MATH(7/2)",
                                 "MATH(7/2,int)",
                                 "MATH(7%2,int)",
                                 "MATH(2^10)",
                                 "MATH(2>1)",
                                 "MATH(2>1,int)",
                                 "MATH(12,hex)",
                                 "MATH(12+0,hex)",
                                 "MATH(65+0,char)",
                                 "MATH(1AND3,int)",
                                 "MATH(1<<3,int)",
                                 "MATH(16>>2,i)",
                                 "MATH(x)",
                                 "MATH(1+)",
                                 "MATH(-5+2)",
                                 "MATH(7MOD3,int)",
                                 "MATH(3=3)",
                                 "MATH(3==3)",
                                 "MATH(5AND3)",
                                 "MATH(5OR3,i)",
                                 "MATH(5XOR3,i)",
                                 "MATH(5>=5)",
                                 "MATH(5<=4)",
                                 "MATH(1+1,bad)",
                                 "MATH(5--3,int)",
                                 "MATH(5/0)",
                                 "MATH(5%0)",
                                 "MATH(2*3.5)",
                                 "SHA1(hello)",
                                 "SHA1()",
                                 "FILTER(a-cX,abcdefXYZ)",
                                 "FILTER(c-a,abc)",
                                 "FILTER(,abc)",
                                 "FILTER(a-z)",
                                 "SPRINTF(%05d,42)",
                                 "SPRINTF(%x-%c-%%,255,65)",
                                 "SPRINTF(%d)",
                                 "ENV(NOSUCH)",
                                 "EVAL(${N})",
                                 "INC(N)",
                                 "DEC(N)",
                                 "INC(A)",
                                 "INC(UNSET)",
                                 "QUOTE(abc)",
                                 "QUOTE()",
                                 "REPLACE(A,-,_)",
                                 "REPLACE(A,-)",
                                 "REPLACE(A,a-b,xy)",
                                 "REPLACE(A,,x)",
                                 "STRREPLACE(A,-,+,2)",
                                 "FIELDQTY(A,-)",
                                 "FIELDQTY(A,x)",
                                 "FIELDQTY(UNSET,-)",
                                 "FIELDNUM(A,-,c)",
                                 "FIELDNUM(A,-,z)",
                                 "LISTFILTER(A,-,b)",
                                 "LISTFILTER(A,-,zz)",
                                 "CUT(A,-,2)",
                                 "CUT(A,-,2-3)",
                                 "CUT(A,-,2-)",
                                 "CUT(A,-,-2)",
                                 "CUT(A,-,1&3)",
                                 "CUT(A,-,9)",
                                 "TIMEOUT(absolute)",
                                 "TIMEOUT(digit)",
                                 "TIMEOUT(response)",
                                 "VERSION()",
                                 "VERSION(ASTERISK_VERSION_NUM)",
                                 "DIALPLAN_EXISTS(landing,here,label)",
                                 "DIALPLAN_EXISTS(nosuch)",
                                 "DIALPLAN_EXISTS(sub,s,1)",
                                 "CHANNEL(audioreadformat)",
                                 "CHANNEL(nosuch)",
                                 "CHANNEL(checkhangup)",
                                 "CHANNEL(language)",
                                 "CHANNEL(userfield)",
                                 "CHANNEL(max_forwards)",
                                 "CHANNEL(amaflags)",
                                 "SORT(c:3,a:1,b:2)",
                                 "KEYPADHASH(Les)",
                                 "PASSTHRU(x,y)",
                                 "DB_KEYS(f)",
                                 "DB_KEYCOUNT(f)",
                                 "HASHKEYS(none)",
                                 "SHARED(x)",
                                 "SHARED(none)",
                                 "HANGUPCAUSE",
                                 "SYSTEMNAME",
                                 "LANGUAGE",
                                 "SHIFT(A,-)",
                                 "POP(A,-)",
                                 "A"}) {
        same(std::string{"GET VARIABLE "} + function);
    }
    for (const char* expression :
         {"\"$[\\\"abc\\\" =~ \\\"^a\\\"]\"", "\"$[\\\"abc123\\\" : \\\"abc([0-9]+)\\\"]\"",
          "\"$[\\\"abc\\\" : \\\"x\\\"]\"", "\"$[\\\"hello\\\" =~ \\\"l(l)o\\\"]\"",
          "\"$[hello : \\\"l\\\"]\""}) {
        same(std::string{"GET FULL VARIABLE "} + expression);
    }
    struct Case {
        const char* line;
        const char* variable;
    };
    for (const auto& [line, variable] : {Case{"Dial Local/nosuch@agi", "DIALSTATUS"},
                                         Case{"StartMusicOnHold", ""},
                                         Case{"StopMusicOnHold", ""},
                                         Case{"SayDigits", ""},
                                         Case{"System", "SYSTEMSTATUS"},
                                         Case{"TrySystem true", "SYSTEMSTATUS"},
                                         Case{"Gosub nosuch,s,1", ""},
                                         Case{"Gosub", ""},
                                         Case{"GotoIf 0?landing,here,1", ""},
                                         Case{"GotoIf", ""},
                                         Case{"ExecIf 1?Set(Z=9):NoOp()", "Z"},
                                         Case{"ExecIf 0?Set(Z=8):Set(Z=7)", "Z"},
                                         Case{"ExecIf 1", ""},
                                         Case{"ExecIf 1?NoSuchApp()", ""},
                                         Case{"TryExec NoSuchApp()", "TRYSTATUS"},
                                         Case{"TryExec NoOp()", "TRYSTATUS"},
                                         Case{"Exec NoSuchApp()", ""},
                                         Case{"PlayTones dial", ""},
                                         Case{"StopPlayTones", ""},
                                         Case{"Record", ""},
                                         Case{"ControlPlayback beep", "CPLAYBACKSTATUS"},
                                         Case{"ControlPlayback nosuch", "CPLAYBACKSTATUS"},
                                         Case{"ControlPlayback", ""},
                                         Case{"Read X,beep,1,,1,0.5", "READSTATUS"},
                                         Case{"Read X,nosuch,1,,1,1", "READSTATUS"},
                                         Case{"Read X,beep&nosuch,1,,1,1", "READSTATUS"},
                                         Case{"Read", "READSTATUS"},
                                         Case{"Background nosuch", "BACKGROUNDSTATUS"},
                                         Case{"Background beep&nosuch&beep", "BACKGROUNDSTATUS"},
                                         Case{"Background beep", "BACKGROUNDSTATUS"},
                                         Case{"Background", ""},
                                         Case{"Playback", ""},
                                         Case{"Playback nosuch&beep", "PLAYBACKSTATUS"},
                                         Case{"Wait -1", ""},
                                         Case{"UserEvent", ""},
                                         Case{"StackPop", ""},
                                         Case{"Goto", ""},
                                         Case{"SendText hello", ""},
                                         Case{"DBdeltree f", ""},
                                         Case{"Set \"X=a,Y=b\"", "X"}}) {
        same(std::string{"EXEC "} + line);
        if (*variable != '\0') same(std::string{"GET VARIABLE "} + variable);
    }
    calls.fast.close();
}

TEST_CASE("simulator: the recorded lines of a dialplan get the same replies from both") {
    TwoCalls calls;
    calls.twin.missing_if_not_simulated = true;
    auto& real = calls.real;
    auto& simulated = calls.simulated;
    agi::DatabaseDeltree{"fam"}(real);
    const auto lines = dialplan_lines(AGI_SOURCE "/tests/simulator/dialplan.tsv");
    CHECK(lines.size() > 500);
    for (const DialplanLine& one : lines) {
        INFO(one.request);
        CHECK(compared(simulated.send(one.request)) == compared(real.send(one.request)));
    }
    calls.fast.close();
}

TEST_CASE("simulator: random calculations come to the same on both") {
    FastAgiCall fast;
    const WithoutEvents quiet;
    auto twin = twin_of(fast.session().environment());
    Calculations calculations;
    int differences = 0;
    int compared = 0;
    for (int i = 0; i < 3000 && differences < 20; ++i) {
        const std::string text = calculations();
        std::string here;
        try {
            here = agi::testing::evaluated(twin, text);
        } catch (const agi::testing::NotSimulated&) {
            continue;
        }
        ++compared;
        const std::string there = agi::GetFullVariable{text}(fast.session());
        INFO(text);
        CHECK(here == there);
        if (here != there) ++differences;
    }
    CHECK(compared > 2500);
    fast.close();
}

TEST_CASE("simulator: a command that a new one ends says the same on both") {
    struct Case {
        const char* command;
        std::chrono::milliseconds after;
    };
    FastAgiCall fast;
    auto& stream = fast.session().stream();
    auto twin = twin_of(fast.session().environment());
    twin.channel.sounds["tt-weasels"] = 2960ms;
    twin.begin();
    while (twin.next_line()) {
    }
    for (const auto& [command, after] :
         {Case{"STREAM FILE tt-weasels \"\"", 400ms}, Case{"GET DATA tt-weasels 2000 4", 400ms},
          Case{"GET DATA \"\" 2000 4", 400ms}, Case{"GET DATA beep 2000 4", 1200ms},
          Case{"GET OPTION tt-weasels 12 2000", 400ms}, Case{"GET OPTION beep 12 2000", 1200ms},
          Case{"WAIT FOR DIGIT 2000", 400ms}, Case{"WAIT FOR DIGIT -1", 400ms},
          Case{"CONTROL STREAM FILE beep \"\"", 200ms}, Case{"EXEC Wait 1", 200ms},
          Case{"RECEIVE TEXT 500", 200ms}, Case{"SAY DIGITS 1 \"\"", 200ms}}) {
        INFO(command);
        for (const char* line : {"SET VARIABLE PLAYBACKSTATUS before", command}) {
            stream.write_line(line);
            twin.receive(line);
            if (line == command) break;
            std::string reply;
            REQUIRE(stream.read_line(reply));
            CHECK(twin.next_line() == reply);
        }
        std::this_thread::sleep_for(after);
        CHECK_FALSE(twin.wait(after));
        const std::string next = "GET FULL VARIABLE \"end ${PLAYBACKSTATUS}\"";
        stream.write_line(next);
        twin.receive(next);
        for (std::string there; there.find("(end ") == std::string::npos;) {
            REQUIRE(stream.read_line(there));
            CHECK(twin.next_line() == there);
        }
        CHECK_FALSE(twin.next_line());
    }
    fast.close();
}

TEST_CASE("simulator: keys during short prompts get the same replies from both") {
    struct Case {
        const char* command;
        const char* keys;
    };
    FastAgiCall fast;
    auto& real = fast.session();
    auto twin = twin_of(real.environment());
    agi::Session simulated{agi::testing::SimulatedStream{twin}};
    for (const auto& [command, keys] : {Case{"GET DATA beep 1500 3", "123"},
                                        Case{"GET DATA beep 1500 4", "7#"},
                                        Case{"GET DATA beep 1500 4", "#"},
                                        Case{"GET DATA beep 1200 5", "45"},
                                        Case{"GET DATA \"\" 1500 2", "*9"},
                                        Case{"WAIT FOR DIGIT 3000", "A"},
                                        Case{"WAIT FOR DIGIT -1", "#"},
                                        Case{"GET OPTION beep 12 1500", "2"},
                                        Case{"GET OPTION beep 12 1500", "9"},
                                        Case{"SAY DIGITS 12345 7", "7"},
                                        Case{"SAY ALPHA abc 1", ""},
                                        Case{"SAY NUMBER 2 1", ""},
                                        Case{"GET DATA beep 300 3", ""},
                                        Case{"STREAM FILE beep 5", ""},
                                        Case{"CONTROL STREAM FILE beep 5", ""},
                                        Case{"WAIT FOR DIGIT 200", ""},
                                        Case{"EXEC Playback beep", ""},
                                        Case{"GET VARIABLE PLAYBACKSTATUS", ""},
                                        Case{"RECEIVE CHAR 200", ""},
                                        Case{"RECEIVE TEXT 200", ""}}) {
        INFO(command << " with " << keys);
        twin.channel.caller.during_command(static_cast<int>(twin.requests().size()) + 1)
            .wait(600ms)
            .press(keys);
        std::string there;
        std::thread presses;
        if (*keys != '\0') {
            presses = std::thread{[&] {
                std::this_thread::sleep_for(600ms);
                fast.call().press(keys);
            }};
        }
        there = compared(real.send(command));
        if (presses.joinable()) presses.join();
        const std::string here = compared(simulated.send(command));
        CHECK(here == there);
    }
    fast.close();
}
