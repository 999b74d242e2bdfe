// SPDX-License-Identifier: MIT

#include "catch.hpp"
#include "command/checks.hpp"
#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/command/say_time.hpp>
#include <agi/command/speech.hpp>
#include <agi/command/speech_grammar.hpp>
#include <agi/command/speech_recognize.hpp>
#include <agi/command/text.hpp>
#include <agi/command/variable.hpp>

#include <set>
#include <string>
#include <string_view>
#include <type_traits>

using namespace agi;
using namespace checks;

namespace {

/// Visits one of each command of Asterisk.
template <class Visitor>
void for_each_command(Visitor&& visit) {
    visit(Answer{});
    visit(AsyncAGIBreak{});
    visit(ChannelStatus{});
    visit(ControlStreamFile{"f"});
    visit(DatabaseDel{"f", "k"});
    visit(DatabaseDeltree{"f"});
    visit(DatabaseGet{"f", "k"});
    visit(DatabasePut{"f", "k", "v"});
    visit(Exec{"Wait", "1"});
    visit(GetData{"f"});
    visit(GetFullVariable{"${X}"});
    visit(GetOption{"f"});
    visit(GetVariable{"X"});
    visit(Gosub{"c", "s", 1});
    visit(Hangup{});
    visit(Noop{});
    visit(ReceiveChar{});
    visit(ReceiveText{});
    visit(RecordFile{"f"});
    visit(SayAlpha{"a"});
    visit(SayDate{});
    visit(SayDatetime{});
    visit(SayDigits{"1"});
    visit(SayNumber{1});
    visit(SayPhonetic{"a"});
    visit(SayTime{});
    visit(SendImage{"f"});
    visit(SendText{"t"});
    visit(SetAutohangup{});
    visit(SetCallerid{"1"});
    visit(SetContext{"c"});
    visit(SetExtension{"s"});
    visit(SetMusic{});
    visit(SetPriority{1});
    visit(SetVariable{"X", "v"});
    visit(SpeechActivateGrammar{"g"});
    visit(SpeechCreate{});
    visit(SpeechDeactivateGrammar{"g"});
    visit(SpeechDestroy{});
    visit(SpeechLoadGrammar{"g", "p"});
    visit(SpeechRecognize{"p"});
    visit(SpeechSet{"a", "b"});
    visit(SpeechUnloadGrammar{"g"});
    visit(StreamFile{"f"});
    visit(TDDMode{});
    visit(Verbose{"m"});
    visit(WaitForDigit{});
}

/// The commands that send those of Asterisk in a way of their own.
template <class Visitor>
void for_each_exact_command(Visitor&& visit) {
    visit(DatabaseGetExact{"f", "k"});
    visit(DatabasePutExact{"f", "k", "v"});
    visit(GetVariableExact{"X"});
    visit(SetVariableExact{"X", "v"});
}

const std::set<std::string> after_hangup{
    "ASYNCAGI BREAK", "DATABASE DEL",          "DATABASE DELTREE", "DATABASE GET", "DATABASE PUT",
    "EXEC",           "GET FULL VARIABLE",     "GET VARIABLE",     "NOOP",         "SET VARIABLE",
    "SPEECH DESTROY", "SPEECH UNLOAD GRAMMAR", "VERBOSE",
};

const std::set<std::string> only_before_hangup{
    "ANSWER",
    "CHANNEL STATUS",
    "CONTROL STREAM FILE",
    "GET DATA",
    "GET OPTION",
    "GOSUB",
    "HANGUP",
    "RECEIVE CHAR",
    "RECEIVE TEXT",
    "RECORD FILE",
    "SAY ALPHA",
    "SAY DATE",
    "SAY DATETIME",
    "SAY DIGITS",
    "SAY NUMBER",
    "SAY PHONETIC",
    "SAY TIME",
    "SEND IMAGE",
    "SEND TEXT",
    "SET AUTOHANGUP",
    "SET CALLERID",
    "SET CONTEXT",
    "SET EXTENSION",
    "SET MUSIC",
    "SET PRIORITY",
    "SPEECH ACTIVATE GRAMMAR",
    "SPEECH CREATE",
    "SPEECH DEACTIVATE GRAMMAR",
    "SPEECH LOAD GRAMMAR",
    "SPEECH RECOGNIZE",
    "SPEECH SET",
    "STREAM FILE",
    "TDD MODE",
    "WAIT FOR DIGIT",
};

/// The words in capital letters that a request begins with.
std::string verb_of(const wire::Request& request) {
    const std::string_view line = request.view();
    const std::size_t end = line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ ");
    std::string verb{line.substr(0, end)};
    if (!verb.empty() && verb.back() == ' ') verb.pop_back();
    return verb;
}

/// Stands for a session: answers with one reply, and counts.
struct OneReply {
    std::string text;
    int executed = 0;

    template <class Command>
    auto execute(const Command& command) {
        ++executed;
        return result_of(command, text);
    }
};

}  // namespace

TEST_CASE("Commands: all of Asterisk's, each once") {
    std::multiset<std::string> verbs;
    for_each_command([&](const auto& command) { verbs.insert(verb_of(command.request())); });
    std::multiset<std::string> expected{after_hangup.begin(), after_hangup.end()};
    expected.insert(only_before_hangup.begin(), only_before_hangup.end());
    CHECK(verbs == expected);
    CHECK(verbs.size() == 47);
}

