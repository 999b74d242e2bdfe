// SPDX-License-Identifier: MIT
// Any text in any argument: it is refused, or Asterisk gets exactly that text.

#include "fuzz.hpp"
#include <agi/agi.hpp>
#include <agi/wire/unescape.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace agi;
using fuzz::Input;
using fuzz::require;
using Words = std::vector<std::string>;

/// What Asterisk makes of a line, written after its parse_args().
Words split_by_asterisk(const std::string& line) {
    Words words;
    bool quoted = false;
    bool escaped = false;
    bool whitespace = true;
    const auto begin_word = [&] {
        if (whitespace) words.emplace_back();
        whitespace = false;
    };
    for (const char c : line) {
        if (c == '"' && !escaped) {
            quoted = !quoted;
            if (quoted) begin_word();
        } else if ((c == ' ' || c == '\t') && !quoted && !escaped) {
            whitespace = true;
        } else if (c == '\\' && !escaped) {
            escaped = true;
        } else {
            begin_word();
            words.back() += c;
            escaped = false;
        }
    }
    return words;
}

bool has(const std::string& text, std::string_view bytes) {
    return text.find_first_of(bytes) != std::string::npos;
}
constexpr std::string_view never_sent{"\n\0", 2};
constexpr std::string_view refused{"\n\0\r", 3};

void check_line(std::string_view line) {
    require(line.find_first_of(never_sent) == std::string_view::npos,
            "Request: one line, without NUL");
    require(wire::count_words(line) == split_by_asterisk(std::string{line}).size(),
            "count_words: as Asterisk counts");
    require(wire::count_words(line) <= wire::Request::max_words, "Request: 64 words at most");
}

/// Makes a request of which `refusable` says whether it has to be refused.
template <class Make>
void check(const Make& make, bool refusable, const Words& expected) {
    try {
        const wire::Request request = make();
        require(!refusable, "Request: refuses what cannot be sent");
        check_line(request);
        require(split_by_asterisk(std::string{request.view()}) == expected,
                "Request: Asterisk gets every argument as it is");
    } catch (const AGIArgumentError&) {
        require(refusable, "Request: refuses nothing else");
    }
}

/// A command that shapes its arguments: its words are known up to those.
template <class Command>
void check_command(const Command& command, std::string_view verb, std::size_t most_words) {
    try {
        const wire::Request request = command.request();
        check_line(request);
        const Words words = split_by_asterisk(std::string{request.view()});
        require(wire::is_command(request, verb), "Command: begins with its verb");
        require(words.size() <= most_words, "Command: no argument becomes two");
    } catch (const AGIArgumentError& error) {
        require(error.reply().code() == 0, "Command: nothing was sent");
    }
}

void check_arguments(Input& input) {
    const std::string a = input.text();
    const std::string b = input.text();
    const std::optional<std::string> c =
        input.flag() ? std::optional<std::string>{input.text()} : std::nullopt;
    const long long n = input.number();
    const bool cr = input.flag();
    Words expected{"TWO", "WORDS", a, std::to_string(n), b};
    if (c) expected.push_back(*c);
    const bool bad =
        has(a, refused) || has(b, cr ? never_sent : refused) || (c && has(*c, refused));
    check(
        [&] {
            const auto allow = cr ? CarriageReturn::allow : CarriageReturn::refuse;
            return wire::Request{"TWO WORDS", a, n, wire::WithCarriageReturn{b, allow}, c};
        },
        bad, expected);

    const std::chrono::milliseconds time{n};
    check(
        [&] {
            return wire::Request{"WAIT FOR DIGIT", time};
        },
        n != static_cast<int>(n), {"WAIT", "FOR", "DIGIT", std::to_string(n)});
}

void check_raw(Input& input) {
    const std::string line = input.text();
    const Words words = split_by_asterisk(line);
    std::string head = line.substr(0, 7);
    for (char& c : head) c = wire::ascii_lower(c);
    const bool bad =
        has(line, refused) || head == "failure" || words.size() > wire::Request::max_words;
    check([&] { return wire::Request::raw(line); }, bad, words);
    check([&] { return RawCommand{line}.request(); }, bad, words);

    const auto is = [&words](const Words& verb) {
        if (words.size() < verb.size()) return false;
        for (std::size_t i = 0; i < verb.size(); ++i) {
            std::string word = words[i];
            for (char& c : word) c = wire::ascii_lower(c);
            if (word != verb[i]) return false;
        }
        return true;
    };
    ReplyForm form = ReplyForm::tags;
    if (is({"gosub"})) form = ReplyForm::text;
    if (is({"exec"})) form = ReplyForm::application;
    if (is({"get", "variable"}) || is({"get", "full", "variable"}) || is({"database", "get"}) ||
        is({"receive", "text"})) {
        form = ReplyForm::value;
    }
    require(wire::form_of(line) == form, "form_of: the command of the line tells");
}

