// SPDX-License-Identifier: MIT
#pragma once
// The threads of a server's blocking calls.

#include <agi/fastagi/call.hpp>
#include <agi/version.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// A thread for each call, up to a limit. A thread whose handler never returns outlives this, so
/// they share their state.
class Workers {
  public:
    explicit Workers(std::size_t limit) : shared_{std::make_shared<Shared>()}, limit_{limit} {}

    /// Takes one of the threads for `start`. False when all are taken.
    [[nodiscard]] bool reserve() const {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        if (shared_->reserved >= limit_) return false;
        ++shared_->reserved;
        ++shared_->threads;
        return true;
    }

    /// Runs `work(call)` in the thread that was reserved, and destroys both there. False when the
    /// system has no thread left: the call is still there.
    template <class Work>
    [[nodiscard]] bool start(std::unique_ptr<Call>& call, Work work) const {
        shared_->add(*call);
        try {
            std::thread{[shared = shared_, raw = call.get(), work = std::move(work)]() mutable {
                run(*shared, std::unique_ptr<Call>{raw}, std::move(work));
            }}.detach();
        } catch (const std::system_error&) {
            shared_->remove(*call);
            shared_->ended();
            return false;
        }
        static_cast<void>(call.release());  // the thread has it
        return true;
    }

    /// Ends what the calls wait for, also of those that come later.
    void interrupt() const {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        shared_->interrupted = true;
        for (const Call* call : shared_->calls) call->stream().interrupt();
    }

    /// Calls `visit(call)` for all that run. They do so meanwhile, in their threads.
    template <class Visitor>
    void for_each(const Visitor& visit) const {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        for (const Call* call : shared_->calls) visit(*call);
    }

    /// Waits until all threads are done with their calls.
    void wait() const {
        std::unique_lock<std::mutex> lock{shared_->mutex};
        shared_->changed.wait(lock, [&] { return shared_->threads == 0; });
    }

  private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        std::size_t reserved = 0;  ///< For calls that may still go on.
        std::size_t threads = 0;   ///< Those too that are about to end.
        bool interrupted = false;
        std::unordered_set<const Call*> calls;

        void add(const Call& call) {
            const std::lock_guard<std::mutex> lock{mutex};
            calls.insert(&call);
            if (interrupted) call.stream().interrupt();
        }
        /// Before it is closed: who sees that may call again at once.
        void remove(const Call& call) {
            const std::lock_guard<std::mutex> lock{mutex};
            calls.erase(&call);
            --reserved;
        }
        void ended() {
            const std::lock_guard<std::mutex> lock{mutex};
            --threads;
            changed.notify_all();
        }
    };

    /// Whoever waits for the thread must find that what the handler holds is gone.
    template <class Work>
    static void run(Shared& shared, std::unique_ptr<Call> call, Work work) {
        {
            const Work own = std::move(work);
            own(*call);
            shared.remove(*call);
            call.reset();
        }
        shared.ended();
    }

    std::shared_ptr<Shared> shared_;
    std::size_t limit_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
