// SPDX-License-Identifier: MIT
#pragma once
// Applications of the dialplan that listen to the caller: for keys, for words, for silence.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/functions.hpp>
#include <agi/testing/simulator/media_applications.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// One attempt of Read().
class ReadAttempt {
  public:
    ReadAttempt(Channel& channel, std::size_t most, Channel::Time timeout)
        : channel_{channel}, most_{most}, timeout_{timeout} {}

    /// False: a file is missing.
    bool play(const std::vector<std::string>& files) {
        for (const std::string& file : files) {
            const auto length = channel_.length_of(file);
            if (!length) return false;
            const auto played = channel_.play(file, *length, {}, every_key_stops);
            if (played.wake == Channel::Wake::hangup) {
                wake_ = played.wake;
                done_ = true;
                return true;
            }
            if (played.key == '\0') continue;
            take(played.key);
            return true;
        }
        return true;
    }

    void listen() {
        while (!done_ && digits_.size() < most_) {
            wake_ = channel_.wait_until(channel_.now() + timeout_);
            if (wake_ != Channel::Wake::key) return;
            take(channel_.key());
        }
    }

    [[nodiscard]] const std::string& digits() const noexcept { return digits_; }
    [[nodiscard]] bool hung_up() const noexcept { return wake_ == Channel::Wake::hangup; }
    [[nodiscard]] bool timed_out() const noexcept { return wake_ == Channel::Wake::time; }

  private:
    void take(char key) {
        wake_ = Channel::Wake::key;
        done_ = key == '#';
        if (!done_) digits_ += key;
    }

    Channel& channel_;
    std::size_t most_;
    Channel::Time timeout_;
    std::string digits_;
    bool done_ = false;
    Channel::Wake wake_ = Channel::Wake::key;
};

/// Read(variable,files,maxdigits,options,attempts,timeout). Options: s, i, n.
inline int read_application(Call& call, const std::string& options) {
    const auto all = arguments_of(options, 6);
    Channel& channel = call.channel;
    std::string& status = channel.variables["READSTATUS"];
    status = "ERROR";
    if (all[0].empty()) return 0;
    if (!channel.answered) {
        if (all[3].find('s') != std::string::npos) {
            status = "SKIPPED";
            return 0;
        }
        channel.answered = all[3].find('n') == std::string::npos;
    }
    const std::size_t most = std::strtoul(all[2].c_str(), nullptr, 10);
    const bool tones = all[3].find('i') != std::string::npos;
    const bool plays = !all[1].empty() && !tones;
    const auto files = plays ? split(all[1], '&') : std::vector<std::string>{};
    std::string digits;
    for (int left = std::max(1, std::atoi(all[4].c_str())); left > 0; --left) {
        ReadAttempt attempt{channel, most == 0 || most > 255 ? 255 : most, seconds_of(all[5], 10)};
        if (!attempt.play(files)) {
            status = "ERROR";
            break;
        }
        attempt.listen();
        digits = attempt.digits();
        status = attempt.hung_up() ? "HANGUP" : attempt.timed_out() ? "TIMEOUT" : "OK";
        if (attempt.hung_up() || !digits.empty()) break;
    }
    channel.variables[all[0]] = digits;
    return status == "HANGUP" ? -1 : 0;
}

inline const char* record_status(Channel::Wake wake, bool silence) {
    if (wake == Channel::Wake::hangup) return "HANGUP";
    if (wake == Channel::Wake::key) return "DTMF";
    return silence ? "SILENCE" : "TIMEOUT";
}

/// Record(file.format[,silence[,maxduration[,options]]]): `#` ends it, with the option y any key.
inline int record_application(Call& call, const std::string& options) {
    const auto all = arguments_of(options, 4);
    const std::size_t dot = all[0].find_last_of(".:");
    if (all[0].empty() || dot == std::string::npos) return -1;
    Channel& channel = call.channel;
    if (!channel.answered && all[3].find('n') == std::string::npos) channel.answered = true;
    const std::string file = all[0].substr(0, dot);
    channel.variables["RECORDED_FILE"] = file;
    std::string& status = channel.variables["RECORD_STATUS"];
    const auto begin = channel.now();
    const auto longest = seconds_of(all[2]);
    const auto end = longest.count() > 0 ? begin + longest : Channel::never;
    const auto silence = seconds_of(all[1]);
    for (;;) {
        auto until = end;
        if (silence.count() > 0 && channel.silent_since()) {
            until = std::min(end, std::max(begin, *channel.silent_since()) + silence);
        }
        const auto wake = channel.wait_for_words(until);
        if (wake == Channel::Wake::time && channel.now() < until) continue;
        const bool any = all[3].find('y') != std::string::npos;
        if (wake == Channel::Wake::key && channel.key() != '#' && !any) continue;
        status = record_status(wake, until < end);
        call.recorded[file] = channel.sounds[file] = channel.now() - begin;
        return wake == Channel::Wake::hangup ? -1 : 0;
    }
}

/// WaitForSilence(ms[,times[,timeout]]) and WaitForNoise: times with what was waited for.
inline int wait_for_sound(Call& call, const std::string& options, bool silence) {
    const auto all = arguments_of(options, 3);
    Channel& channel = call.channel;
    const std::chrono::milliseconds span{std::max(0, std::atoi(all[0].c_str())) *
                                         std::max(1, std::atoi(all[1].c_str()))};
    const auto limit = seconds_of(all[2]);
    const auto begin = channel.now();
    const auto end = limit.count() > 0 ? begin + limit : Channel::never;
    std::string& status = channel.variables["WAITSTATUS"];
    for (;;) {
        const bool right = channel.silent_since().has_value() == silence;
        const auto since = silence ? channel.silent_since().value_or(begin) : begin;
        const auto until = right ? std::min(end, std::max(begin, since) + span) : end;
        const auto wake = channel.wait_for_words(until);
        if (wake == Channel::Wake::hangup) {
            status = "HANGUP";
            return -1;
        }
        if (wake != Channel::Wake::time || channel.now() < until) continue;
        status = !right || until == end ? "TIMEOUT" : silence ? "SILENCE" : "NOISE";
        return 0;
    }
}
inline int wait_for_silence_application(Call& call, const std::string& options) {
    return wait_for_sound(call, options, true);
}
inline int wait_for_noise_application(Call& call, const std::string& options) {
    return wait_for_sound(call, options, false);
}

/// WaitDigit([seconds[,digits]]).
inline int wait_digit_application(Call& call, const std::string& options) {
    const auto all = arguments_of(options, 2);
    Channel& channel = call.channel;
    const auto end = channel.now() + seconds_of(all[0]);
    std::string& status = channel.variables["WAITDIGITSTATUS"];
    if (options.empty()) {
        status = "ERROR";
        return 0;
    }
    for (;;) {
        const auto wake = channel.wait_until_stopped(end);
        const bool wanted = all[1].empty() || all[1].find(channel.key()) != std::string::npos;
        if (wake == Channel::Wake::key && !wanted) continue;
        status = wake == Channel::Wake::hangup ? "HANGUP"
                 : wake == Channel::Wake::key  ? "DTMF"
                                               : "TIMEOUT";
        if (wake == Channel::Wake::key) {
            channel.variables["WAITDIGITRESULT"] = std::string(1, channel.key());
        }
        return wake == Channel::Wake::hangup ? -1 : 0;
    }
}

}}}  // namespace agi::v0::testing::simulator