// What the commands refuse, as their headers say it.

bool is_name_of_variable(const std::string& name) {
    return !name.empty() && name.rfind("${", 0) == std::string::npos;
}
bool is_name_of_format(const std::string& name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c > 'D' && c <= 'Z'); };
    return !has(name, "*#") && std::any_of(name.begin(), name.end(), letter);
}
/// A number without a digit, and a name that is one: they were given in the wrong order.
bool swapped(const std::string& number, const std::string& name) {
    return !number.empty() && !has(number, "0123456789") && !name.empty() &&
           name.find_first_not_of("0123456789*#+-() ") == std::string::npos;
}

/// The commands that send their text as it is.
void check_plain_commands(Input& input) {
    const std::string a = input.text();
    const std::string b = input.text();
    const std::string c = input.text();
    const bool bad_a = has(a, refused);
    const bool bad_ab = bad_a || has(b, refused);
    const bool bad_abc = bad_ab || has(c, refused);
    const bool bad_file = bad_a || a.empty();
    const auto request = [](const auto& command) {
        return [&command] { return command.request(); };
    };
    const auto one = [&](const auto& command, Words verb, bool bad) {
        verb.push_back(a);
        check(request(command), bad, verb);
    };
    const auto two = [&](const auto& command, Words verb, bool bad) {
        verb.insert(verb.end(), {a, b});
        check(request(command), bad, verb);
    };
    one(Hangup{a}, {"HANGUP"}, bad_a);
    one(ChannelStatus{a}, {"CHANNEL", "STATUS"}, bad_a);
    one(SetContext{a}, {"SET", "CONTEXT"}, bad_file);
    one(SetExtension{a}, {"SET", "EXTENSION"}, bad_file);
    one(SetPriority{a}, {"SET", "PRIORITY"}, bad_file);
    one(SetMusic{true, a}, {"SET", "MUSIC", "on"}, bad_a);
    one(SendText{a}, {"SEND", "TEXT"}, bad_a);
    one(SendImage{a}, {"SEND", "IMAGE"}, bad_file);
    one(GetVariable{a}, {"GET", "VARIABLE"}, bad_a || !is_name_of_variable(a));
    one(GetFullVariable{a}, {"GET", "FULL", "VARIABLE"}, bad_a);
    one(SpeechCreate{a}, {"SPEECH", "CREATE"}, bad_a);
    one(SpeechActivateGrammar{a}, {"SPEECH", "ACTIVATE", "GRAMMAR"}, bad_file);
    one(SpeechDeactivateGrammar{a}, {"SPEECH", "DEACTIVATE", "GRAMMAR"}, bad_file);
    one(SpeechUnloadGrammar{a}, {"SPEECH", "UNLOAD", "GRAMMAR"}, bad_file);
    two(GetFullVariable{a, b}, {"GET", "FULL", "VARIABLE"},
        bad_ab || b.find("${") != std::string::npos);
    two(SetVariable{a, b}, {"SET", "VARIABLE"}, bad_ab || !is_name_of_variable(a));
    two(DatabaseGet{a, b}, {"DATABASE", "GET"}, bad_ab);
    two(DatabaseDel{a, b}, {"DATABASE", "DEL"}, bad_ab);
    two(DatabaseDeltree{a, b, true}, {"DATABASE", "DELTREE"}, bad_ab);
    two(SpeechSet{a, b}, {"SPEECH", "SET"}, bad_ab || a.empty());
    two(SpeechLoadGrammar{a, b}, {"SPEECH", "LOAD", "GRAMMAR"}, bad_ab || a.empty() || b.empty());
    check(request(DatabasePut{a, b, c}), bad_abc, {"DATABASE", "PUT", a, b, c});
    check(request(Gosub{a, b, c}), bad_abc || a.empty() || b.empty() || c.empty(),
          {"GOSUB", a, b, c});
    check(request(GetData{a}), bad_a, {"GET", "DATA", a, "2000", "255"});
    check(request(GetOption{a}), bad_file, {"GET", "OPTION", a, "", "5000"});
    check(request(StreamFile{a, "#"}), bad_file, {"STREAM", "FILE", a, "#"});
    check(request(ControlStreamFile{a, "0"}), bad_file, {"CONTROL", "STREAM", "FILE", a, "0"});
    check(request(RecordFile{a, b}), bad_ab || a.empty() || !is_name_of_format(b),
          {"RECORD", "FILE", a, b, "", "-1"});
    check(request(SayAlpha{a}), bad_a, {"SAY", "ALPHA", a, ""});
    check(request(SayPhonetic{a}), bad_a, {"SAY", "PHONETIC", a, ""});
    check(request(SpeechRecognize{a}), bad_a, {"SPEECH", "RECOGNIZE", a, "10"});
    check(request(Verbose{a}), bad_a, {"VERBOSE", a, "1"});
    if (!a.empty()) one(Noop{a}, {"NOOP"}, bad_a);
    if (!b.empty()) two(Exec{a, b}, {"EXEC"}, bad_ab || a.empty() || has(a, "(,/ "));
}

