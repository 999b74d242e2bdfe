// SPDX-License-Identifier: MIT
#pragma once
// The call itself and the dialplan, for a simulated call.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/answer.hpp>
#include <agi/testing/simulator/applications.hpp>
#include <agi/testing/simulator/caller_id.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <cstdlib>
#include <string>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline Answer answer_call(Call& call, const Words& /*words*/) {
    call.channel.answered = true;
    return result(0);
}

inline Answer channel_status(Call& call, const Words& words) {
    constexpr int ring = 4;
    constexpr int up = 6;
    if (words.size() < 3 || words[2] == call.entry("agi_channel")) {
        return result(call.channel.answered ? up : ring);
    }
    const auto other = call.other_channels.find(words[2]);
    return result(other == call.other_channels.end() ? -1 : other->second.state);
}

inline Answer hangup(Call& call, const Words& words) {
    if (words.size() < 2 || words[1] == call.entry("agi_channel")) {
        call.channel.hang_up();
        return result(1);
    }
    return result(call.other_channels.erase(words[1]) == 1 ? 1 : -1);
}

inline Answer set_autohangup(Call& call, const Words& words) {
    char* end = nullptr;
    const double seconds = std::strtod(words[2].c_str(), &end);
    if (end == words[2].c_str()) return usage();
    call.hang_up_after(seconds);
    return result(0);
}

inline Answer set_callerid(Call& call, const Words& words) {
    if (words.size() > 2) set_caller_id(call, words[2]);
    return result(1);
}

inline Answer set_music(Call& call, const Words& words) {
    const auto begins = [&](std::string_view with) {
        return is_one_of(std::string_view{words[2]}.substr(0, with.size()), {with});
    };
    if (begins("on")) call.music = words.size() > 3 && !words[3].empty() ? words[3] : "default";
    if (begins("off")) call.music.clear();
    return result(0);
}

inline Answer tdd_mode(Call& call, const Words& /*words*/) {
    return result(call.takes_tdd ? 1 : 0);
}

inline Answer verbose(Call& call, const Words& words) {
    call.console.push_back(words[1]);
    return result(1);
}

/// Commands that change nothing here.
inline Answer accepted(Call& /*call*/, const Words& /*words*/) { return result(0); }

inline Answer set_context(Call& call, const Words& words) {
    call.go_to_context(words[2]);
    return result(0);
}
inline Answer set_extension(Call& call, const Words& words) {
    call.go_to_extension(words[2]);
    return result(0);
}
inline Answer set_priority(Call& call, const Words& words) {
    const auto priority = number(words, 2);
    const Place place = call.place();
    const auto label = call.labels.find(place.context + ',' + place.extension + ',' + words[2]);
    if (!priority && label == call.labels.end()) return usage();
    call.go_to_priority(priority ? static_cast<int>(*priority) : label->second);
    return result(0);
}

inline Answer exec(Call& call, const Words& words) {
    const auto application = find_application_or_say(call, words[1]);
    if (!application) return result(-2);
    std::string options = words.size() > 2 ? words[2] : std::string{};
    if (knows_execfull(call.version) && means_yes(find_value(call, "AGIEXECFULL").value_or(""))) {
        options = evaluated(call, options);
    }
    const int code = application(call, options);
    // Asterisk takes the application's number for its own status.
    constexpr int usage_status = 1;
    constexpr int failure_status = 2;
    Answer answer = result(code);
    if (code == usage_status) answer.status = Answer::Status::usage;
    if (code == failure_status) answer.status = Answer::Status::failed;
    return answer;
}

inline Answer gosub(Call& call, const Words& words) {
    const auto found = call.subroutines.find(words[1] + ',' + words[2] + ',' + words[3]);
    if (found == call.subroutines.end()) return failed(-1, "Gosub label not found");
    const auto returned = found->second(call, words.size() > 4 ? words[4] : std::string{});
    if (returned) call.channel.variables["GOSUB_RETVAL"] = *returned;
    const bool abnormal = !returned || call.channel.hung_up();
    std::string text = "100 result=0 Trying...\n200 result=0 Gosub complete";
    if (abnormal && tells_abnormal_exit(call.version)) text += " (abnormal exit)";
    return {std::move(text), Answer::Status::done, {}};
}

}}}  // namespace agi::v0::testing::simulator
