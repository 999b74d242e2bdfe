// SPDX-License-Identifier: MIT
#pragma once
// Questions that are answered by speaking, too.

#include <agi/command/speech_recognize.hpp>
#include <agi/ivr/question.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// Reads SPEECH RECOGNIZE.
inline Came read_speech(const Step& /*step*/, const Reply& reply) {
    const SpeechRecognize::Result heard = SpeechRecognize{"-"}.parse(reply);
    if (heard.ended_by == SpeechEnd::hangup) {
        throw AGIResultHangup("SPEECH RECOGNIZE", reply, "the caller hung up");
    }
    Came came;
    if (heard.digit) came.keys.assign(1, *heard.digit);
    if (!heard.results.empty()) came.text = heard.results[0].text;
    came.timed_out = heard.ended_by == SpeechEnd::timeout;
    return came;
}

/// Lets a question be answered by speaking, too. Needs a speech object with an active grammar: see
/// SpeechCreate.
///
///     pin.speech = listen();
///
/// `keys` says what words mean, as keys; empty: they are no answer. Without it the engine's text is taken
/// as it is, so that a grammar that yields digits needs none.
inline Speech listen(Callback<std::string(std::string_view words)> keys = {}) {
    const auto recognize = [](const std::string& sound, Time time, wire::Redaction secret) {
        constexpr std::chrono::milliseconds almost_one{999};  // SPEECH RECOGNIZE takes seconds
        auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time + almost_one);
        if (seconds.count() == 0) seconds = std::chrono::seconds{1};
        return Step{Step::Kind::recognize, SpeechRecognize{sound, seconds}, secret, &read_speech};
    };
    return {std::move(keys), recognize};
}

}}}  // namespace agi::v0::ivr
