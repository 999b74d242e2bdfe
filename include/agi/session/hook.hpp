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
        : held_{new Held<std::decay_t<Callable>>(
              std::decay_t<Callable>(std::forward<Callable>(callable)))} {}

    Hook(Hook&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
    Hook& operator=(Hook&& other) noexcept {
        std::swap(held_, other.held_);
        return *this;
    }
    Hook(const Hook&) = delete;
    Hook& operator=(const Hook&) = delete;
    ~Hook() { delete held_; }

    [[nodiscard]] explicit operator bool() const noexcept { return held_ != nullptr; }
    void operator()(Arguments... arguments) const { held_->call(arguments...); }

  private:
    struct Base {
        Base() = default;
        Base(const Base&) = delete;
        Base& operator=(const Base&) = delete;
        virtual ~Base() = default;
        virtual void call(Arguments... arguments) = 0;
    };
    template <class Callable>
    struct Held final : Base {
        Callable callable;
        explicit Held(Callable&& given) : callable(std::move(given)) {}
        void call(Arguments... arguments) override { callable(arguments...); }
    };

    Base* held_ = nullptr;
};

}}  // namespace agi::v0
