// SPDX-License-Identifier: MIT
#pragma once
// A call as a page for a browser: a time line and a ladder, in one file, without scripts.

#include <agi/testing/asterisk.hpp>
#include <agi/testing/dialogue.hpp>
#include <agi/testing/happening.hpp>
#include <agi/testing/simulator/page_parts.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// The call as HTML: what was heard, pressed and recorded and what the program did over the time, and every
/// line of it as a ladder. It can be printed, is dark where the reader's screen is, and needs nothing else.
/// For the message of a test that fails:
///
///     std::ofstream{"call.html"} << page(asterisk, "wrong PIN");
inline std::string page(const Asterisk& asterisk, std::string_view title) {
    const auto& log = asterisk.channel.log();
    const auto& heard = asterisk.channel.heard();
    std::string facts = std::to_string(heard.size()) + (heard.size() == 1 ? " sound" : " sounds");
    facts +=
        ", " + (asterisk.channel.keys().empty() ? "no keys" : "keys " + asterisk.channel.keys());
    facts += ", " + std::to_string(asterisk.requests().size()) + " commands";
    if (!asterisk.channel.answered) facts += ", never answered";
    facts += ", AGISTATUS " + asterisk.agistatus();
    return simulator::page_head(title,
                                simulator::shown_seconds(asterisk.channel.now()) + ", " + facts) +
           simulator::page_time_line(log, heard, asterisk.channel.now()) +
           simulator::page_ladder(log, true) + simulator::page_end();
}

/// The same of a call that was written down, such as Transcript does with a live one: without times.
inline std::string page(const std::vector<DialogueLine>& dialogue, std::string_view title) {
    std::vector<Happening> log;
    bool environment = true;
    for (const DialogueLine& line : dialogue) {
        using Kind = DialogueLine::Kind;
        Happening::Kind kind = Happening::Kind::remark;
        if (line.kind == Kind::sent) kind = Happening::Kind::request;
        if (line.kind == Kind::received) {
            kind = environment ? Happening::Kind::environment : Happening::Kind::reply;
            if (line.text.empty()) environment = false;
        }
        log.push_back({kind, {}, line.text});
    }
    return simulator::page_head(title, "a recorded call") + simulator::page_ladder(log, false) +
           simulator::page_end();
}

}}}  // namespace agi::v0::testing
