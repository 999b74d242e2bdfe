// SPDX-License-Identifier: MIT
#pragma once
// Text messages on a simulated channel.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/version.hpp>

#include <optional>
#include <string>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The next text of the caller, within that many milliseconds.
inline std::optional<std::string> next_text(Channel& channel, long timeout) {
    const Time end = after(channel, timeout);
    while (channel.texts().empty()) {
        const auto wake = channel.wait_for_words(end);
        if (wake == Wake::hangup || (wake == Wake::time && channel.now() >= end)) break;
    }
    if (channel.texts().empty()) return std::nullopt;
    std::string text = channel.texts().front();
    channel.texts().erase(channel.texts().begin());
    return text;
}

inline Answer receive_char(Call& call, const Words& words) {
    const auto text = next_text(call.channel, number_or_zero(words, 2));
    if (!text) return failed(-1, "(hangup)");  // a time-out too
    if (text->empty()) return result(0, "(timeout)");
    return result(static_cast<unsigned char>(text->front()));
}

inline Answer receive_text(Call& call, const Words& words) {
    const auto text = next_text(call.channel, number_or_zero(words, 2));
    return text ? value(*text) : result(-1);
}

inline Answer send_text(Call& call, const Words& words) {
    if (!call.takes_text && !words[2].empty() && call.version.send_text_reports_failure())
        return failed(-1);
    if (call.takes_text && !words[2].empty()) {
        call.sent_texts.push_back(words[2]);
        call.channel.note(Happening::Kind::sent_text, words[2]);
    }
    return result(0);
}

}}}  // namespace agi::v0::testing::simulator
