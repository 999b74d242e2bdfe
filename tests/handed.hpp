// SPDX-License-Identifier: MIT
#pragma once
// A value that a handler hands to the test.

#include <chrono>
#include <future>
#include <stdexcept>
#include <utility>

template <class T>
class Handed {
  public:
    void set(T value) { promise_.set_value(std::move(value)); }
    T get() {
        auto future = promise_.get_future();
        if (future.wait_for(std::chrono::seconds{30}) != std::future_status::ready) {
            throw std::runtime_error{"the handler has not handed anything over"};
        }
        return future.get();
    }

  private:
    std::promise<T> promise_;
};
