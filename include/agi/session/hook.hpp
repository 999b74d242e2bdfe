// SPDX-License-Identifier: MIT
#pragma once
// An owned callable, without what <functional> and <memory> cost to include.

#include <agi/version.hpp>

#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// Any callable with these arguments, or none. Moves, does not copy.
template <class... Arguments>
class Hook {
  public:
    Hook() noexcept = default;

    template <class Callable,
              class = std::enable_if_t<!std::is_same_v<std::decay_t<Callable>, Hook> &&
                                       std::is_invocable_v<std::decay_t<Callable>&, Arguments...>>>
    Hook(
        Callable&&
            callable)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload)
        : object_{new std::decay_t<Callable>(std::forward<Callable>(callable))},
          call_{[](void* object, Arguments... arguments) {
              (*static_cast<std::decay_t<Callable>*>(object))(arguments...);
          }},
          destroy_{
              [](void* object) noexcept { delete static_cast<std::decay_t<Callable>*>(object); }} {}

    Hook(Hook&& other) noexcept
        : object_{std::exchange(other.object_, nullptr)},
          call_{other.call_},
          destroy_{other.destroy_} {}
    Hook& operator=(Hook&& other) noexcept {
        std::swap(object_, other.object_);
        std::swap(call_, other.call_);
        std::swap(destroy_, other.destroy_);
        return *this;
    }
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;
    ~Hook() {
        if (object_ != nullptr) destroy_(object_);
    }

    [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }
    void operator()(Arguments... arguments) const { call_(object_, arguments...); }

  private:
    void* object_ = nullptr;
    void (*call_)(void*, Arguments...) = nullptr;
    void (*destroy_)(void*) noexcept = nullptr;
};

}}  // namespace agi::v0
