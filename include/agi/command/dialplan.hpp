// SPDX-License-Identifier: MIT
#pragma once
// Commands that use the dialplan.

#include <agi/command/parse.hpp>

#include <string>

namespace agi { inline namespace v0 {

/// Runs a dialplan application and waits for its end.
///
///     EXEC <application> [options]
///
/// `options` is what stands between the parentheses in the dialplan: `Exec{"Dial",
/// "PJSIP/100,30"}`. It has a grammar of its own, where `,` separates; the quoting of AGI does not
/// change that. What a key press does is the application's affair. `Exec{"Gosub"}` does not run the
/// subroutine. Works after a hang-up, but most applications then return -1 at once.
struct Exec {
    std::string application;
    std::string options{};

    static constexpr ReplyForm reply_form = ReplyForm::application;
    static constexpr bool works_after_hangup = true;

    [[nodiscard]] wire::Request request() const {
        if (options.empty()) return wire::Request{"EXEC", application};
        return wire::Request{"EXEC", application, options};
    }

    /// What the application returned, which is 0 for most of them.
    /// @throws AGIAppError  -2: there is no such application; another negative number: it
    ///                      failed, or the channel hung up. `reply().number()` has the number.
    int parse(const Reply& reply) const {
        const int number = wire::number_of(*this, reply);
        if (number == -2) wire::fail(*this, reply, "no such application");
        if (number < 0) wire::fail(*this, reply, "the application failed, or the channel hung up");
        return number;
    }

    template <class Session>
    auto operator()(Session& session) const {
        return session.execute(*this);
    }
};

}}  // namespace agi::v0
