// SPDX-License-Identifier: MIT
#pragma once
// One thread of a server that waits for many calls at a time.

#include <agi/fastagi/call.hpp>
#include <agi/version.hpp>

#include <memory>
#include <unordered_set>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi {

/// A loop and its calls. All but `context` is for its own thread.
class Loop {
  public:
    /// Takes the call out of its loop, and destroys it.
    struct Remove {
        Loop* loop;
        void operator()(AsyncCall* call) const noexcept {
            loop->calls_.erase(call);
            delete call;
        }
    };
    using CallPointer = std::unique_ptr<AsyncCall, Remove>;

    CallPointer add(CallFacts facts, LoopSocket socket) {
        SessionOptions options = facts.server->session_options();
        auto call =
            std::make_unique<AsyncCall>(std::move(facts), std::move(socket), std::move(options));
        calls_.insert(call.get());
        return CallPointer{call.release(), {this}};
    }

    [[nodiscard]] const std::unordered_set<AsyncCall*>& calls() const noexcept { return calls_; }
    [[nodiscard]] net::io_context& context() noexcept { return context_; }

  private:
    std::unordered_set<AsyncCall*> calls_;  // outlives what the context holds
    net::io_context context_{1};
};

}}}  // namespace agi::v0::fastagi
