// SPDX-License-Identifier: MIT
#pragma once
// Makes one allocation, thread or system call fail: failing.cpp has them in place of those of the C and
// C++ libraries.

#include <atomic>

namespace fastagi_tests {

class Failing {
  public:
    /// The `n`th from now on fails, counted from 1, in all threads but those that are spared.
    /// `operations`: what Asio allocates for an operation may be it, too.
    static void at(long n, bool operations) {
        operations_ = operations;
        left_ = n;
    }
    /// Whether one has failed.
    static bool happened() { return left_ <= 0; }
    /// No more. Whether one has failed.
    static bool stop() { return left_.exchange(0) <= 0; }

    /// This thread is the test's own.
    static void spare_this_thread(bool spared) { spared_ = spared; }

    /// Whether the one that is asked for must fail.
    static bool now() noexcept {
        if (spared_ || left_.load(std::memory_order_relaxed) <= 0) return false;
        return left_.fetch_sub(1) == 1;
    }

    static bool now_for_operation() noexcept { return operations_ && now(); }

  private:
    static inline std::atomic<bool> operations_{false};
    static inline std::atomic<long> left_{0};
    static inline thread_local bool spared_ = false;
};

}  // namespace fastagi_tests
