// SPDX-License-Identifier: MIT
#pragma once
// What goes around handlers.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/dispatcher.hpp>
#include <agi/version.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// What a blocking middleware calls to go on.
using Next = std::function<void()>;
using BlockingMiddleware = std::function<void(Call&, const Next&)>;

#ifdef AGI_HAS_COROUTINES
/// What a middleware for coroutines awaits to go on.
using AsyncNext = std::function<Task<>()>;
using AsyncMiddleware = std::function<Task<>(AsyncCall&, const AsyncNext&)>;
using AsyncHandler = std::function<Task<>(AsyncCall&)>;
#endif

/// Whether a call with these arguments is possible, and returns nothing that would be lost.
template <class Callable, class... Arguments>
constexpr bool returns_void() {
    if constexpr (std::is_invocable_v<Callable, Arguments...>) {
        return std::is_void_v<std::invoke_result_t<Callable, Arguments...>>;
    } else {
        return false;
    }
}

/// Whether it blocks for a call, or is a coroutine for one. (A coroutine for calls of any kind could
/// be called as the former, too, but would never run.)
template <class Handler>
constexpr bool is_handler() {
#ifdef AGI_HAS_COROUTINES
    if constexpr (!returns_void<Handler&, Call&>()) {
        return std::is_invocable_r_v<Task<>, Handler&, AsyncCall&>;
    }
#endif
    return returns_void<Handler&, Call&>();
}

/// Which handlers it goes around; it may be both. (A coroutine for calls of any kind fits the former
/// too, but would never run.)
template <class Middleware>
constexpr bool goes_around_blocking() {
    return returns_void<Middleware&, Call&, const Next&>();
}
template <class Middleware>
constexpr bool goes_around_coroutines() {
#ifdef AGI_HAS_COROUTINES
    return std::is_invocable_r_v<Task<>, Middleware&, AsyncCall&, const AsyncNext&>;
#else
    return false;
#endif
}
template <class Middleware>
constexpr bool is_middleware() {
    return goes_around_blocking<Middleware>() || goes_around_coroutines<Middleware>();
}

#ifdef AGI_HAS_COROUTINES
#define AGI_NO_HANDLER \
    "A handler is  void(agi::fastagi::Call&)  or  agi::Task<>(agi::fastagi::AsyncCall&)"
#define AGI_NO_MIDDLEWARE \
    "A middleware is  void(Call&, const Next&)  or  Task<>(AsyncCall&, const AsyncNext&)"
#else
#define AGI_NO_HANDLER \
    "A handler is  void(agi::fastagi::Call&); coroutines need C++20 and an Asio that has them"
#define AGI_NO_MIDDLEWARE \
    "A middleware is  void(Call&, const Next&); coroutines need C++20 and an Asio that has them"
#endif

/// What goes around handlers of both kinds, the first middleware outermost. It may have others
/// around it. Added to before the server runs.
class Middlewares {
  public:
    explicit Middlewares(std::shared_ptr<Middlewares> outer = {}) : outer_{std::move(outer)} {}

    /// Goes around the handlers that are inside already, too.
    ///
    /// @throws std::logic_error  it cannot go around one of them
    template <class Middleware>
    void add(Middleware middleware) {
        Entry entry;
        if constexpr (goes_around_blocking<Middleware>()) entry.blocking = middleware;
#ifdef AGI_HAS_COROUTINES
        if constexpr (goes_around_coroutines<Middleware>()) {
            entry.async = std::make_shared<AsyncMiddleware>(middleware);
        }
#endif
        if (has_blocking_ && !entry.blocking) refuse("use", "blocking");
        if (has_coroutines_ && !entry.async) refuse("use", "coroutine");
        entries_.push_back(std::move(entry));
    }

    /// What kinds of handlers there are.
    enum class Kind : bool { blocking, coroutine };

    /// Whether each of them can go around such a handler. From any thread.
    ///
    /// @throws std::logic_error  one of them cannot
    void check(Kind kind) const {
        if (outer_) outer_->check(kind);
        for (const Entry& entry : entries_) {
            if (kind == Kind::blocking && !entry.blocking) refuse("route", "blocking");
            if (kind == Kind::coroutine && !entry.async) refuse("route", "coroutine");
        }
    }
    /// Such a handler is inside. From any thread.
    void expect(Kind kind) noexcept {
        if (outer_) outer_->expect(kind);
        (kind == Kind::blocking ? has_blocking_ : has_coroutines_) = true;
    }

    void run(Call& call, const Dispatcher::BlockingHandler& handler, std::size_t from = 0) const {
        if (from == size()) return handler(call);
        at(from).blocking(call, [&] { run(call, handler, from + 1); });
    }

#ifdef AGI_HAS_COROUTINES
    [[nodiscard]] Task<> run(AsyncCall& call, const AsyncHandler& handler,
                             std::size_t from = 0) const {
        return from == size() ? handler(call) : through(call, handler, from);
    }
#endif

  private:
    struct Entry {
        BlockingMiddleware blocking;
        std::shared_ptr<void> async;  // the layout does not depend on the language's version
    };

    [[nodiscard]] std::size_t size() const noexcept {
        return (outer_ ? outer_->size() : 0) + entries_.size();
    }
    [[nodiscard]] const Entry& at(std::size_t index) const noexcept {
        const std::size_t outside = outer_ ? outer_->size() : 0;
        return index < outside ? outer_->at(index) : entries_[index - outside];
    }

#ifdef AGI_HAS_COROUTINES
    [[nodiscard]] Task<> through(AsyncCall& call, const AsyncHandler& handler,
                                 std::size_t from) const {
        const AsyncNext next = [this, &call, &handler, from] {
            return run(call, handler, from + 1);
        };
        co_await (*std::static_pointer_cast<AsyncMiddleware>(at(from).async))(call, next);
    }
#endif
    [[noreturn]] static void refuse(const char* what, const char* kind) {
        throw std::logic_error{std::string{what} + ": a middleware does not take " + kind +
                               " calls, and would be left out"};
    }

    const std::shared_ptr<Middlewares> outer_;
    std::vector<Entry> entries_;
    std::atomic<bool> has_blocking_{false};
    std::atomic<bool> has_coroutines_{false};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
