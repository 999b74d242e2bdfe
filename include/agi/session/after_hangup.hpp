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
    template <class Command>
    auto execute(const Command& command) {
        static_assert(Command::works_after_hangup, "This command does not work after a hang-up");
        return session_.execute(command, Urgency::after_hangup);
    }
    template <class Command>
    auto operator()(const Command& command) {
        return execute(command);
    }

    [[nodiscard]] const Environment& environment() const noexcept { return session_.environment(); }

  private:
    friend Session;
    explicit AfterHangup(Session& session) : session_{session} {}

    Session& session_;
};

}}  // namespace agi::v0
