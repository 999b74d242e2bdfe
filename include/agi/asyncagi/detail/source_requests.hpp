// SPDX-License-Identifier: MIT
#pragma once
// What every source can be asked for.

#include <agi/asyncagi/detail/source_state.hpp>
#include <agi/version.hpp>

#include <memory>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// The base of Source and StreamSource: what they pass on to the thread of their state.
class SourceRequests {
  public:
    SourceRequests(const SourceRequests&) = delete;
    SourceRequests& operator=(const SourceRequests&) = delete;

    /// Takes the calls of another program, which has died: that of this name. They go to `on_adopt`.
    /// From any thread.
    void adopt(std::string name) {
        state_->post([name = std::move(name)](SourceState& state) { state.adopt(name); });
    }

    /// Sends any action, and calls `done` with its answer on the source's thread. From any thread.
    void send(ami::Action action, ami::Client::Done done = {}) {
        state_->post([action = std::move(action), done = std::move(done)](SourceState& state) {
            state.client().send(action, done);
        });
    }

  protected:
    explicit SourceRequests(std::shared_ptr<SourceState> state) : state_{std::move(state)} {
        state_->set_self(state_);
    }
    ~SourceRequests() = default;

    /// Begins a call, which `begin` gets. The unique id of its channel.
    ///
    /// @throws AGIArgumentError  something cannot be sent
    std::string begin_call(Originate call, BeginCall begin, Dialer::OnOutcome on_outcome) {
        std::string id = state_->new_call_id();
        static_cast<void>(call.action(id));
        Dialer::Order order{id, std::move(call), std::move(begin), std::move(on_outcome)};
        state_->post([order = std::move(order)](SourceState& state) mutable {
            state.dialer().add(std::move(order));
        });
        return id;
    }

    std::shared_ptr<SourceState> state_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
