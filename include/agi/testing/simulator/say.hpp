// SPDX-License-Identifier: MIT
#pragma once
// The SAY commands on a simulated channel.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/testing/words.hpp>
#include <agi/version.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// What is spoken from pieces counts as one sound, of half a second for each piece.
inline Channel::Playing start_saying(Call& call, const Words& words, std::size_t pieces) {
    constexpr Time piece{500};
    return call.channel.start(said_sound(words), piece * static_cast<Time::rep>(pieces));
}

/// SAY DATE, SAY TIME, SAY DATETIME: nothing but the caller ends them.
inline Answer say_at_once(Call& call, const Words& words, std::size_t pieces) {
    const auto said =
        call.channel.go_on_unstopped(start_saying(call, words, pieces), any_of(words[3]));
    return said.wake == Wake::hangup ? failed(-1) : result(code_of(said));
}

/// The others: under EAGI a new command ends them.
inline Answer say(Call& call, const Words& words, std::size_t pieces) {
    if (pieces == 0) return result(0);
    if (!call.enhanced()) return say_at_once(call, words, pieces);
    const auto saying = start_saying(call, words, pieces);
    return busy([saying, stops = any_of(words[3])](Call& now) -> std::optional<Answer> {
        const auto said = now.channel.go_on_unstopped(saying, stops);
        if (said.wake == Wake::later) return std::nullopt;
        if (said.wake == Wake::command) return no_reply();
        return said.wake == Wake::hangup ? failed(-1) : result(code_of(said));
    });
}

inline Answer say_alpha(Call& call, const Words& words) {
    if (words.size() > 4) {
        constexpr std::string_view cases = "alnuALNU";
        const bool known =
            !words[4].empty() && cases.find(words[4].front()) != std::string_view::npos;
        if (!call.version.has_say_alpha_case() || !known) return usage();
    }
    return say(call, words, words[2].size());
}
inline Answer say_phonetic(Call& call, const Words& words) {
    return say(call, words, words[2].size());
}
inline Answer say_digits(Call& call, const Words& words) {
    if (!number(words, 2)) return usage();
    return say(call, words, words[2].size());
}
inline Answer say_number(Call& call, const Words& words) {
    if (!number(words, 2)) return usage();
    return say(call, words, words[2].size());
}
/// SAY DATE, SAY TIME, SAY DATETIME.
inline Answer say_time(Call& call, const Words& words) {
    if (!number(words, 2)) return usage();
    constexpr std::size_t pieces = 6;
    return say_at_once(call, words, pieces);
}

}}}  // namespace agi::v0::testing::simulator
