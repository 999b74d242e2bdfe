// SPDX-License-Identifier: MIT
#pragma once
// RECORD FILE on a simulated channel.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// How Asterisk reads the words after the timeout.
struct RecordOptions {
    long offset = 0;  ///< In samples.
    bool beep = false;
    Time silence{0};  ///< 0: silence does not end it.

    RecordOptions(const ServerVersion& version, const Words& words) {
        if (words.size() > 6) {
            const auto given = number(words, 6);
            offset = given.value_or(0);
            beep = !given && beeps(version, words[6]);
        }
        if (words.size() > 7) beep = beep || beeps(version, words[7]);
        // The first word with an s in it is the one that counts.
        for (std::size_t i = 6; i < words.size() && i < 9; ++i) {
            const std::size_t s = words[i].find('s');
            if (s == std::string::npos) continue;
            if (words[i].compare(s, 2, "s=") == 0) {
                silence = std::chrono::seconds{std::max(0, std::atoi(words[i].c_str() + s + 2))};
            }
            break;
        }
    }

  private:
    static bool beeps(const ServerVersion& version, std::string_view word) {
        if (beeps_for_any_word(version)) return word.substr(0, 2) != "s=";
        return word.find('=') == std::string_view::npos;
    }
};

inline bool can_record(const Call& call, const std::string& file, std::string_view format) {
    if (call.can_write && !call.can_write(file)) return false;
    for (const std::string& folder : call.unwritable) {
        if (file.compare(0, folder.size(), folder) == 0) return false;
    }
    for (const std::string_view known : {"wav", "gsm", "ulaw", "alaw", "sln", "g722", "wav49",
                                         "WAV", "wav16", "sln16", "ul", "al", "pcm"}) {
        if (format == known) return true;
    }
    return false;
}

/// The beep in front of a recording; an answer when it is the end of the command.
inline std::optional<Answer> play_record_beep(Channel& channel, const std::string& keys,
                                              long offset) {
    constexpr Time usual_beep{440};
    const bool own = channel.sounds.count("beep") != 0;
    if (!own && !channel.has_usual_beep) return result(-1, "(randomerror) " + endpos(offset));
    const auto length = own ? channel.sounds["beep"] : usual_beep;
    const auto played = channel.play_unstopped("beep", length, any_of(keys));
    if (played.wake == Wake::time) return std::nullopt;
    return result(code_of(played), "(randomerror) " + endpos(offset));
}

/// What is recorded comes in frames: the one that has begun counts.
inline Time whole_frames(Time length, Time frame) {
    return (length + frame - Time{1}) / frame * frame;
}

inline Answer record_file(Call& call, const Words& words) {
    const auto timeout = number(words, 5);
    if (!timeout) return usage();
    const RecordOptions options{call.version, words};
    Channel& channel = call.channel;
    if (options.beep) {
        if (auto ended = play_record_beep(channel, words[4], options.offset)) return *ended;
    }
    if (!can_record(call, words[2], words[3])) return failed(-1, "(writefile)");

    // A key is cut out of the recording, and a second before a stop key or after silence too.
    constexpr Time key_length{100};
    constexpr Time rewound{200};
    constexpr Time frame{20};
    const Time begin = channel.now();
    const Time end = after(channel, *timeout);
    Time cut{0};
    const auto finish = [&](Time length) {
        // Nothing comes in on a channel that is not answered.
        const Time spoken = channel.answered ? std::max(Time{0}, length) : Time{0};
        // In frames, where a format has no samples of its own.
        const long from = words[3] == "gsm" ? options.offset / 160 * 160 : options.offset;
        const Time total = Time{from / 8} + spoken;
        call.recorded[words[2]] = total;
        channel.sounds[words[2]] = total;
        return endpos(from + samples(spoken));
    };
    for (;;) {
        Time until = end;
        if (options.silence > Time{0} && channel.silent_since()) {
            const Time quiet = std::max(begin, *channel.silent_since()) + options.silence + frame;
            until = std::min(end, quiet);
        }
        const auto wake = channel.wait_for_words(until);
        if (wake == Wake::time && channel.now() < until)
            continue;  // the caller begins to be silent
        const Time length = channel.now() - begin;
        if (wake == Wake::hangup) return failed(-1, "(hangup) " + finish(length - cut));
        if (wake == Wake::key) {
            cut += key_length;
            if (any_of(words[4])(channel.key())) {
                return result(channel.key(), "(dtmf) " + finish(length - cut - rewound));
            }
        } else if (until < end) {  // silence; a second of it stays in the recording
            const Time silence = options.silence - std::chrono::seconds{1};
            constexpr Time longest_wait{100000};
            const Time left = std::min(end - channel.now(), longest_wait);
            return result(left.count(), "(timeout) " + finish(length - cut - silence));
        } else {
            return result(0, "(timeout) " + finish(whole_frames(length, frame) - cut));
        }
    }
}

}}}  // namespace agi::v0::testing::simulator
