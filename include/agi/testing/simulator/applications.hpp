// SPDX-License-Identifier: MIT
#pragma once
// The applications of the dialplan that scripts run most, for EXEC.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/expression.hpp>
#include <agi/testing/simulator/functions.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

inline int nothing(Call& /*call*/, const std::string& /*options*/) { return 0; }

inline int answer_application(Call& call, const std::string& /*options*/) {
    call.answered = true;
    return 0;
}

inline int hangup_application(Call& call, const std::string& /*options*/) {
    call.channel.hang_up();
    return -1;
}

inline int wait_application(Call& call, const std::string& seconds) {
    const std::chrono::milliseconds time{std::lround(std::strtod(seconds.c_str(), nullptr) * 1000)};
    if (call.channel.hung_up() && !call.began_dead) {  // it does not look
        call.channel.pass(time);
        return 0;
    }
    call.channel.idle_until(call.channel.now() + time);
    return call.channel.hung_up() ? -1 : 0;
}

inline int user_event(Call& /*call*/, const std::string& options) {
    return options.empty() ? -1 : 0;
}

inline int playback(Call& call, const std::string& options) {
    if (options.empty()) return -1;
    bool all = true;
    for (const std::string& file : split(options.substr(0, options.find(',')), '&')) {
        const auto length = call.channel.length_of(file);
        if (!length || call.channel.hung_up()) {
            all = false;
            continue;
        }
        const auto played = call.channel.play(file, *length, {}, [](char) { return false; });
        if (played.wake == Channel::Wake::hangup)
            return playback_tells_hangup(call.version) ? -1 : 0;
    }
    call.channel.variables["PLAYBACKSTATUS"] = all ? "SUCCESS" : "FAILED";
    return 0;
}

/// Returns the key that stopped it.
inline int background(Call& call, const std::string& options) {
    if (options.empty()) return -1;
    for (const std::string& file : split(options.substr(0, options.find(',')), '&')) {
        const auto length = call.channel.length_of(file);
        if (!length || call.channel.hung_up()) continue;
        const auto played = call.channel.play(file, *length, {}, [](char) { return true; });
        if (played.wake == Channel::Wake::hangup) return -1;
        if (played.key != '\0') return played.key;
    }
    return 0;
}

/// Read(variable,file,maxdigits,options,attempts,timeout): one attempt.
inline int read_application(Call& call, const std::string& options) {
    auto parts = split(options, ',');
    parts.resize(6);
    Channel& channel = call.channel;
    const std::size_t most = parts[2].empty() ? 255 : std::strtoul(parts[2].c_str(), nullptr, 10);
    const double seconds = parts[5].empty() ? 10 : std::strtod(parts[5].c_str(), nullptr);
    std::string digits;
    auto wake = Channel::Wake::key;
    if (const auto length = channel.length_of(parts[1])) {
        const auto played = channel.play(parts[1], *length, {}, [](char) { return true; });
        if (played.key != '\0' && played.key != '#') digits += played.key;
        if (played.wake == Channel::Wake::hangup || played.key == '#') wake = played.wake;
    }
    while (digits.size() < most) {
        wake = channel.wait_until(channel.now() +
                                  std::chrono::milliseconds{std::lround(seconds * 1000)});
        if (wake != Channel::Wake::key || channel.key() == '#') break;
        digits += channel.key();
    }
    channel.variables[parts[0]] = digits;
    channel.variables["READSTATUS"] = wake == Channel::Wake::key      ? "OK"
                                      : wake == Channel::Wake::hangup ? "HANGUP"
                                                                      : "TIMEOUT";
    return wake == Channel::Wake::hangup ? -1 : 0;
}

inline int set_application(Call& call, const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals != std::string::npos) {
        set_value(call, assignment.substr(0, equals), assignment.substr(equals + 1));
    }
    return 0;
}

inline int mset_application(Call& call, const std::string& assignments) {
    for (const std::string& assignment : split(assignments, ',')) set_application(call, assignment);
    return 0;
}

/// Verbose([level,]text).
inline int verbose_application(Call& call, const std::string& options) {
    const bool level =
        options.size() > 1 && options[0] >= '0' && options[0] <= '9' && options[1] == ',';
    call.console.push_back(level ? options.substr(2) : options);
    return 0;
}

/// Goto([[context,]extension,]priority).
inline int goto_application(Call& call, const std::string& options) {
    const auto parts = split(options, ',');
    if (parts.size() > 2) call.go_to_context(parts[parts.size() - 3]);
    if (parts.size() > 1) call.go_to_extension(parts[parts.size() - 2]);
    const Place place = call.place();
    const auto label = call.labels.find(place.context + ',' + place.extension + ',' + parts.back());
    call.go_to_priority(label != call.labels.end() ? label->second
                                                   : std::atoi(parts.back().c_str()));
    return 0;
}

int exec_application(Call& call, const std::string& options);

/// The application of that name, in any case.
inline Application find_application(const Call& call, std::string_view name) {
    for (const auto& [own, application] : call.applications) {
        if (is_one_of(name, {own})) return application;
    }
    struct Known {
        std::string_view name;
        int (*run)(Call&, const std::string&);
    };
    static constexpr Known known[] = {
        {"NoOp", nothing},          {"Answer", answer_application},
        {"Background", background}, {"Exec", exec_application},
        {"Goto", goto_application}, {"Hangup", hangup_application},
        {"Log", nothing},           {"MSet", mset_application},
        {"Playback", playback},     {"Progress", nothing},
        {"Read", read_application}, {"Ringing", nothing},
        {"SendDTMF", nothing},      {"Set", set_application},
        {"UserEvent", user_event},  {"Verbose", verbose_application},
        {"Wait", wait_application},
    };
    for (const Known& one : known) {
        if (is_one_of(name, {one.name})) return one.run;
    }
    return nullptr;
}

/// Exec(application(options)), which evaluates the options.
inline int exec_application(Call& call, const std::string& options) {
    const std::string text = evaluated(call, options);
    if (text.empty()) return 0;
    const std::size_t open = text.find('(');
    const auto application = find_application(call, text.substr(0, open));
    if (!application) return -1;
    const std::size_t close = text.rfind(')');
    const bool has_options =
        open != std::string::npos && close != std::string::npos && open < close;
    return application(call, has_options ? text.substr(open + 1, close - open - 1) : std::string{});
}

}}}  // namespace agi::v0::testing::simulator
