// SPDX-License-Identifier: MIT
#pragma once
// The SPEECH commands on a simulated channel. The engine understands every word, unless
// the test has one of its own.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline Answer said(bool yes) { return result(yes ? 1 : 0); }

inline Answer speech_create(Call& call, const Words& words) {
    const auto& engines = call.speech_engines;
    const bool known = words.size() > 2 && !words[2].empty()
                           ? std::find(engines.begin(), engines.end(), words[2]) != engines.end()
                           : !engines.empty();
    if (!known || call.speech) return said(false);
    call.speech.emplace();
    return said(true);
}
inline Answer speech_destroy(Call& call, const Words& /*words*/) {
    const bool there = call.speech.has_value();
    call.speech.reset();
    return said(there);
}
inline Answer speech_set(Call& call, const Words& /*words*/) {
    return said(call.speech.has_value());
}
inline Answer speech_load(Call& call, const Words& words) {
    const bool takes = call.speech && call.engine_takes_grammars;
    return said(takes && call.speech->grammars.insert(words[3]).second);
}
inline Answer speech_unload(Call& call, const Words& words) {
    return said(call.speech && call.speech->grammars.erase(words[3]) == 1);
}
inline Answer speech_activate(Call& call, const Words& words) {
    const bool loaded = call.speech && call.speech->grammars.count(words[3]) == 1;
    if (loaded) call.speech->active.insert(words[3]);
    return said(loaded);
}
inline Answer speech_deactivate(Call& call, const Words& words) {
    return said(call.speech && call.speech->active.erase(words[3]) == 1);
}

/// What the engine makes of the words. Without one of the test's own, every word, at a score of 100.
inline std::vector<Understood> recognized(Call& call, const std::string& words) {
    if (call.recognize) return call.recognize(call, words);
    if (words.empty()) return {};
    const auto& active = call.speech->active;
    return {{100, words, active.empty() ? std::string{} : *active.begin()}};
}

/// The same in the shape of SPEECH RECOGNIZE.
inline Answer understood(Call& call, Time position) {
    const std::string words = call.channel.words().front();
    call.channel.words().erase(call.channel.words().begin());
    const std::vector<Understood> results = recognized(call, words);
    std::string tail =
        "(speech) " + endpos(samples(position)) + " results=" + std::to_string(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        const std::string number = std::to_string(i) + '=';
        tail += " score" + number + std::to_string(results[i].score);
        tail += " text" + number + '"' + results[i].text + '"';
        tail += " grammar" + number + results[i].grammar;
    }
    return result(1, results.empty() ? tail + ' ' : tail);
}

/// A key or words end it, also during the prompt. The timeout is in seconds and begins after it.
inline Answer speech_recognize(Call& call, const Words& words) {
    if (!call.speech) return result(0);
    Channel& channel = call.channel;
    channel.words().clear();  // said before anybody listened
    const auto listen = [&](Time end) {
        Wake wake = Wake::time;
        do {
            wake = channel.wait_for_words(end);
        } while (wake == Wake::time && channel.words().empty() && channel.now() < end);
        return wake;
    };
    const Time offset{words.size() == 5 ? number_or_zero(words, 4) / 8 : 0};
    Channel::Played played;
    if (const auto length = channel.length_of(words[2])) {
        played = channel.go_on(channel.start(words[2], *length, offset), every_key, listen);
    }
    if (played.wake == Wake::time && channel.words().empty()) {
        const long seconds = number_or_zero(words, 3);
        played.position = Time{0};
        played.wake = listen(after(channel, seconds > 0 ? seconds * 1000 : -1));
        played.key = channel.key();
    }
    if (played.wake == Wake::key) {
        return result(1, std::string{"(digit) digit="} + played.key + " endpos=0");
    }
    if (played.wake == Wake::hangup) return result(1, "(hangup) endpos=0");
    if (channel.words().empty()) return result(1, "(timeout) endpos=0");
    return understood(call, played.position);
}

}}}  // namespace agi::v0::testing::simulator
