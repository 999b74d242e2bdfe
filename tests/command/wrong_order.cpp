// SPDX-License-Identifier: MIT
// Arguments that are empty, or stand in each other's place.

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/agi.hpp>

#include <chrono>

using namespace agi;
using namespace checks;
using namespace std::chrono_literals;

TEST_CASE("Commands: a name or file that must be there is not empty") {
    check_refused(StreamFile{""}, "STREAM FILE: file is empty");
    check_refused(ControlStreamFile{""}, "CONTROL STREAM FILE: file is empty");
    check_refused(GetOption{"", "1"}, "GET OPTION: file is empty");
    check_refused(RecordFile{""}, "RECORD FILE: file is empty");
    check_refused(SendImage{""}, "SEND IMAGE: file is empty");
    check_refused(Exec{""}, "EXEC: application is empty");
    check_refused(GetVariable{""}, "GET VARIABLE: name is empty");
    check_refused(SetVariable{"", "x"}, "SET VARIABLE: name is empty");
    check_refused(GetVariableExact{""}, "GET FULL VARIABLE: name is empty");
    check_refused(SetVariableExact{"", "x"}, "EXEC: name is empty");
    check_refused(SetContext{""}, "SET CONTEXT: context is empty");
    check_refused(SetExtension{""}, "SET EXTENSION: extension is empty");
    check_refused(SetPriority{""}, "SET PRIORITY: priority is empty");
    check_refused(Gosub{"", "s", 1}, "GOSUB: context is empty");
    check_refused(Gosub{"sub", "", 1}, "GOSUB: extension is empty");
    check_refused(Gosub{"sub", "s", ""}, "GOSUB: priority is empty");
    check_refused(SpeechSet{"", "x"}, "SPEECH SET: name is empty");
    check_refused(SpeechLoadGrammar{"", "x"}, "SPEECH LOAD GRAMMAR: name is empty");
    check_refused(SpeechLoadGrammar{"x", ""}, "SPEECH LOAD GRAMMAR: path is empty");
    check_refused(SpeechUnloadGrammar{""}, "SPEECH UNLOAD GRAMMAR: name is empty");
    check_refused(SpeechActivateGrammar{""}, "SPEECH ACTIVATE GRAMMAR: name is empty");
    check_refused(SpeechDeactivateGrammar{""}, "SPEECH DEACTIVATE GRAMMAR: name is empty");
}

TEST_CASE("RecordFile: keys where the format belongs") {
    for (const char* const format : {"#", "12", "0123456789*#", "ABCD", "", "wav#"}) {
        check_refused(RecordFile{"msg", format},
                      std::string{"RECORD FILE: format is no name of a format: \""} + format + '"');
    }
    for (const char* const format : {"wav", "WAV", "g722", "sln16", "alaw", "siren14", "h263p"}) {
        CHECK_NOTHROW(RecordFile{"msg", format}.request());
    }
}

TEST_CASE("SetCallerid: the name where the number belongs") {
    check_refused(SetCallerid{"Bob", "5550100"},
                  R"(SET CALLERID: the number comes before the name: "Bob")");
    check_refused(SetCallerid{"Bob", "+1 (555) 0100"},
                  R"(SET CALLERID: the number comes before the name: "Bob")");
    CHECK_NOTHROW(SetCallerid{"anonymous"}.request());
    CHECK_NOTHROW(SetCallerid{"alice", "Alice"}.request());
    CHECK_NOTHROW(SetCallerid{"5550100", "5550100"}.request());
    CHECK_NOTHROW(SetCallerid{"100", "Bob"}.request());
    CHECK_NOTHROW(SetCallerid{"", "5550100"}.request());
}

TEST_CASE("Exec: options where the application belongs") {
    for (const char* const application :
         {"PJSIP/100,30", "Dial(PJSIP/100)", "Playback beep", "a,b"}) {
        check_refused(Exec{application, "Dial"},
                      std::string{"EXEC: application is no name: \""} + application + '"');
    }
    CHECK_NOTHROW(Exec{"ReceiveFAX"}.request());
    CHECK_NOTHROW(Exec{"My_App-2"}.request());
}

TEST_CASE("GetVariable, SetVariable, GetFullVariable: ${} where it does not belong") {
    check_refused(GetVariable{"${EXTEN}"}, R"(GET VARIABLE: name stands without ${}: "${EXTEN}")");
    check_refused(SetVariable{"${X}", "1"}, R"(SET VARIABLE: name stands without ${}: "${X}")");
    check_refused(GetFullVariable{"PJSIP/100-1", "${EXTEN}"},
                  R"(GET FULL VARIABLE: the expression comes before the channel: "${EXTEN}")");
    CHECK_NOTHROW(GetVariable{"HASH(a,${b})"}.request());
}

TEST_CASE("SayDatetime: the format where the zone belongs") {
    check_refused(SayDatetime{{}, "", "Europe/Berlin", "ABdY 'digits/at' IMp"},
                  R"(SAY DATETIME: zone is no time zone: "ABdY 'digits/at' IMp")");
}

TEST_CASE("GetData, SpeechRecognize: a time without end has a longest") {
    CHECK(GetData{"f", std::chrono::milliseconds::max(), 255}.longest() == 2147483647ms * 255);
    CHECK(GetData{"f", std::chrono::milliseconds::min(), 255}.longest() == std::nullopt);
    CHECK(SpeechRecognize{"f", std::chrono::seconds::max()}.longest() == 2147483647s);
}
