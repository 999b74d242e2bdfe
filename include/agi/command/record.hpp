// SPDX-License-Identifier: MIT
#pragma once
// The command that records the caller.

#include <agi/command/parse.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// Why a recording ended.
enum class RecordEnd : unsigned char {
    digit,             ///< A key in the escape digits.
    timeout,           ///< The time limit, or silence: Asterisk does not say which.
    hangup,            ///< The caller is gone; the recording is kept.
    beep_interrupted,  ///< A key during the beep; nothing was recorded.
};

/// Records the caller to a file.
///
///     RECORD FILE <file> <format> <escape digits> <timeout> [sample offset] [BEEP] [s=silence]
///
/// A key in `escape_digits` ends it, and its last 200 ms are cut; other keys are recorded or lost.
/// A hang-up ends it too, and is a result, not an exception: the recording is there. After a hang-
/// up: AGIDeadChannelError. `%d` in the name means nothing here. Since Asterisk 1.0.
struct [[nodiscard]] RecordFile {
    Text file;                        ///< Sound file, without extension.
    Text format = "wav";              ///< Any format that Asterisk has loaded.
    DigitSet escape_digits{};         ///< Keys that end it; none by default.
    Milliseconds timeout = forever;   ///< The longest recording; negative: no limit.
    Optional<SampleOffset> offset{};  ///< Keeps that much of an existing file.
    Flag beep = false;                ///< Beeps first.
    OptionalSeconds silence{};        ///< Silence that ends it; at least 1 s.

    struct Result {
        RecordEnd ended_by = RecordEnd::timeout;
        std::optional<char> digit;  ///< The key that ended it.
        SampleOffset endpos;        ///< The length of the file.
    };

    static constexpr bool works_after_hangup = false;

    /// How long Asterisk may take, not counting the beep; nothing: without end.
    [[nodiscard]] OptionalMilliseconds longest() const {
        if (timeout.count() < 0) return std::nullopt;
        return timeout;
    }

    /// @throws AGIArgumentError  file is empty, format is no name of a format (keys that came too
    ///                           early), silence is below 1 s
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("RECORD FILE", "file", file);
        if (!is_format(format)) {
            wire::refuse("RECORD FILE", "format is no name of a format", format);
        }
        std::optional<std::string> silence_word;
        if (silence) {
            wire::require_range("RECORD FILE", "silence", silence->count(), 1, 2147483);
            silence_word = wire::joined({"s=", std::to_string(silence->count())});
        }
        // A number in the place of BEEP would be an offset, so it is sent by this name.
        std::optional<std::string_view> beep_word;
        if (beep) beep_word = std::string_view{"BEEP"};
        return Request{"RECORD FILE", file,   format,    escape_digits,
                       timeout,       offset, beep_word, silence_word};
    }

    /// @throws AGIAppError  the file cannot be written, the beep cannot be played, silence cannot
    ///                      be detected, or the channel failed
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (!reply.data()) {
            if (number == -1 && reply.text().empty()) {
                wire::fail(*this, reply, "not recorded: silence cannot be detected here");
            }
            wire::unexpected(*this, reply);
        }
        const std::string_view tag = *reply.data();
        if (tag == "writefile") wire::fail(*this, reply, "the file cannot be written");
        if (tag == "waitfor") wire::fail(*this, reply, "the channel failed");
        const auto endpos = reply.endpos();
        if (!endpos) wire::unexpected(*this, reply);
        const SampleOffset length{*endpos};
        // With (timeout) the number is what was left of the last wait, in ms, and never a key.
        if (tag == "timeout") return {RecordEnd::timeout, {}, length};
        if (tag == "hangup") return {RecordEnd::hangup, {}, length};
        const auto digit = dtmf_from_code(number);
        if (tag == "randomerror") {
            if (number == -1)
                wire::fail(*this, reply, "no beep: its file is missing, or a hang-up");
            return {RecordEnd::beep_interrupted, digit, length};
        }
        if (tag != "dtmf" || !digit) wire::unexpected(*this, reply);
        return {RecordEnd::digit, digit, length};
    }

    /// Whether the reply says that the call is over.
    static bool says_hangup(const Reply& reply) noexcept { return reply.data() == "hangup"; }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }

  private:
    /// Such as `wav`, `g722` or `sln16`: all of them have a small letter, and no key is one.
    static bool is_format(std::string_view text) noexcept {
        bool letter = false;
        for (const char c : text) {
            const bool small = c >= 'a' && c <= 'z';
            if (c == '*' || c == '#') return false;
            letter = letter || small || (c > 'D' && c <= 'Z');
        }
        return letter;
    }
};

}}  // namespace agi::v0
