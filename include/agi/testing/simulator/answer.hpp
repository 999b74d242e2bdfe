// SPDX-License-Identifier: MIT
#pragma once
// What a simulated command says, and how it reads its words.

#include <agi/testing/call.hpp>
#include <agi/version.hpp>
#include <agi/wire/number.hpp>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

using Words = std::vector<std::string>;
using Time = std::chrono::milliseconds;
using Wake = Channel::Wake;

struct Answer;

/// A command that a new one ends. Called until it has an answer; it has none while its wait ended with
/// Wake::later. Copied with its call, so it keeps no reference to it.
using Activity = std::function<std::optional<Answer>(Call&)>;

/// The reply of a command: its lines, and what Asterisk itself makes of the outcome.
struct Answer {
    enum class Status : unsigned char {
        done,
        failed,  ///< AGISTATUS becomes FAILURE, unless the channel is gone.
        usage,   ///< A 520 follows.
    };
    std::string text{};  ///< Empty: no reply.
    Status status = Status::done;
    Activity activity{};  ///< What has to be done before there is an answer.
};

inline Answer result(std::string_view token, std::string_view tail = {}) {
    std::string text = "200 result=";
    text += token;
    if (!tail.empty()) (text += ' ') += tail;
    return {std::move(text), Answer::Status::done, {}};
}
inline Answer result(long long number, std::string_view tail = {}) {
    return result(wire::Decimal{number}.view(), tail);
}
inline Answer failed(long long number, std::string_view tail = {}) {
    Answer answer = result(number, tail);
    answer.status = Answer::Status::failed;
    return answer;
}
inline Answer value(std::string_view text) {
    std::string tail{'('};
    tail += text;
    tail += ')';
    return result(1, tail);
}
inline Answer usage() { return {{}, Answer::Status::usage, {}}; }
inline Answer no_reply() { return {}; }
inline Answer busy(Activity activity) { return {{}, Answer::Status::done, std::move(activity)}; }

/// The number that a word begins with, as scanf reads it. Nothing when there is none, or no word.
inline std::optional<long> number(const Words& words, std::size_t at) {
    if (at >= words.size()) return std::nullopt;
    char* end = nullptr;
    const long value = std::strtol(words[at].c_str(), &end, 10);
    if (end == words[at].c_str()) return std::nullopt;
    return value;
}
/// The same, as atoi reads it.
inline long number_or_zero(const Words& words, std::size_t at) {
    return number(words, at).value_or(0);
}

inline auto any_of(std::string keys) {
    return [keys = std::move(keys)](char key) { return keys.find(key) != std::string::npos; };
}
inline bool every_key(char /*key*/) { return true; }

/// Milliseconds from now; negative: never.
inline Time after(const Channel& channel, long milliseconds) {
    return milliseconds < 0 ? Channel::never : channel.now() + Time{milliseconds};
}

/// Positions are samples at 8 kHz.
inline long long samples(Time time) { return time.count() * 8; }
inline std::string endpos(long long position) { return "endpos=" + std::to_string(position); }

/// A key, 0 for the end of the sound, -1 for a hang-up.
inline long code_of(const Channel::Played& played) noexcept {
    if (played.wake == Wake::hangup) return -1;
    return played.wake == Wake::key ? played.key : 0;
}

}}}  // namespace agi::v0::testing::simulator
