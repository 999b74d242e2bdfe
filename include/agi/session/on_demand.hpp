// SPDX-License-Identifier: MIT
#pragma once
// What most sessions never need takes no room in them.

#include <agi/version.hpp>

#include <utility>

namespace agi { inline namespace v0 { namespace wire {

/// An object that is made when it is first needed. <memory> would cost every file more.
template <class T>
class OnDemand {
  public:
    OnDemand() noexcept = default;
    OnDemand(OnDemand&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}
    OnDemand& operator=(OnDemand&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    OnDemand(const OnDemand&) = delete;
    OnDemand& operator=(const OnDemand&) = delete;
    ~OnDemand() { delete object_; }

    [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }
    [[nodiscard]] const T& operator*() const noexcept { return *object_; }
    [[nodiscard]] const T* operator->() const noexcept { return object_; }
    [[nodiscard]] T& made() {
        if (object_ == nullptr) object_ = new T{};
        return *object_;
    }

  private:
    T* object_ = nullptr;
};

}}}  // namespace agi::v0::wire
