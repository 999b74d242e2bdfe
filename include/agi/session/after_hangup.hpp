// SPDX-License-Identifier: MIT
#pragma once
// A session for what is left to do after a hang-up.

#include <agi/session/options.hpp>
#include <agi/version.hpp>

#include <utility>

namespace agi { inline namespace v0 {

/// Takes only commands that work after a hang-up, under either HangupPolicy; see
/// Session::after_hangup.
template <class Session>
class AfterHangup {
  public:
    template <class Command>
    auto execute(const Command& command) {
        static_assert(Command::works_after_hangup, "This command does not work after a hang-up");
        const HangupPolicy policy = std::exchange(session_.hangup_policy_, HangupPolicy::carry_on);
        const Restore restore{session_.hangup_policy_, policy};
        return session_.execute(command);
    }
    template <class Command>
    auto operator()(const Command& command) {
        return execute(command);
    }

    [[nodiscard]] const Environment& environment() const noexcept { return session_.environment(); }

  private:
    friend Session;
    struct Restore {
        HangupPolicy& to;
        HangupPolicy from;
        Restore(HangupPolicy& target, HangupPolicy value) : to{target}, from{value} {}
        Restore(const Restore&) = delete;
        Restore& operator=(const Restore&) = delete;
        ~Restore() { to = from; }
    };
    explicit AfterHangup(Session& session) : session_{session} {}

    Session& session_;
};

}}  // namespace agi::v0
