// SPDX-License-Identifier: MIT
#pragma once
// What goes around handlers.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/dispatcher.hpp>
#include <agi/version.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
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

/// Wraps handlers of both kinds, the first middleware outermost.
class Middlewares {
  public:
    template <class Middleware>
    void add(Middleware middleware) {
        Entry entry;
        if constexpr (goes_around_blocking<Middleware>()) entry.blocking = middleware;
#ifdef AGI_HAS_COROUTINES
        if constexpr (goes_around_coroutines<Middleware>()) {
            entry.async = std::make_shared<AsyncMiddleware>(middleware);
        }
#endif
        entries_.push_back(std::move(entry));
    }

    /// @throws std::logic_error  one of them cannot wrap it
    [[nodiscard]] Dispatcher::BlockingHandler wrap(Dispatcher::BlockingHandler handler) const {
        for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
            if (!entry->blocking) refuse("blocking");
            handler = [outer = entry->blocking, inner = std::move(handler)](Call& call) {
                outer(call, [&] { inner(call); });
            };
        }
        return handler;
    }

#ifdef AGI_HAS_COROUTINES
    [[nodiscard]] AsyncHandler wrap(AsyncHandler handler) const {
        for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
            if (!entry->async) refuse("coroutine");
            handler = [outer = std::static_pointer_cast<AsyncMiddleware>(entry->async),
                       inner = std::make_shared<AsyncHandler>(std::move(handler))](
                          AsyncCall& call) { return through(*outer, *inner, call); };
        }
        return handler;
    }
#endif

  private:
    struct Entry {
        BlockingMiddleware blocking;
        std::shared_ptr<void> async;  // the layout does not depend on the language's version
    };

#ifdef AGI_HAS_COROUTINES
    static Task<> through(const AsyncMiddleware& outer, const AsyncHandler& inner,
                          AsyncCall& call) {
        const AsyncNext next = [&] { return inner(call); };
        co_await outer(call, next);
    }
#endif
    [[noreturn]] static void refuse(const char* kind) {
        throw std::logic_error{std::string{"route: a middleware does not take "} + kind +
                               " calls, and would be left out"};
    }

    std::vector<Entry> entries_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
