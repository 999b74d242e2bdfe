// SPDX-License-Identifier: MIT
#pragma once
// Threads with a stack of their own size, that nobody waits for.

#include <agi/version.hpp>

#include <pthread.h>

#include <cstddef>

namespace agi { inline namespace v0 { namespace fastagi {

/// The attributes of such a thread.
class ThreadAttributes {
  public:
    /// 0: a stack of the system's size.
    explicit ThreadAttributes(std::size_t stack_size) noexcept
        : valid_{::pthread_attr_init(&attributes_) == 0} {
        if (!valid_) return;
        usable_ = ::pthread_attr_setdetachstate(&attributes_, PTHREAD_CREATE_DETACHED) == 0 &&
                  (stack_size == 0 || ::pthread_attr_setstacksize(&attributes_, stack_size) == 0);
    }
    ThreadAttributes(const ThreadAttributes&) = delete;
    ThreadAttributes& operator=(const ThreadAttributes&) = delete;
    ~ThreadAttributes() {
        if (valid_) ::pthread_attr_destroy(&attributes_);
    }

    /// False when the stack is smaller than the system allows.
    [[nodiscard]] bool usable() const noexcept { return usable_; }
    [[nodiscard]] const pthread_attr_t* get() const noexcept { return &attributes_; }

  private:
    pthread_attr_t attributes_{};
    bool valid_;
    bool usable_ = false;
};

/// Runs `work(argument)` in a new thread. False when the system has none.
inline bool start_thread(std::size_t stack_size, void* (*work)(void*), void* argument) noexcept {
    const ThreadAttributes attributes{stack_size};
    pthread_t thread{};
    return attributes.usable() && ::pthread_create(&thread, attributes.get(), work, argument) == 0;
}

}}}  // namespace agi::v0::fastagi