TEST_CASE("Commands: works_after_hangup is what Asterisk permits on a dead channel") {
    CHECK(after_hangup.size() == 13);
    const auto check = [](const auto& command) {
        const std::string verb = verb_of(command.request());
        CAPTURE(verb);
        CHECK(std::decay_t<decltype(command)>::works_after_hangup ==
              (after_hangup.count(verb) != 0));
    };
    for_each_command(check);
    for_each_exact_command(check);
    CHECK(Failure::works_after_hangup);
    CHECK_FALSE(RawCommand::works_after_hangup);
}

TEST_CASE("Commands: those that can be stopped are those that look for a new command") {
    std::set<std::string> stopped;
    std::set<std::string> stopped_in_eagi;
    for_each_command([&](const auto& command) {
        using Command = std::decay_t<decltype(command)>;
        if (!wire::has_when_stopped<Command>::value) return;
        (wire::stops_in_eagi_only<Command>::value ? stopped_in_eagi : stopped)
            .insert(verb_of(command.request()));
    });
    CHECK(stopped ==
          std::set<std::string>{"GET DATA", "GET OPTION", "STREAM FILE", "WAIT FOR DIGIT"});
    CHECK(stopped_in_eagi ==
          std::set<std::string>{"SAY ALPHA", "SAY DIGITS", "SAY NUMBER", "SAY PHONETIC"});
}

TEST_CASE("Commands: those with a timeout say how long they may take") {
    std::set<std::string> timed;
    for_each_command([&](const auto& command) {
        if (wire::has_longest<std::decay_t<decltype(command)>>::value) {
            timed.insert(verb_of(command.request()));
        }
    });
    CHECK(timed == std::set<std::string>{"GET DATA", "GET OPTION", "RECEIVE CHAR", "RECEIVE TEXT",
                                         "RECORD FILE", "SPEECH RECOGNIZE", "WAIT FOR DIGIT"});
}

TEST_CASE("Commands: those whose reply can say that the call is over look for it") {
    std::set<std::string> saying;
    for_each_command([&](const auto& command) {
        if (wire::has_says_hangup<std::decay_t<decltype(command)>>::value) {
            saying.insert(verb_of(command.request()));
        }
    });
    CHECK(saying == std::set<std::string>{"RECORD FILE", "SPEECH RECOGNIZE"});
}

TEST_CASE("Commands: a reply is read as that of the same line written by hand") {
    const auto check = [](const auto& command) {
        CAPTURE(std::string{command.request().view()});
        CHECK(wire::reply_form(command) == wire::form_of(command.request()));
    };
    for_each_command(check);
    for_each_exact_command(check);
}

TEST_CASE("Commands: replies that are errors for all of them") {
    auto [reply, type, why] = GENERATE(table<std::string, std::string, std::string>({
        {"510 Invalid or unknown command", "AGIInvalidCommandError", "unknown command"},
        {"510 result=Invalid or unknown Command", "AGIInvalidCommandError", "unknown command"},
        {"511 Command Not Permitted on a dead channel", "AGIDeadChannelError",
         "not permitted on a dead channel"},
        {"511 Command Not Permitted on a dead channel or intercept routine", "AGIDeadChannelError",
         "not permitted on a dead channel"},
        {"520 Invalid command syntax.  Proper usage not available.", "AGIUsageError",
         "wrong arguments"},
        {"520-Invalid command syntax.  Proper usage follows:\nUsage: x\n\n200 result=1 (y)\n"
         "520 End of proper usage.",
         "AGIUsageError", "wrong arguments"},
        {"520-Invalid command syntax.  Proper usage follows:\nUsage: x\n520 End of proper usage.",
         "AGIUsageError", "wrong arguments"},
        {"503 result=-2 Memory allocation failure", "AGIAppError",
         "Asterisk could not run the command"},
        {"200", "AGINoResultError", "200 without a result"},
        {"200 Result=0", "AGINoResultError", "200 without a result"},
        {"299 result=0", "AGIUnknownError", "unknown reply code"},
        {"404 Not Found", "AGIUnknownError", "unknown reply code"},
        {"result=0", "AGIUnknownError", "this line is not a reply"},
        {"2000 result=0", "AGIUnknownError", "this line is not a reply"},
    }));
    const auto check = [&, line = reply, error = type, text = why](const auto& command) {
        check_failure(command, line, error, text);
    };
    for_each_command(check);
    for_each_exact_command(check);
    check(RawCommand{"NOOP"});
}

TEST_CASE("Commands: a result that is no number is not a reply to any of them") {
    const std::string reply = GENERATE("200 result=abc", "200 result=0x", "200 result=+0",
                                       "200 result=0.0", "200 result=-", "200 result=--1",
                                       "200 result= x", "200 result=99999999999999999999x");
    const auto check = [&](const auto& command) { check_unexpected(command, reply); };
    for_each_command(check);
    for_each_exact_command(check);
}

TEST_CASE("Commands: called with a session, they are executed by it") {
    const auto check = [](const auto& command) {
        CAPTURE(std::string{command.request().view()});
        OneReply session{"511 Command Not Permitted on a dead channel"};
        CHECK_THROWS_AS(command(session), AGIDeadChannelError);
        CHECK(session.executed == 1);
    };
    for_each_command(check);
    for_each_exact_command(check);
    OneReply session{"200 result=1 (v)"};
    CHECK(GetVariable{"X"}(session) == "v");
    CHECK(RawCommand{"GET VARIABLE X"}(session).data() == "v");
    CHECK_NOTHROW(Verbose{"m"}(session));
    CHECK(session.executed == 3);
}
