// SPDX-License-Identifier: MIT
#pragma once
// How a command that runs is stopped over AMI, and what its reply then means.

#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi {

/// What ends a command.
enum class StopBy : unsigned char {
    nothing,  ///< It runs to its end.
    control,  ///< The action ControlPlayback, which says stop.
    key,      ///< The action PlayDTMF, which presses # for the caller.
};

/// Word `number` of a line, counted from 0, as Asterisk splits it.
inline std::string word_of(std::string_view line, int number) {
    wire::WordSplitter splitter;
    std::string word;
    int current = -1;
    for (const char c : line) {
        using Step = wire::WordSplitter::Step;
        const Step step = splitter.push(c);
        if (step == Step::word || step == Step::begin) ++current;
        if (current == number && (step == Step::begin || step == Step::more)) word += c;
    }
    return word;
}

/// What ends the command of this line, whoever asks.
inline StopBy stop_by(std::string_view line) {
    using wire::is_command;
    const auto by_key = [line](int keys_word) {
        return word_of(line, keys_word).find('#') != std::string::npos;
    };
    for (const std::string_view verb : {"STREAM FILE", "CONTROL STREAM FILE", "WAIT FOR DIGIT"}) {
        if (is_command(line, verb)) return StopBy::control;
    }
    if (is_command(line, "GET DATA")) return StopBy::key;
    if (is_command(line, "GET OPTION")) {
        return by_key(3) ? StopBy::key : StopBy::control;
    }
    for (const std::string_view verb :
         {"EXEC PLAYBACK", "EXEC CONTROLPLAYBACK", "EXEC BACKGROUND"}) {
        if (is_command(line, verb)) return StopBy::control;
    }
    if (is_command(line, "RECORD FILE")) {
        return by_key(4) ? StopBy::key : StopBy::nothing;
    }
    for (const std::string_view verb : {"SAY ALPHA", "SAY DIGITS", "SAY NUMBER", "SAY PHONETIC",
                                        "SAY DATE", "SAY TIME", "SAY DATETIME"}) {
        if (is_command(line, verb)) {
            return by_key(3) ? StopBy::key : StopBy::nothing;
        }
    }
    return StopBy::nothing;
}

/// Whether FastAGI stops the command of this line when another one comes.
inline bool stops_at_next_line(std::string_view line) noexcept {
    using wire::is_command;
    return is_command(line, "STREAM FILE") || is_command(line, "WAIT FOR DIGIT") ||
           is_command(line, "GET DATA") || is_command(line, "GET OPTION");
}

/// Whether the reply is that of a stop. A key of the caller has come before it.
inline bool is_reply_of_stop(std::string_view line, std::string_view reply) {
    if (wire::is_command(line, "GET DATA")) return true;
    constexpr std::string_view head = "200 result=";
    if (reply.substr(0, head.size()) != head) return true;
    reply.remove_prefix(head.size());
    const std::string_view result = reply.substr(0, reply.find_first_of(" \n"));
    return result == "0" || result == "1000" || result == "-1" ||
           (result == "35" && stop_by(line) == StopBy::key);
}

/// Whether it may take frames of the channel: a stop that comes late would hit it.
inline bool reads_frames(std::string_view line) noexcept {
    using wire::is_command;
    for (const std::string_view verb :
         {"NOOP", "GET VARIABLE", "GET FULL VARIABLE", "SET", "DATABASE", "VERBOSE",
          "CHANNEL STATUS", "HANGUP", "ASYNCAGI BREAK"}) {
        if (is_command(line, verb)) return false;
    }
    return true;
}

}}}  // namespace agi::v0::asyncagi
