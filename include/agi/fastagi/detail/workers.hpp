// SPDX-License-Identifier: MIT
#pragma once
// The threads of a server's blocking calls.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/thread.hpp>
#include <agi/version.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// A thread for each call, up to a limit. A thread whose handler never returns outlives this, so
/// they share their state.
class Workers {
    struct Shared;

  public:
    Workers(std::size_t limit, std::size_t stack_size)
        : shared_{std::make_shared<Shared>()}, limit_{limit}, stack_size_{stack_size} {}

    /// One of the threads that there may be.
    class Place {
      public:
        Place() noexcept = default;
        explicit Place(std::shared_ptr<Shared> of) noexcept : of_{std::move(of)} {}
        Place(Place&&) = default;
        Place& operator=(Place&&) = delete;
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place() {
            if (of_) of_->give_back(taken_);
        }
        [[nodiscard]] explicit operator bool() const noexcept { return of_ != nullptr; }

      private:
        friend class Workers;
        std::shared_ptr<Shared> of_{};
        bool taken_ = true;  ///< For a call that may still go on.
    };

    /// None when all are taken.
    [[nodiscard]] Place reserve() const {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        if (shared_->reserved >= limit_) return {};
        ++shared_->reserved;
        ++shared_->threads;
        return Place{shared_};
    }

    [[nodiscard]] bool has_room() const {
        const std::lock_guard<std::mutex> lock{shared_->mutex};
        return shared_->reserved < limit_;
    }

    /// Runs `work(call)`, which does not throw, in a thread, and destroys both there. False when the
    /// system has no thread left: the call is still there.
    template <class Work>
    [[nodiscard]] bool start(Place place, std::unique_ptr<Call>& call, Work work) const {
        auto job = std::make_unique<Job<Work>>(std::move(place), std::move(work));
        shared_->add(*call);
        job->call = std::move(call);
        if (start_thread(stack_size_, &run<Work>, job.get())) {
            static_cast<void>(job.release());  // the thread has it
            return true;
        }
        call = std::move(job->call);
        shared_->remove(*call);
        return false;
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
        void remove(const Call& call) {
            const std::lock_guard<std::mutex> lock{mutex};
            calls.erase(&call);
        }
        void make_room() {
            const std::lock_guard<std::mutex> lock{mutex};
            --reserved;
        }
        void give_back(bool taken) {
            const std::lock_guard<std::mutex> lock{mutex};
            if (taken) --reserved;
            --threads;
            changed.notify_all();
        }
    };

    template <class Work>
    struct Job {
        Job(Place given, Work what) : place{std::move(given)}, work{std::move(what)} {}
        Place place;
        Work work;
        std::unique_ptr<Call> call{};
    };

    /// Whoever waits for the thread must find that what the handler holds is gone. And whoever sees
    /// the connection end may call again at once: there is room by then.
    template <class Work>
    static void* run(void* given) noexcept {
        const std::unique_ptr<Job<Work>> job{static_cast<Job<Work>*>(given)};
        job->work(*job->call);
        Shared& shared = *job->place.of_;
        shared.remove(*job->call);
        shared.make_room();
        job->place.taken_ = false;
        return nullptr;
    }

    std::shared_ptr<Shared> shared_;
    std::size_t limit_;
    std::size_t stack_size_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
