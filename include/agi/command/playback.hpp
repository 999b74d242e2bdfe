// SPDX-License-Identifier: MIT
#pragma once
// Commands that play a sound file.

#include <agi/command/parse.hpp>

#include <optional>
#include <string>

namespace agi { inline namespace v0 {

/// Plays a sound file.
///
///     STREAM FILE <file> <escape digits> [sample offset]
///
/// A key in `escape_digits` stops it; other keys are lost. A hang-up during it makes the reply -1
/// (AGIAppError); after one: AGIDeadChannelError. Asterisk sets PLAYBACKSTATUS, to FAILED also when
/// a key stopped the file.
struct StreamFile {
    std::string file;                      ///< Sound file, without extension.
    DigitSet escape_digits{};              ///< Keys that stop it; none by default.
    std::optional<SampleOffset> offset{};  ///< Where to begin; the start by default.

    struct Result {
        std::optional<char> digit;  ///< The key that stopped it; none when it played to its end.
        SampleOffset endpos;        ///< Where it stopped.
    };

    static constexpr bool works_after_hangup = false;

    [[nodiscard]] wire::Request request() const {
        return wire::Request{"STREAM FILE", file, escape_digits, offset};
    }

    /// @throws AGIAppError  the file cannot be opened, or the channel hung up. (Asterisk before
    ///                      1.8.24 and 11.6 says 0 for a missing file: that reads as played.)
    [[nodiscard]] Result parse(const Reply& reply) const {
        const auto digit =
            wire::key_of(*this, reply, "the file cannot be played, or the channel hung up");
        const auto endpos = reply.endpos();
        if (!endpos) wire::unexpected(*this, reply);
        return {digit, {*endpos}};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
