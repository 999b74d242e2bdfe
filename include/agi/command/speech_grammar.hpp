// SPDX-License-Identifier: MIT
#pragma once
// Commands for the grammars that a speech engine listens for.

#include <agi/command/parse.hpp>
#include <agi/command/speech.hpp>

#include <string>

namespace agi { inline namespace v0 {

/// Loads a grammar under a name.
///
///     SPEECH LOAD GRAMMAR <name> <path>
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.6.
struct [[nodiscard]] SpeechLoadGrammar {
    Text name;
    Text path;

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  name or path is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SPEECH LOAD GRAMMAR", "name", name);
        wire::require_text("SPEECH LOAD GRAMMAR", "path", path);
        return Request{"SPEECH LOAD GRAMMAR", name, path};
    }

    /// @throws AGIAppError  there is no speech object, or the engine refused the grammar
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_done(*this, reply, "grammar not loaded");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Forgets a grammar.
///
///     SPEECH UNLOAD GRAMMAR <name>
///
/// Works after a hang-up. Since Asterisk 1.6.
struct [[nodiscard]] SpeechUnloadGrammar {
    Text name;

    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  name is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SPEECH UNLOAD GRAMMAR", "name", name);
        return Request{"SPEECH UNLOAD GRAMMAR", name};
    }

    /// @throws AGIAppError  there is no speech object, or no such grammar
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_done(*this, reply, "grammar not unloaded");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Makes a grammar one that SpeechRecognize listens for.
///
///     SPEECH ACTIVATE GRAMMAR <name>
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.6.
struct [[nodiscard]] SpeechActivateGrammar {
    Text name;

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  name is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SPEECH ACTIVATE GRAMMAR", "name", name);
        return Request{"SPEECH ACTIVATE GRAMMAR", name};
    }

    /// @throws AGIAppError  there is no speech object, or no such grammar
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_done(*this, reply, "grammar not activated");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Makes a grammar one that SpeechRecognize does not listen for.
///
///     SPEECH DEACTIVATE GRAMMAR <name>
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.6.
struct [[nodiscard]] SpeechDeactivateGrammar {
    Text name;

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  name is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SPEECH DEACTIVATE GRAMMAR", "name", name);
        return Request{"SPEECH DEACTIVATE GRAMMAR", name};
    }

    /// @throws AGIAppError  there is no speech object, or no such grammar
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_done(*this, reply, "grammar not deactivated");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
