// SPDX-License-Identifier: MIT
#pragma once
// A call that the program begins, and what became of it.

#include <agi/ami/action.hpp>
#include <agi/ami/message.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/number.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

/// A place in the dialplan.
struct Place {
    std::string context{};
    std::string extension = "s";
    int priority = 1;
};

/// Who is called, and where the call goes when it is answered.
///
///     pbx.originate({"PJSIP/42@trunk", {"agi-out"}, 30s}, remind, report);
///
/// The place must lead to `AGI(agi:async)`: there the handler gets the call.
struct Originate {
    std::string channel{};  ///< `PJSIP/desk`, `DAHDI/g1/42`...
    Place to{};
    std::chrono::milliseconds timeout{30'000};  ///< For the answer: 1 ms or more.
    std::string caller_id{};                    ///< `Name <number>`
    std::vector<std::pair<std::string, std::string>> variables{};
    bool early_media = false;  ///< The handler gets the call before it is answered.
    std::string account{};
    std::string codecs{};  ///< `ulaw,alaw`; empty: those of the channel.

    /// The action. `id`: the unique id that the channel gets.
    ///
    /// @throws AGIArgumentError  something cannot be sent, or the timeout is none: Asterisk would ring for ever
    [[nodiscard]] ami::Action action(const std::string& id) const {
        if (timeout.count() < 1) {
            throw AGIArgumentError("Originate", "the timeout is 1 ms or more: not " +
                                                    std::to_string(timeout.count()) + " ms");
        }
        ami::Action action{"Originate"};
        action.set("Channel", channel)
            .set("ChannelId", id)
            // Of the second half of a Local channel.
            .set("OtherChannelId", id + "-2")
            .set("Context", to.context)
            .set("Exten", to.extension)
            .set("Priority", std::to_string(to.priority))
            .set("Timeout", std::to_string(timeout.count()))
            .set("Async", "true");
        if (!caller_id.empty()) action.set("CallerID", caller_id);
        if (early_media) action.set("EarlyMedia", "true");
        if (!account.empty()) action.set("Account", account);
        if (!codecs.empty()) action.set("Codecs", codecs);
        for (const auto& [name, value] : variables) action.set_variable(name, value);
        return action;
    }
};

/// What became of an attempt to call.
enum class Attempt : unsigned char {
    answered,   ///< And its handler has it.
    abandoned,  ///< Answered, and hung up before a handler had it.
    busy,
    no_answer,   ///< Nobody answered in time, or the call was declined.
    congestion,  ///< No way to there now.
    failed,      ///< No such number, channel or peer; or Asterisk does not say.
    refused,     ///< Asterisk did not try: `text` has its words.
    unknown,     ///< The connection to Asterisk was lost: it may have been called.
};

constexpr std::string_view name_of(Attempt attempt) noexcept {
    switch (attempt) {
        case Attempt::answered: return "answered";
        case Attempt::abandoned: return "abandoned";
        case Attempt::busy: return "busy";
        case Attempt::no_answer: return "no answer";
        case Attempt::congestion: return "congestion";
        case Attempt::failed: return "failed";
        case Attempt::refused: return "refused";
        case Attempt::unknown: break;
    }
    return "unknown";
}

struct Outcome {
    Attempt attempt = Attempt::unknown;
    std::string id{};       ///< The unique id of the channel.
    std::string channel{};  ///< Its name, where it had one.
    std::string text{};     ///< What Asterisk says, where it does.
};

/// What the event OriginateResponse says.
inline Attempt attempt_of(std::string_view response, std::string_view reason) noexcept {
    if (ami::same_name(response, "Success")) return Attempt::answered;
    // Numbers of Asterisk's control frames.
    switch (wire::to_number<int>(reason).value_or(0)) {
        case 1:                             // hung up
        case 3: return Attempt::no_answer;  // it rings still
        case 4: return Attempt::answered;
        case 5: return Attempt::busy;
        case 8: return Attempt::congestion;
        default: return Attempt::failed;
    }
}

}}}  // namespace agi::v0::asyncagi
