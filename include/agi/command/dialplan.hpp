// SPDX-License-Identifier: MIT
#pragma once
// Commands that use the dialplan.

#include <agi/command/formatted.hpp>
#include <agi/command/parse.hpp>
#include <agi/wire/byte_set.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// Runs a dialplan application and waits for its end.
///
///     EXEC <application> [options]
///
/// `options` is what stands between the parentheses in the dialplan: `Exec{"Dial",
/// "PJSIP/100,30"}`. It has a grammar of its own, where `,` separates; the quoting of AGI does not
/// change that. What a key press does is the application's affair. `Exec{"Gosub"}` does not run the
/// subroutine. Works after a hang-up, but most applications then return -1 at once.
/// Since Asterisk 1.0.
struct [[nodiscard]] Exec {
    Text application;
    Text options = "";

    static constexpr ReplyForm reply_form = ReplyForm::application;
    static constexpr bool works_after_hangup = true;

    /// @throws AGIArgumentError  application is empty, or more than a name: options that came first,
    ///                           or the dialplan's parentheses
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("EXEC", "application", application);
        if (!is_name(application)) {
            wire::refuse("EXEC", "application is no name", application);
        }
        if (options.empty()) return Request{"EXEC", application};
        return Request{"EXEC", application, options};
    }

    /// What the application returned: 0 for most of them. -1 means that the call should end: the
    /// caller hung up, the application failed, or that is its way to end, as of Hangup, and of Dial
    /// after a call that was answered. What it means for a Dial is in DIALSTATUS.
    /// @throws AGIAppError  -2: there is no such application
    template <class Reply>
    int parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == -2) wire::fail(*this, reply, "no such application");
        return number;
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }

  private:
    static bool is_name(std::string_view text) noexcept {
        static constexpr wire::ByteSet not_in_names{"(,/ "};
        for (const char c : text) {
            if (not_in_names[c]) return false;
        }
        return true;
    }
};

/// Options of a dialplan application, joined by commas, with a backslash in front of what the
/// dialplan would take for its own: `,`, quotes, brackets, parentheses and backslashes.
/// Applications that take their text as it stands, such as Set, Verbose and NoOp, keep the
/// backslashes: not for them.
///
///     Exec{"Dial", dialplan_options("PJSIP/100", 30, "tT")}
template <class... Options>
std::string dialplan_options(const Options&... options) {
    std::string joined;
    [[maybe_unused]] const auto add = [&joined](const Formatted& option) {
        for (const char c : option.text()) {
            if (std::string_view{",\"\\()[]"}.find(c) != std::string_view::npos) joined += '\\';
            joined += c;
        }
        joined += ',';
    };
    (add(options), ...);
    if (!joined.empty()) joined.pop_back();
    return joined;
}

/// Runs a subroutine of the dialplan and waits for its Return.
///
///     GOSUB <context> <extension> <priority> [argument]
///
/// What a key press does is the subroutine's affair. After a hang-up: AGIDeadChannelError. The
/// value of Return is in GOSUB_RETVAL. Since Asterisk 1.6.
struct [[nodiscard]] Gosub {
    Text context;
    Text extension;
    Formatted priority;       ///< A number from 1, or a label.
    OptionalText argument{};  ///< ARG1 and so on, separated by commas.

    static constexpr ReplyForm reply_form = ReplyForm::text;
    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  context, extension or priority is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("GOSUB", "context", context);
        wire::require_text("GOSUB", "extension", extension);
        wire::require_text("GOSUB", "priority", priority.text());
        return Request{"GOSUB", context, extension, priority.text(), argument};
    }

    /// @throws AGIAppError  there is no such label, or the subroutine ended without a Return: a
    ///                      hang-up
    template <class Reply>
    void parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number != 0) wire::fail(*this, reply, "not run");
        if (!reply.text().empty() && reply.text() != "Gosub complete") {
            wire::fail(*this, reply, "ended without a Return");
        }
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sets the context where the dialplan goes on after this program.
///
///     SET CONTEXT <context>
///
/// Not checked by Asterisk. Without SetPriority the dialplan goes on behind the present priority.
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] SetContext {
    Text context;

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  context is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SET CONTEXT", "context", context);
        return Request{"SET CONTEXT", context};
    }

    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not set");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sets the extension where the dialplan goes on after this program.
///
///     SET EXTENSION <extension>
///
/// Not checked by Asterisk. Without SetPriority the dialplan goes on behind the present priority.
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] SetExtension {
    Text extension;

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  extension is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SET EXTENSION", "extension", extension);
        return Request{"SET EXTENSION", extension};
    }

    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not set");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

/// Sets the priority where the dialplan goes on after this program.
///
///     SET PRIORITY <number or label>
///
/// After a hang-up: AGIDeadChannelError. Since Asterisk 1.0.
struct [[nodiscard]] SetPriority {
    Formatted priority;  ///< A number from 1, or a label of the present context and extension.

    static constexpr bool works_after_hangup = false;

    /// @throws AGIArgumentError  priority is empty
    template <class Request = wire::Request>
    [[nodiscard]] Request request() const {
        wire::require_text("SET PRIORITY", "priority", priority.text());
        return Request{"SET PRIORITY", priority.text()};
    }

    /// An unknown label is an AGIUsageError.
    template <class Reply>
    void parse(const Reply& reply) const {
        wire::expect_number(*this, reply, 0, "not set");
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
