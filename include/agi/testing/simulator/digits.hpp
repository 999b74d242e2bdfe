// SPDX-License-Identifier: MIT
#pragma once
// GET DATA and WAIT FOR DIGIT on a simulated channel.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/version.hpp>

#include <string>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline Answer get_data(Call& call, const Words& words) {
    constexpr long first_timeout = 6000;
    constexpr long next_timeout = 2000;
    const long timeout = number_or_zero(words, 3);
    const long most = words.size() > 4 ? number_or_zero(words, 4) : 1024;
    Channel& channel = call.channel;
    if (most == 0) return result(-1);
    std::string digits;
    bool prompt = !words[2].empty();
    const auto length = channel.length_of(words[2]);
    if (prompt && !length) return result(-1);
    do {
        Wake wake = Wake::time;
        if (prompt) wake = channel.play(words[2], *length, {}, every_key).wake;
        prompt = false;
        if (wake == Wake::time) {
            const long usual = digits.empty() ? first_timeout : next_timeout;
            wake = channel.wait_until(after(channel, timeout != 0 ? timeout : usual));
        }
        if (wake == Wake::hangup) return result(-1);
        if (wake == Wake::time) return result(digits, "(timeout)");
        if (channel.key() == '#') break;
        digits += channel.key();
    } while (static_cast<long>(digits.size()) < most);
    return result(digits);
}

inline Answer wait_for_digit(Call& call, const Words& words) {
    const auto timeout = number(words, 3);
    if (!timeout) return usage();
    switch (call.channel.wait_until(after(call.channel, *timeout))) {
        case Wake::key: return result(call.channel.key());
        case Wake::hangup: return failed(-1);
        default: return result(0);
    }
}

}}}  // namespace agi::v0::testing::simulator
