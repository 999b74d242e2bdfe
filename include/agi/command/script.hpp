// SPDX-License-Identifier: MIT
#pragma once
// Commands for the program itself: say nothing, write to the console.

#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>

#include <string>

namespace agi { inline namespace v0 {

/// Does nothing. Asterisk's console shows the text when AGI debugging is on.
///
///     NOOP [text]
///
/// Works after a hang-up.
struct Noop {
    std::string text{};

    static constexpr bool works_after_hangup = true;

    [[nodiscard]] wire::Request request() const {
        if (text.empty()) return wire::Request{"NOOP"};
        return wire::Request{"NOOP", text};
    }

    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 0) wire::unexpected(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Writes a message to Asterisk's console and log.
///
///     VERBOSE <message> [level]
///
/// Works after a hang-up.
struct Verbose {
    Formatted message;  ///< One line: text, or anything that fmt can format.
    int level = 1;      ///< 0 to 4: shown when Asterisk's verbosity is at least that; 0 always.

    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  level is out of range
    [[nodiscard]] wire::Request request() const {
        wire::require_range("VERBOSE", "level", level, 0, 4);
        return wire::Request{"VERBOSE", message.text(), level};
    }

    void parse(const Reply& reply) const {
        if (wire::number_of(*this, reply) != 1) wire::unexpected(*this, reply);
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
