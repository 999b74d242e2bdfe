// SPDX-License-Identifier: MIT
#pragma once
// The speech object of a session, which ends with it. It needs res_speech and an engine.

#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

namespace wire {

/// 1 when it is done, 0 when not.
inline void expect_done(AnyCommand command, const Reply& reply, std::string_view why) {
    const int number = number_of(command, reply);
    if (number == 0) fail(command, reply, why);
    if (number != 1) unexpected(command, reply);
}

}  // namespace wire

/// Makes the speech object of the session.
///
///     SPEECH CREATE [engine]
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.6.
struct [[nodiscard]] SpeechCreate {
    OptionalText engine{};  ///< Without it, the default engine.

    static constexpr bool works_after_hangup = false;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SPEECH CREATE", engine};
    }

    /// @throws AGIAppError  there is no such engine, or a speech object already
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_done(*this, reply, "no speech object made");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sets a property of the engine.
///
///     SPEECH SET <name> <value>
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.6.
struct [[nodiscard]] SpeechSet {
    Text name;
    Formatted value;  ///< Text; see Formatted.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  name is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SPEECH SET", "name", name);
        return Request{"SPEECH SET", name, value.text()};
    }

    /// @throws AGIAppError  there is no speech object
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_done(*this, reply, "no speech object");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Ends the speech object.
///
///     SPEECH DESTROY
///
/// Works after a hang-up. Since Asterisk 1.6.
struct [[nodiscard]] SpeechDestroy {
    static constexpr bool works_after_hangup = true;

    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        return Request{"SPEECH DESTROY"};
    }

    /// @throws AGIAppError  there is no speech object
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_done(*this, reply, "no speech object");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
