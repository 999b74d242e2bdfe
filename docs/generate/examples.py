# SPDX-License-Identifier: MIT
"""An example of each command, and the line that it sends: the tests compile and compare them."""

EXAMPLES = {
    "Answer": ("agi::Answer{}", "ANSWER"),
    "AsyncAGIBreak": ("agi::AsyncAGIBreak{}", "ASYNCAGI BREAK"),
    "ChannelStatus": ("agi::ChannelStatus{}", "CHANNEL STATUS"),
    "ControlStreamFile": (
        'agi::ControlStreamFile{"podcast", "5", 10s}',
        'CONTROL STREAM FILE "podcast" "5" 10000',
    ),
    "DatabaseDel": ('agi::DatabaseDel{"callers", "5550100"}', 'DATABASE DEL "callers" "5550100"'),
    "DatabaseDeltree": ('agi::DatabaseDeltree{"callers"}', 'DATABASE DELTREE "callers"'),
    "DatabaseGet": ('agi::DatabaseGet{"callers", "5550100"}', 'DATABASE GET "callers" "5550100"'),
    "DatabaseGetExact": (
        'agi::DatabaseGetExact{"notes", "5550100"}',
        'GET FULL VARIABLE "${URIENCODE(%)}${DB_EXISTS(notes/5550100)}${URIENCODE(${DB(notes/5550100)})}"',
    ),
    "DatabasePut": (
        'agi::DatabasePut{"callers", "5550100", "Ada"}',
        'DATABASE PUT "callers" "5550100" "Ada"',
    ),
    "DatabasePutExact": (
        r'agi::DatabasePutExact{"notes", "5550100", "one\ntwo"}',
        'EXEC "Exec" "Set(DB(notes/5550100)=${URIDECODE(one%0Atwo)})"',
    ),
    "Exec": ('agi::Exec{"Dial", "PJSIP/100,30"}', 'EXEC "Dial" "PJSIP/100,30"'),
    "Failure": ("agi::Failure{}", "failure"),
    "GetData": ('agi::GetData{"enter-pin", 5s, 4}', 'GET DATA "enter-pin" 5000 4'),
    "GetFullVariable": (
        'agi::GetFullVariable{"${CALLERID(num)}/${EXTEN}"}',
        'GET FULL VARIABLE "${CALLERID(num)}/${EXTEN}"',
    ),
    "GetOption": ('agi::GetOption{"menu", "123", 5s}', 'GET OPTION "menu" "123" 5000'),
    "GetVariable": ('agi::GetVariable{"CALLERID(num)"}', 'GET VARIABLE "CALLERID(num)"'),
    "GetVariableExact": (
        'agi::GetVariableExact{"NOTE"}',
        'GET FULL VARIABLE "${URIENCODE(%)}${URIENCODE(${NOTE})}"',
    ),
    "Gosub": ('agi::Gosub{"billing", "s", 1, "42"}', 'GOSUB "billing" "s" "1" "42"'),
    "Hangup": ("agi::Hangup{}", "HANGUP"),
    "Noop": ('agi::Noop{"here"}', 'NOOP "here"'),
    "RawCommand": (
        'agi::RawCommand{R"(GET DATA "enter-pin" 5000)"}',
        'GET DATA "enter-pin" 5000',
    ),
    "ReceiveChar": ("agi::ReceiveChar{10s}", 'RECEIVE CHAR 10000'),
    "ReceiveText": ("agi::ReceiveText{10s}", 'RECEIVE TEXT 10000'),
    "RecordFile": (
        'agi::RecordFile{"/tmp/message", "wav", "#", 60s, {}, true, 3s}',
        'RECORD FILE "/tmp/message" "wav" "#" 60000 "BEEP" "s=3"',
    ),
    "SayAlpha": ('agi::SayAlpha{"AB12", "#"}', 'SAY ALPHA "AB12" "#"'),
    "SayDate": (
        "agi::SayDate{std::chrono::system_clock::time_point{1700000000s}}",
        'SAY DATE 1700000000 ""',
    ),
    "SayDatetime": (
        'agi::SayDatetime{std::chrono::system_clock::time_point{1700000000s}, "#", "kM", "Europe/Berlin"}',
        'SAY DATETIME 1700000000 "#" "kM" "Europe/Berlin"',
    ),
    "SayDigits": ('agi::SayDigits{"0042", "#"}', 'SAY DIGITS "0042" "#"'),
    "SayNumber": ('agi::SayNumber{42, "#"}', 'SAY NUMBER 42 "#"'),
    "SayPhonetic": ('agi::SayPhonetic{"K7", "#"}', 'SAY PHONETIC "K7" "#"'),
    "SayTime": (
        "agi::SayTime{std::chrono::system_clock::time_point{1700000000s}}",
        'SAY TIME 1700000000 ""',
    ),
    "SendImage": ('agi::SendImage{"logo"}', 'SEND IMAGE "logo"'),
    "SendText": ('agi::SendText{"hello"}', 'SEND TEXT "hello"'),
    "SetAutohangup": ("agi::SetAutohangup{90s}", 'SET AUTOHANGUP 90'),
    "SetCallerid": (
        'agi::SetCallerid{"5550100", "Ada Lovelace"}',
        r'SET CALLERID "\"Ada Lovelace\" <5550100>"',
    ),
    "SetContext": ('agi::SetContext{"sales"}', 'SET CONTEXT "sales"'),
    "SetExtension": ('agi::SetExtension{"200"}', 'SET EXTENSION "200"'),
    "SetMusic": ('agi::SetMusic{true, "jazz"}', 'SET MUSIC "on" "jazz"'),
    "SetPriority": ('agi::SetPriority{"retry"}', 'SET PRIORITY "retry"'),
    "SetVariable": ('agi::SetVariable{"RESULT", "OK"}', 'SET VARIABLE "RESULT" "OK"'),
    "SetVariableExact": (
        r'agi::SetVariableExact{"NOTE", "one\ntwo"}',
        'EXEC "Exec" "Set(NOTE=${URIDECODE(one%0Atwo)})"',
    ),
    "SpeechActivateGrammar": (
        'agi::SpeechActivateGrammar{"yes-no"}',
        'SPEECH ACTIVATE GRAMMAR "yes-no"',
    ),
    "SpeechCreate": ("agi::SpeechCreate{}", "SPEECH CREATE"),
    "SpeechDeactivateGrammar": (
        'agi::SpeechDeactivateGrammar{"yes-no"}',
        'SPEECH DEACTIVATE GRAMMAR "yes-no"',
    ),
    "SpeechDestroy": ("agi::SpeechDestroy{}", "SPEECH DESTROY"),
    "SpeechLoadGrammar": (
        'agi::SpeechLoadGrammar{"yes-no", "/etc/grammars/yes-no.grxml"}',
        'SPEECH LOAD GRAMMAR "yes-no" "/etc/grammars/yes-no.grxml"',
    ),
    "SpeechRecognize": ('agi::SpeechRecognize{"say-yes-or-no", 5s}', 'SPEECH RECOGNIZE "say-yes-or-no" 5'),
    "SpeechSet": ('agi::SpeechSet{"language", "en-GB"}', 'SPEECH SET "language" "en-GB"'),
    "SpeechUnloadGrammar": (
        'agi::SpeechUnloadGrammar{"yes-no"}',
        'SPEECH UNLOAD GRAMMAR "yes-no"',
    ),
    "StreamFile": ('agi::StreamFile{"hello-world", "#"}', 'STREAM FILE "hello-world" "#"'),
    "TDDMode": ("agi::TDDMode{agi::TddMode::on}", 'TDD MODE "on"'),
    "Verbose": ('agi::Verbose{"caller is in", 3}', 'VERBOSE "caller is in" 3'),
    "WaitForDigit": ("agi::WaitForDigit{5s}", 'WAIT FOR DIGIT 5000'),
}


def program():
    """A C++ program that fails unless each example sends its line."""
    checks = "\n".join(f'    check({cpp}, R"agi({line})agi");' for cpp, line in EXAMPLES.values())
    return f"""// Made by docs/generate: the examples of the pages.
#include <agi/agi.hpp>

#include <cstdio>

namespace {{

int failures = 0;

template <class Command>
void check(const Command& command, std::string_view line) {{
    const auto request = command.request();
    if (std::string_view{{request}} == line) return;
    ++failures;
    std::printf("%s\\nis said to be\\n%s\\n", std::string{{std::string_view{{request}}}}.c_str(),
                std::string{{line}}.c_str());
}}

}}  // namespace

int main() {{
    using namespace std::chrono_literals;
{checks}
    return failures;
}}
"""
