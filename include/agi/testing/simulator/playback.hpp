// SPDX-License-Identifier: MIT
#pragma once
// STREAM FILE, CONTROL STREAM FILE and GET OPTION on a simulated channel.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>

#include <optional>
#include <string>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Old versions say 0 for a file that is not there.
inline Answer missing_file(const Call& call, long offset) {
    const bool tells = tells_missing_file(call.version);
    return tells ? failed(-1, endpos(offset)) : result(0, endpos(offset));
}

inline Answer stream_file(Call& call, const Words& words) {
    long offset = 0;
    if (words.size() > 4) {
        const auto given = number(words, 4);
        if (!given) return usage();
        offset = *given;
    }
    const auto length = call.channel.length_of(words[2]);
    if (!length) return missing_file(call, offset);
    const auto playing = call.channel.start(words[2], *length, Time{offset < 0 ? 0 : offset / 8});
    return busy([playing, stops = any_of(words[3])](Call& now) -> std::optional<Answer> {
        const auto played = now.channel.go_on(playing, stops);
        if (played.wake == Wake::later) return std::nullopt;
        if (played.wake == Wake::command) return no_reply();
        if (sets_playback_status(now.version)) {
            now.channel.variables["PLAYBACKSTATUS"] =
                played.wake == Wake::time || played.wake == Wake::stop ? "SUCCESS" : "FAILED";
        }
        const std::string position = endpos(samples(played.position));
        if (played.wake == Wake::hangup) return failed(-1, position);
        return result(code_of(played), position);
    });
}

/// GET OPTION after its file: the first key ends the wait, whether it is one of those or not; so
/// do a hang-up and a new command.
inline Answer wait_for_option(const Call& call, long timeout, const std::string& keys,
                              const std::string& position) {
    const Time end = after(call.channel, timeout);
    return busy([=](Call& now) -> std::optional<Answer> {
        const auto wake = now.channel.wait_until_stopped(end);
        if (wake == Wake::later) return std::nullopt;
        const bool chosen = wake == Wake::key && any_of(keys)(now.channel.key());
        return result(chosen ? now.channel.key() : 0, position);
    });
}

inline Answer get_option(Call& call, const Words& words) {
    constexpr long digit_timeout = 5000;
    const long timeout = words.size() > 4 ? number_or_zero(words, 4) : digit_timeout;
    const auto length = call.channel.length_of(words[2]);
    if (!length) return missing_file(call, 0);
    const auto playing = call.channel.start(words[2], *length);
    return busy([playing, timeout, keys = words[3]](Call& now) -> std::optional<Answer> {
        const auto played = now.channel.go_on(playing, any_of(keys));
        if (played.wake == Wake::later) return std::nullopt;
        if (played.wake == Wake::command) return no_reply();
        const std::string position = endpos(samples(played.position));
        if (played.wake == Wake::hangup) return failed(-1, position);
        if (played.wake == Wake::key || timeout == 0) return result(code_of(played), position);
        return wait_for_option(now, timeout, keys, position);
    });
}

/// One CONTROL STREAM FILE. What plays on after a key that moves it or a pause counts as one more
/// sound.
class ControlledPlayback {
  public:
    ControlledPlayback(Call& call, const Words& words) : call_{call}, words_{words} {}

    Answer run() {
        if (words_.size() > 5) {
            const auto skip = number(words_, 5);
            if (!skip) return usage();
            skip_ = Time{*skip};
        }
        const bool has_offset = call_.version.has_control_stream_file_offset();
        if (!has_offset && words_.size() > 9) return usage();
        if (!controls_without_answer(call_.version)) channel_.answered = true;
        const auto length = channel_.length_of(words_[3]);
        if (!length) return end(-1, -1, "ERROR");
        if (words_.size() > 9) {
            const auto offset = number(words_, 9);
            if (!offset) return usage();
            position_ = Time{*offset < 0 ? length->count() + *offset : *offset};
            if (position_ < Time{0}) position_ = Time{0};
        }
        return play(*length);
    }

  private:
    Answer play(Time length) {
        const std::string forward = key(6).empty() ? "#" : key(6);
        const std::string rewind = key(7).empty() ? "*" : key(7);
        const std::string keys = words_[4] + forward + rewind + key(8);
        const auto is = [](const std::string& set, char pressed) {
            return set.find(pressed) != std::string::npos;
        };
        for (;;) {
            const auto played = channel_.play(words_[3], length, position_, any_of(keys));
            position_ = played.position;
            if (played.wake == Wake::hangup) return end(-1, position_.count(), "ERROR");
            if (played.wake == Wake::time) return end(0, -1, "SUCCESS");
            if (played.wake == Wake::stop) return end(0, position_.count(), "REMOTESTOPPED");
            if (is(forward, played.key)) {
                position_ += skip_;
            } else if (is(rewind, played.key)) {
                position_ = position_ > skip_ ? position_ - skip_ : Time{0};
            } else if (is(key(8), played.key)) {
                if (const char stop = paused()) return stopped(stop);
                if (channel_.hung_up()) return end(-1, position_.count(), "ERROR");
            } else {
                return stopped(played.key);
            }
        }
    }

    /// While paused, the pause key goes on, and a stop key stops: that key.
    char paused() {
        for (;;) {
            if (channel_.wait_until(after(channel_, -1)) != Wake::key) return '\0';
            const char pressed = channel_.key();
            if (words_[4].find(pressed) != std::string::npos) return pressed;
            if (key(8).find(pressed) != std::string::npos) return '\0';
        }
    }

    Answer stopped(char stop) {
        if (sets_playback_status(call_.version)) {
            channel_.variables["CPLAYBACKSTOPKEY"] = std::string(1, stop);
        }
        return end(static_cast<unsigned char>(stop), position_.count(), "USERSTOPPED");
    }

    Answer end(long code, long long position, const char* status) {
        if (sets_playback_status(call_.version)) {
            channel_.variables["CPLAYBACKSTATUS"] = status;
            channel_.variables["CPLAYBACKOFFSET"] = std::to_string(position);
        }
        const bool tells = call_.version.has_control_stream_file_offset();
        const std::string tail = tells ? endpos(position) : std::string{};
        return code < 0 ? failed(code, tail) : result(code, tail);
    }

    [[nodiscard]] std::string key(std::size_t at) const {
        return at < words_.size() ? words_[at] : std::string{};
    }

    Call& call_;
    Channel& channel_ = call_.channel;
    const Words& words_;
    Time skip_{3000};
    Time position_{0};
};

inline Answer control_stream_file(Call& call, const Words& words) {
    return ControlledPlayback{call, words}.run();
}

}}}  // namespace agi::v0::testing::simulator
