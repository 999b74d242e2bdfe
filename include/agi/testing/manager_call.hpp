// SPDX-License-Identifier: MIT
#pragma once
// A call on a simulated manager interface, for the test that looks after it.

#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/simulator/async_call.hpp>
#include <agi/version.hpp>
#include <agi/wire/digit_set.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// Made by SimulatedManager, which must outlive it. Refers to the call: copies are the same one.
class ManagerCall {
  public:
    ManagerCall(simulator::ManagerState& state, std::shared_ptr<simulator::AsyncCall> call)
        : state_{&state}, call_{std::move(call)} {}

    /// Waits until the call has left AGI() for good, and gives out its Asterisk, for questions.
    ///
    /// @throws WouldHang  the program has begun no command for ManagerOptions::patience, or more than
    ///                    ManagerOptions::most_commands
    /// @throws NotSimulated  the program has used something that the simulator does not have, which has
    ///                       ended the call; or what a function of the test's own has thrown
    Asterisk finish() const {
        Lock lock{state_->mutex};
        for (int seen = -1; !call_->over();) {
            const int now = call_->commands();
            const bool goes_on = now > state_->board.options.most_commands;
            if (now == seen || goes_on) {
                call_->asterisk().note_stuck();
                const std::string in = call_->waits_in();
                throw WouldHang{!state_->board.was_watched() ? "no program has logged in"
                                : goes_on                    ? "the program goes on and on"
                                : in.empty()
                                    ? "the program does not end the call"
                                    : "the program waits for the caller without end: " + in};
            }
            seen = now;
            state_->changed.wait_for(lock, state_->board.options.patience,
                                     [&] { return call_->over() || call_->commands() != seen; });
        }
        call_->throw_error();
        return call_->asterisk();
    }
    /// The same at any moment, without a wait.
    [[nodiscard]] Asterisk asterisk() const {
        const Lock lock{state_->mutex};
        Asterisk copy = call_->asterisk();
        copy.channel.live = nullptr;
        return copy;
    }
    /// Whether it has left AGI() for good.
    [[nodiscard]] bool over() const {
        const Lock lock{state_->mutex};
        return call_->over();
    }

    /// Waits until a command of that name waits for the caller without end: a sound whose length is
    /// Channel::never, or a wait without a limit, when the plan of the caller has nothing more.
    ///
    /// @throws WouldHang  there is none within ManagerOptions::patience, or the call is over
    /// @throws NotSimulated  see `finish`
    void wait_for(std::string_view command) const {
        Lock lock{state_->mutex};
        const bool there = state_->changed.wait_for(lock, state_->board.options.patience, [&] {
            return call_->over() || wire::is_command(call_->waits_in(), command);
        });
        call_->throw_error();
        if (!there || call_->over()) {
            throw WouldHang{"the program never waits in " + std::string{command}};
        }
    }

    /// The caller presses keys now, beside the plan.
    ///
    /// @throws AGIArgumentError  a character that is no key
    void press(std::string_view keys) const {
        for (const char key : keys) static_cast<void>(DigitSet{std::string_view{&key, 1}});
        const Lock lock{state_->mutex};
        for (const char key : keys) {
            call_->channel().add_frame({Caller::Action::Kind::press, std::string(1, key), {}});
        }
    }
    /// The caller hangs up now; also where the call was sent to another place in the dialplan.
    void hang_up() const {
        const Lock lock{state_->mutex};
        call_->hang_up();
    }

    /// Where in the dialplan it was sent, as `context,extension,priority`: by Redirect, or to the
    /// extension T. Empty: nowhere.
    [[nodiscard]] std::string sent_to() const {
        const Lock lock{state_->mutex};
        return call_->channel().elsewhere();
    }
    [[nodiscard]] std::string uniqueid() const {
        const Lock lock{state_->mutex};
        return call_->channel().uniqueid();
    }

  private:
    using Lock = std::unique_lock<std::mutex>;

    simulator::ManagerState* state_;
    std::shared_ptr<simulator::AsyncCall> call_;
};

}}}  // namespace agi::v0::testing
