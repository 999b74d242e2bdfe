// SPDX-License-Identifier: MIT
#pragma once
// Lines with their content made unreadable, for traces of secret commands.

#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// Which lines of a command a trace must not show.
struct Redaction {
    bool request = false;
    bool reply = false;
};

/// The words of Asterisk's commands: what of a line is not an argument.
inline constexpr const char* known_verbs[] = {"ANSWER",
                                              "ASYNCAGI BREAK",
                                              "CHANNEL STATUS",
                                              "CONTROL STREAM FILE",
                                              "DATABASE DEL",
                                              "DATABASE DELTREE",
                                              "DATABASE GET",
                                              "DATABASE PUT",
                                              "EXEC",
                                              "GET DATA",
                                              "GET FULL VARIABLE",
                                              "GET OPTION",
                                              "GET VARIABLE",
                                              "GOSUB",
                                              "HANGUP",
                                              "NOOP",
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
                                              "SET VARIABLE",
                                              "SPEECH ACTIVATE GRAMMAR",
                                              "SPEECH CREATE",
                                              "SPEECH DEACTIVATE GRAMMAR",
                                              "SPEECH DESTROY",
                                              "SPEECH LOAD GRAMMAR",
                                              "SPEECH RECOGNIZE",
                                              "SPEECH SET",
                                              "SPEECH UNLOAD GRAMMAR",
                                              "STREAM FILE",
                                              "TDD MODE",
                                              "VERBOSE",
                                              "WAIT FOR DIGIT"};

/// The request with `***` in place of each argument. Of a command that is not known all is hidden:
/// which of its words are arguments is not known either.
inline std::string redacted_request(std::string_view line) {
    std::string_view verb;
    for (const char* const known : known_verbs) {
        if (is_command(line, known)) verb = known;
    }
    std::string out{verb};
    const std::size_t words = count_words(line) - count_words(verb);
    for (std::size_t i = 0; i < words; ++i) out += out.empty() ? "***" : " ***";
    return out;
}

/// The line with `*` in place of each byte of what it says: of a key or digits, or of the value in
/// parentheses. What Asterisk says of the command stays. Any other line may be part of a value.
inline std::string redacted_reply(std::string_view line) {
    constexpr std::string_view head = "200 result=";
    if (line.substr(0, head.size()) != head) {
        std::size_t shown = 0;
        for (const std::string_view own :
             {"HANGUP", "100 result=0 Trying...", "510 Invalid or unknown command",
              "511 Command Not Permitted on a dead channel", "520-Invalid command syntax.",
              "520 Invalid command syntax.", "520 End of proper usage."}) {
            if (line.substr(0, own.size()) == own) shown = own.size();
        }
        std::string out{line.substr(0, shown)};
        out.append(line.size() - shown, '*');
        return out;
    }
    std::string_view result = line.substr(head.size());
    result = result.substr(0, result.find(' '));
    const std::string_view tail = line.substr(head.size() + result.size());
    const bool value = tail.substr(0, 2) == " (" && tail != " (timeout)";
    std::string out{head};
    if (value && (result == "0" || result == "1" || result == "-1")) {
        out += result;  // whether there is a value
    } else {
        out.append(result.size(), '*');
    }
    for (const std::string_view own : {" (timeout)", " endpos=", " Gosub complete"}) {
        if (!value && tail.substr(0, own.size()) == own) return out.append(tail);
    }
    for (const char c : tail) out += c == ' ' || c == '(' || c == ')' ? c : '*';
    return out;
}

}}}  // namespace agi::v0::wire
