// SPDX-License-Identifier: MIT
#pragma once
// Commands that play a sound file.

#include <agi/command/parse.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/server_version.hpp>
#include <agi/wire/time.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// Plays a sound file.
///
///     STREAM FILE <file> <escape digits> [sample offset]
///
/// A key in `escape_digits` stops it; other keys are lost. A hang-up during it throws
/// AGIResultHangup, after one AGIDeadChannelError. Asterisk sets PLAYBACKSTATUS, to FAILED also when
/// a key stopped the file. Since Asterisk 1.0.
struct [[nodiscard]] StreamFile {
    Text file;                        ///< Sound file, without extension.
    DigitSet escape_digits{};         ///< Keys that stop it; none by default.
    Optional<SampleOffset> offset{};  ///< Where to begin; the start by default.

    struct Result {
        std::optional<char> digit;  ///< The key that stopped it; none when it played to its end.
        SampleOffset endpos;        ///< Where it stopped; 0 when it was stopped from outside.
        bool stopped = false;       ///< Session::execute_until stopped it.
    };

    static constexpr bool works_after_hangup = false;

    /// The result when Asterisk ended it for a new command, and so without a reply.
    static Result when_stopped() { return {{}, {}, true}; }

    /// @throws AGIArgumentError  file is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("STREAM FILE", "file", file);
        return Request{"STREAM FILE", file, escape_digits, offset};
    }

    /// @throws AGIAppError  the file cannot be opened. (Asterisk before
    ///                      1.8.24 and 11.6 says 0 for a missing file: that reads as played.)
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        const auto digit =
            wire::key_of(*this, reply, "the file cannot be played, or the channel hung up");
        const auto endpos = reply.endpos();
        if (!endpos) wire::unexpected(*this, reply);
        return {digit, {*endpos}, false};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// A key setting that no telephone can send: what it controls is off.
inline constexpr char no_key = '-';

/// Plays a sound file that the caller can wind and pause.
///
///     CONTROL STREAM FILE <file> <escape digits> [skip] [forward] [rewind] [pause] [offset]
///
/// A key in `escape_digits` stops it, unless it is one of the control keys: these come first, and
/// `#` and `*` are two of them by default. A hang-up during it throws AGIResultHangup,
/// after one AGIDeadChannelError. Asterisk sets CPLAYBACKSTATUS, CPLAYBACKOFFSET and
/// CPLAYBACKSTOPKEY. Asterisk up to 12 answers the channel first. Since Asterisk 1.2.
struct [[nodiscard]] ControlStreamFile {
    Text file;                    ///< Sound file, without extension; `file:end` begins at its end.
    DigitSet escape_digits{};     ///< Keys that stop it; none by default.
    OptionalMilliseconds skip{};  ///< How far it winds; 3 s by default.
    std::optional<char> forward{};  ///< `#` by default; `no_key`: off.
    std::optional<char> rewind{};   ///< `*` by default; `no_key`: off.
    std::optional<char> pause{};    ///< Off by default.
    OptionalMilliseconds offset{};  ///< Where to begin; negative: from the end.
                                    ///< Since Asterisk 12.

    struct Result {
        std::optional<char> digit;  ///< The key that stopped it.
        bool end_of_file = false;  ///< It played to its end. False without a digit: AMI stopped it.
        std::optional<std::chrono::milliseconds> endpos;  ///< Where it stopped before its end.
                                                          ///< Since Asterisk 12.
    };

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  file is empty; a control key that is none, or that is an escape digit too
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("CONTROL STREAM FILE", "file", file);
        // Words go by position: what is not set in front of one that is gets Asterisk's default.
        const bool send_pause = pause || offset;
        const bool send_rewind = rewind || send_pause;
        const bool send_forward = forward || send_rewind;
        const auto key = [](const bool send, const std::optional<char>& set,
                            std::string_view unset) {
            if (!send) return OptionalText{};
            return OptionalText{set ? std::string(1, *set) : std::string{unset}};
        };
        check("forward", forward.value_or('#'));
        check("rewind", rewind.value_or('*'));
        check("pause", pause.value_or(no_key));
        OptionalMilliseconds step = skip;
        if (send_forward && !skip) step = std::chrono::milliseconds{3000};
        return Request{"CONTROL STREAM FILE",
                       file,
                       escape_digits,
                       step,
                       key(send_forward, forward, "#"),
                       key(send_rewind, rewind, "*"),
                       key(send_pause, pause, ""),
                       offset};
    }

    /// @throws AGIArgumentError  an offset for an Asterisk that knows none
    void check_server(const ServerVersion& server) const {
        if (offset && server.known() && !server.has_control_stream_file_offset()) {
            throw AGIArgumentError("CONTROL STREAM FILE", "offset needs Asterisk 12");
        }
    }

    /// @throws AGIAppError  the file cannot be opened
    template <class Reply>
    [[nodiscard]] Result parse(const Reply& reply) const {
        const auto digit = wire::key_of(*this, reply, "not played, or the channel hung up");
        if (reply.text().empty()) return {digit, !digit, {}};  // Asterisk up to 11
        const auto endpos = reply.endpos();
        if (!endpos) wire::unexpected(*this, reply);
        if (*endpos == -1) return {digit, !digit, {}};
        return {digit, false, std::chrono::milliseconds{*endpos}};
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }

  private:
    void check(const char* member, char key) const {
        if (key == no_key) return;
        if (!is_dtmf(key)) {
            throw AGIArgumentError("CONTROL STREAM FILE",
                                   wire::joined({member, " is no key: ", wire::shown({&key, 1})}));
        }
        if (escape_digits.contains(key)) {
            throw AGIArgumentError("CONTROL STREAM FILE",
                                   wire::joined({"escape_digits has ",
                                                 {&key, 1},
                                                 ", which is the ",
                                                 member,
                                                 " key and so never stops the file"}));
        }
    }
};

}}  // namespace agi::v0
