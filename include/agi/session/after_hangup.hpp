// SPDX-License-Identifier: MIT
#pragma once
// A session for what is left to do after a hang-up.

#include <agi/session/order.hpp>
#include <agi/version.hpp>

namespace agi { inline namespace v0 {

/// Takes only commands that work after a hang-up, under either HangupPolicy; see
/// AnySession::after_hangup.
template <class Session>
class AfterHangup {
  public:
    template <class Command, class = wire::if_after_hangup<Command>>
    auto execute(const Command& command) {
        return session_.execute(command, Urgency::after_hangup);
    }
    template <class Command, class = wire::if_not_after_hangup<Command>, class = void>
    AGI_REFUSE(AGI_NOT_AFTER_HANGUP)
    void execute(const Command& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_NOT_AFTER_HANGUP);
    }

    template <class Command, class = wire::if_after_hangup<Command>>
    auto operator()(const Command& command) {
        return session_.execute(command, Urgency::after_hangup);
    }
    template <class Command, class = wire::if_not_after_hangup<Command>, class = void>
    AGI_REFUSE(AGI_NOT_AFTER_HANGUP)
    void operator()(const Command& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_NOT_AFTER_HANGUP);
    }

    [[nodiscard]] const Environment& environment() const noexcept { return session_.environment(); }

  private:
    friend Session;
    explicit AfterHangup(Session& session) : session_{session} {}

    Session& session_;
};

}}  // namespace agi::v0