/// The value travels encoded, so that it may hold anything but NUL.
void check_exact_value(const std::string& name, const std::string& value) {
    const bool bad =
        name.empty() || has(name, refused) || has(name, "${}=") || has(value, {"\0", 1});
    try {
        const auto request = SetVariableExact{name, value}.request();
        require(!bad, "SetVariableExact: refuses what it cannot send");
        const Words words = split_by_asterisk(std::string{request.view()});
        const std::string head = "Set(" + name + "=${URIDECODE(";
        const std::string tail = ")})";
        require(words.size() == 3 && words[1] == "Exec" &&
                    words[2].size() >= head.size() + tail.size() &&
                    words[2].substr(0, head.size()) == head &&
                    words[2].substr(words[2].size() - tail.size()) == tail,
                "SetVariableExact: one expression");
        const std::string encoded =
            words[2].substr(head.size(), words[2].size() - head.size() - tail.size());
        require(!has(encoded, "\n\r ,()[]{}$\"\\"), "SetVariableExact: nothing to evaluate");
        require(wire::percent_decoded(encoded) == value, "SetVariableExact: the value");
    } catch (const AGIArgumentError&) {
        require(bad, "SetVariableExact: refuses nothing else");
    }
}

/// The commands that put text together or refuse some of it.
void check_shaping_commands(Input& input) {
    const std::string a = input.text();
    const std::string b = input.text();
    const std::string c = input.text();
    const int n = static_cast<int>(input.number());
    const std::chrono::system_clock::time_point time{
        std::chrono::system_clock::duration{input.number()}};
    check_command(SetCallerid{a, b}, "SET CALLERID", 3);
    try {
        static_cast<void>(SetCallerid{a, b}.request());
        require(!has(a, "\"<>"), "SetCallerid: the number cannot end itself");
        require(!swapped(a, b), "SetCallerid: refuses the wrong order");
    } catch (const AGIArgumentError&) {
        require(has(a + b, refused) || has(a, "\"<>") || swapped(a, b) || a.size() + b.size() > 100,
                "SetCallerid: refuses nothing else");
    }
    check_command(SetAutohangup{std::chrono::milliseconds{n}}, "SET AUTOHANGUP", 3);
    check_command(SayDigits{a}, "SAY DIGITS", 4);
    check_command(SayNumber{n}, "SAY NUMBER", 4);
    check_command(SayDate{time}, "SAY DATE", 4);
    check_command(SayTime{time}, "SAY TIME", 4);
    check_command(SayDatetime{time, {}, a, b}, "SAY DATETIME", 6);
    check_command(GetData{a, std::chrono::milliseconds{n}, n}, "GET DATA", 5);
    check_command(Verbose{a, n}, "VERBOSE", 3);
    check_command(StreamFile{a, {}, SampleOffset{n}}, "STREAM FILE", 5);
    check_command(GetVariableExact{a}, "GET FULL VARIABLE", 4);
    check_exact_value(a, b);
    check_command(DatabaseGetExact{a, b}, "GET FULL VARIABLE", 4);
    check_command(DatabasePutExact{a, b, c}, "EXEC", 3);
    check_command(Exec{a, dialplan_options(b, c)}, "EXEC", 3);
    try {
        check_command(GetFullVariable::of(a), "GET FULL VARIABLE", 4);
        const DigitSet keys{b};
        require(keys.view() == b, "DigitSet: in the order given");
        check_command(
            RecordFile{a, c, keys, std::chrono::milliseconds{n}, {}, true, std::chrono::seconds{n}},
            "RECORD FILE", 9);
        check_command(ControlStreamFile{a, keys, std::chrono::milliseconds{n}, '1', '2', '3'},
                      "CONTROL STREAM FILE", 10);
    } catch (const AGIArgumentError& error) {
        require(error.reply().code() == 0, "Command: nothing was sent");
    }
}

void check_escapes(Input& input) {
    const std::string text = input.text();
    require(wire::unescaped(wire::escaped(text)) == text, "escape: there and back");
    const auto once = wire::unescaped(text);
    if (once) require(wire::unescaped(wire::escaped(*once)) == once, "escape: back and there");
    require(wire::percent_decoded(wire::percent_encoded(text)) == text, "percent: there and back");
    require(wire::shown(text).find_first_of(refused) == std::string::npos, "shown: one line");
}

}  // namespace

void fuzz::request(std::string_view bytes) {
    Input input{bytes};
    switch (input.below(5)) {
        case 0: check_arguments(input); break;
        case 1: check_raw(input); break;
        case 2: check_plain_commands(input); break;
        case 3: check_shaping_commands(input); break;
        default: check_escapes(input); break;
    }
}
