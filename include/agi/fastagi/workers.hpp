// SPDX-License-Identifier: MIT
#pragma once
// The threads of a server's blocking calls.

#include <agi/fastagi/call.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi {

/// A thread for each call, up to a limit. A thread whose handler never returns outlives this, so
/// they share their state.
class Workers {
  public:
    explicit Workers(std::size_t limit) : shared_{std::make_shared<Shared>()}, limit_{limit} {}

    /// Whether there is a thread left.
    [[nodiscard]] bool available() const {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        return shared_->threads < limit_;
    }

    /// Runs `work(call)` in a thread, and destroys the call there.
    ///
    /// @throws std::system_error  the system has no thread left; the call is gone
    template <class Work>
    void start(std::unique_ptr<Call> call, Work work) {
        const Call* const key = call.get();
        add(*call);
        try {
            std::thread{[shared = shared_, call = std::move(call),
                         work = std::move(work)]() mutable {
                work(*call);
                shared->remove(call.get());
                call.reset();
                shared->ended();
            }}.detach();
        } catch (...) {
            shared_->remove(key);
            shared_->ended();
            throw;
        }
    }

    /// Ends what the calls wait for, now or later.
    void interrupt() const {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        for (const Call* call : shared_->calls) call->stream().interrupt();
    }

    /// Waits until all have ended, for that long at most. How many have not.
    std::size_t wait(std::chrono::milliseconds time) const {
        std::unique_lock<std::mutex> lock{shared_->mutex};
        shared_->changed.wait_for(lock, time, [&] { return shared_->threads == 0; });
        return shared_->threads;
    }

  private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        std::size_t threads = 0;
        std::unordered_set<const Call*> calls;

        void remove(const Call* call) {
            const std::lock_guard<std::mutex> lock{mutex};
            calls.erase(call);
        }
        void ended() {
            const std::lock_guard<std::mutex> lock{mutex};
            --threads;
            changed.notify_all();
        }
    };

    void add(const Call& call) {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        ++shared_->threads;
        shared_->calls.insert(&call);
    }

    std::shared_ptr<Shared> shared_;
    std::size_t limit_;
};

}}}  // namespace agi::v0::fastagi
