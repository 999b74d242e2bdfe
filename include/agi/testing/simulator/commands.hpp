// SPDX-License-Identifier: MIT
#pragma once
// Every command of Asterisk: how many words it takes, whether it works on a dead channel, what it does.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/testing/simulator/call_control.hpp>
#include <agi/testing/simulator/digits.hpp>
#include <agi/testing/simulator/playback.hpp>
#include <agi/testing/simulator/record.hpp>
#include <agi/testing/simulator/say.hpp>
#include <agi/testing/simulator/speech.hpp>
#include <agi/testing/simulator/text.hpp>
#include <agi/testing/simulator/variable.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

struct Command {
    std::string_view verb;
    std::size_t least;  ///< Words, the verb's among them.
    std::size_t most;
    bool works_dead;
    Answer (*run)(Call&, const Words&);
};

inline constexpr std::size_t any = 127;  // Asterisk drops the words beyond

inline constexpr Command commands[] = {
    {"ANSWER", 1, any, false, answer_call},
    {"ASYNCAGI BREAK", 2, any, true, accepted},
    {"CHANNEL STATUS", 2, 3, false, channel_status},
    {"CONTROL STREAM FILE", 5, 10, false, control_stream_file},
    {"DATABASE DEL", 4, 4, true, database_del},
    {"DATABASE DELTREE", 3, 4, true, database_deltree},
    {"DATABASE GET", 4, 4, true, database_get},
    {"DATABASE PUT", 5, 5, true, database_put},
    {"EXEC", 2, any, true, exec},
    {"GET DATA", 3, any, false, get_data},
    {"GET FULL VARIABLE", 4, 5, true, get_full_variable},
    {"GET OPTION", 4, 5, false, get_option},
    {"GET VARIABLE", 3, 3, true, get_variable},
    {"GOSUB", 4, 5, false, gosub},
    {"HANGUP", 1, 2, false, hangup},
    {"NOOP", 1, any, true, accepted},
    {"RECEIVE CHAR", 3, 3, false, receive_char},
    {"RECEIVE TEXT", 3, 3, false, receive_text},
    {"RECORD FILE", 6, any, false, record_file},
    {"SAY ALPHA", 4, 5, false, say_alpha},
    {"SAY DATE", 4, 4, false, say_time},
    {"SAY DATETIME", 4, any, false, say_time},
    {"SAY DIGITS", 4, 4, false, say_digits},
    {"SAY NUMBER", 4, 5, false, say_number},
    {"SAY PHONETIC", 4, 4, false, say_phonetic},
    {"SAY TIME", 4, 4, false, say_time},
    {"SEND IMAGE", 3, 3, false, accepted},
    {"SEND TEXT", 3, 3, false, send_text},
    {"SET AUTOHANGUP", 3, 3, false, set_autohangup},
    {"SET CALLERID", 2, any, false, set_callerid},
    {"SET CONTEXT", 3, 3, false, set_context},
    {"SET EXTENSION", 3, 3, false, set_extension},
    {"SET MUSIC", 3, any, false, set_music},
    {"SET PRIORITY", 3, 3, false, set_priority},
    {"SET VARIABLE", 3, any, true, set_variable},
    {"SPEECH ACTIVATE GRAMMAR", 4, 4, false, speech_activate},
    {"SPEECH CREATE", 2, any, false, speech_create},
    {"SPEECH DEACTIVATE GRAMMAR", 4, 4, false, speech_deactivate},
    {"SPEECH DESTROY", 2, any, true, speech_destroy},
    {"SPEECH LOAD GRAMMAR", 5, 5, false, speech_load},
    {"SPEECH RECOGNIZE", 4, any, false, speech_recognize},
    {"SPEECH SET", 4, 4, false, speech_set},
    {"SPEECH UNLOAD GRAMMAR", 4, 4, true, speech_unload},
    {"STREAM FILE", 4, 5, false, stream_file},
    {"TDD MODE", 3, 3, false, tdd_mode},
    {"VERBOSE", 2, any, true, verbose},
    {"WAIT FOR DIGIT", 4, 4, false, wait_for_digit},
};

/// Whether the first words are the verb's.
inline bool begins_with(const Words& words, std::string_view verb) {
    for (const std::string& word : words) {
        const std::string_view wanted = verb.substr(0, verb.find(' '));
        if (word.size() != wanted.size()) return false;
        for (std::size_t i = 0; i < word.size(); ++i) {
            if (wire::ascii_lower(word[i]) != wire::ascii_lower(wanted[i])) return false;
        }
        if (wanted.size() == verb.size()) return true;
        verb.remove_prefix(wanted.size() + 1);
    }
    return false;
}

/// The command of a line, if there is one.
inline const Command* find_command(const Words& words) {
    for (const Command& command : commands) {
        if (begins_with(words, command.verb)) return &command;
    }
    return nullptr;
}

}}}  // namespace agi::v0::testing::simulator
