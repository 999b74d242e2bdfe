// SPDX-License-Identifier: MIT
#pragma once
// A callable that is copied with what holds it, without what <functional> costs to include.

#include <agi/version.hpp>

#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

template <class Signature>
class Callback;

/// Any callable with this signature, or none. Copies what it holds.
template <class Result, class... Arguments>
// NOLINTNEXTLINE(cppcoreguidelines-special-member-functions): one assignment copies and moves
class Callback<Result(Arguments...)> {
  public:
    Callback() noexcept = default;

    template <class Callable,
              class = std::enable_if_t<
                  !std::is_same_v<std::decay_t<Callable>, Callback> &&
                  std::is_invocable_r_v<Result, std::decay_t<Callable>&, Arguments...>>>
    // NOLINTNEXTLINE(bugprone-forwarding-reference-overload): it is not for a Callback
    Callback(Callable&& callable)
        : object_{new std::decay_t<Callable>(std::forward<Callable>(callable))},
          table_{&table_of<std::decay_t<Callable>>} {}

    Callback(const Callback& other)
        : object_{other.object_ == nullptr ? nullptr : other.table_->copy(other.object_)},
          table_{other.table_} {}
    Callback(Callback&& other) noexcept
        : object_{std::exchange(other.object_, nullptr)}, table_{other.table_} {}
    Callback& operator=(Callback other) noexcept {
        std::swap(object_, other.object_);
        std::swap(table_, other.table_);
        return *this;
    }
    ~Callback() { clear(); }

    [[nodiscard]] explicit operator bool() const noexcept { return object_ != nullptr; }
    Result operator()(Arguments... arguments) const {
        return table_->call(object_, std::forward<Arguments>(arguments)...);
    }

  private:
    /// Not inline: g++ 12 would warn, in optimized code, of a member that it takes for uninitialized.
    [[gnu::noinline]] void clear() noexcept {
        if (object_ != nullptr) table_->destroy(object_);
    }

    struct Table {
        Result (*call)(void*, Arguments...);
        void* (*copy)(const void*);
        void (*destroy)(void*) noexcept;
    };

    template <class Callable>
    static constexpr Table table_of{
        [](void* object, Arguments... arguments) -> Result {
            return (*static_cast<Callable*>(object))(std::forward<Arguments>(arguments)...);
        },
        [](const void* object) -> void* {
            return new Callable(*static_cast<const Callable*>(object));
        },
        [](void* object) noexcept { delete static_cast<Callable*>(object); }};

    void* object_ = nullptr;
    const Table* table_ = nullptr;
};

}}}  // namespace agi::v0::ivr
