// SPDX-License-Identifier: MIT
#pragma once
// Applications of the dialplan that play, and that wait.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/functions.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline std::chrono::milliseconds seconds_of(const std::string& text, double otherwise = 0) {
    const double seconds = text.empty() ? otherwise : std::strtod(text.c_str(), nullptr);
    return std::chrono::milliseconds{std::lround(seconds * 1000)};
}

inline int wait_application(Call& call, const std::string& seconds) {
    const auto time = std::max(seconds_of(seconds), std::chrono::milliseconds{0});
    if (call.channel.hung_up() && !call.began_dead) {  // it does not look
        call.channel.pass(time);
        return 0;
    }
    call.channel.idle_until(call.channel.now() + time);
    return call.channel.hung_up() ? -1 : 0;
}

inline bool never_stops(char /*key*/) { return false; }
inline bool every_key_stops(char /*key*/) { return true; }

/// Playback(files[,skip|noanswer]). All of them are tried.
inline int playback(Call& call, const std::string& options) {
    const auto all = arguments_of(options, 2);
    if (all[0].empty()) return -1;
    if (!call.channel.answered) {
        if (all[1].find("skip") != std::string::npos) return 0;
        call.channel.answered = all[1].find("noanswer") == std::string::npos;
    }
    bool whole = true;
    for (const std::string& file : split(all[0], '&')) {
        const auto length = call.channel.length_of(file);
        if (!length || call.channel.hung_up()) {
            whole = false;
            continue;
        }
        const auto played = call.channel.play(file, *length, {}, never_stops);
        if (played.wake == Channel::Wake::hangup)
            return playback_tells_hangup(call.version) ? -1 : 0;
    }
    call.channel.variables["PLAYBACKSTATUS"] = whole ? "SUCCESS" : "FAILED";
    return 0;
}

/// Background(files[,options]). Returns the key that stopped it; stops at a file that is missing.
inline int background(Call& call, const std::string& options) {
    const auto all = arguments_of(options, 2);
    if (all[0].empty()) return -1;
    Channel& channel = call.channel;
    if (!channel.answered) {
        if (all[1].find('s') != std::string::npos) return 0;
        channel.answered = all[1].find('n') == std::string::npos;
    }
    std::string& status = channel.variables["BACKGROUNDSTATUS"];
    status = "FAILED";
    for (const std::string& file : split(all[0], '&')) {
        const auto length = channel.length_of(file);
        if (!length || channel.hung_up()) return 0;
        const auto played = channel.play(file, *length, {}, every_key_stops);
        if (played.wake == Channel::Wake::hangup) return -1;
        if (played.key != '\0') {
            status = "SUCCESS";
            return played.key;
        }
    }
    status = "SUCCESS";
    return 0;
}

/// The Say applications: half a second for each piece, as the commands.
inline int say_application(Call& call, const std::string& what, const std::string& text) {
    if (text.empty()) return 0;
    const std::chrono::milliseconds length{500 * static_cast<long>(text.size())};
    const auto said = call.channel.play_unstopped("say " + what + ' ' + text, length, never_stops);
    return said.wake == Channel::Wake::hangup ? -1 : 0;
}
inline int say_digits_application(Call& call, const std::string& text) {
    return say_application(call, "digits", text);
}
inline int say_alpha_application(Call& call, const std::string& text) {
    return say_application(call, "alpha", text);
}
inline int say_phonetic_application(Call& call, const std::string& text) {
    return say_application(call, "phonetic", text);
}
inline int say_number_application(Call& call, const std::string& options) {
    if (options.empty()) return -1;
    return say_application(call, "number", arguments_of(options)[0]);
}

/// ControlPlayback(file,skip,forward,rewind,stop,pause): here keys only stop it.
inline int control_playback_application(Call& call, const std::string& options) {
    const auto all = arguments_of(options, 5);
    if (all[0].empty()) return -1;
    Channel& channel = call.channel;
    std::string& status = channel.variables["CPLAYBACKSTATUS"];
    status = "ERROR";
    const auto length = channel.length_of(all[0]);
    if (!length) return 0;
    const auto played = channel.play(
        all[0], *length, {}, [&](char key) { return all[4].find(key) != std::string::npos; });
    channel.variables["CPLAYBACKOFFSET"] = std::to_string(played.position.count());
    if (played.wake == Channel::Wake::hangup) return -1;
    status = played.key != '\0'                   ? "USERSTOPPED"
             : played.wake == Channel::Wake::stop ? "REMOTESTOPPED"
                                                  : "SUCCESS";
    if (played.key != '\0') channel.variables["CPLAYBACKSTOPKEY"] = std::string(1, played.key);
    return 0;
}

/// MusicOnHold([class[,seconds]]).
inline int music_application(Call& call, const std::string& options) {
    const auto all = arguments_of(options, 2);
    const Channel::Time length = all[1].empty() ? Channel::never : seconds_of(all[1]);
    const std::string name = "music " + (all[0].empty() ? std::string{"default"} : all[0]);
    const auto played = call.channel.play_unstopped(name, length, never_stops);
    return played.wake == Channel::Wake::hangup ? -1 : 0;
}
inline int start_music_application(Call& call, const std::string& options) {
    call.music = options.empty() ? "default" : arguments_of(options)[0];
    return 0;
}
inline int stop_music_application(Call& call, const std::string& /*options*/) {
    call.music.clear();
    return 0;
}

}}}  // namespace agi::v0::testing::simulator
