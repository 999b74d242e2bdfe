// SPDX-License-Identifier: MIT
#pragma once
// Handlers, by the path that leads to them, and what goes around them.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/dispatcher.hpp>
#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/middleware.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/version.hpp>
#include <agi/wire/refuse.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// The routes of a server, or of a group of it that has middlewares of its own: see Server and `group`.
/// A group refers to its server. All is added before the server runs.
class Routes {
  public:
    /// The handler of a path: `pin`, or a pattern such as `account/{id}` or `files/{path...}`. An
    /// exact path comes before patterns, and these in the order in which they were added.
    ///
    /// @throws std::invalid_argument  the path has a route already, or the pattern is none
    /// @throws std::logic_error       a middleware cannot go around this kind of handler
    template <class Handler, class = std::enable_if_t<is_handler<Handler>()>>
    void route(std::string_view path, Handler handler) {
        add(path, std::move(handler));
    }
    /// The same for a function, also one of a template: `server.route("pin", ask_pin)`.
    void route(std::string_view path, void (*handler)(Call&)) { add(path, handler); }
#ifdef AGI_HAS_COROUTINES
    void route(std::string_view path, Task<> (*handler)(AsyncCall&)) { add(path, handler); }
#endif

    /// The handler of all paths for which `matches(path, parameters)` says true: see regex.hpp.
    template <class Handler, class = std::enable_if_t<is_handler<Handler>()>>
    void route(Matcher matches, Handler handler) {
        add(std::move(matches), std::move(handler));
    }

    /// The handler of all other paths. Without one, Asterisk's console says that there is no route,
    /// and `status_variable` is NOTFOUND.
    template <class Handler, class = std::enable_if_t<is_handler<Handler>()>>
    void fallback(Handler handler) {
        dispatcher_->fallback(starter(std::move(handler)));
        middlewares_->expect(kind_of<Handler>());
    }

    // What is no handler.
    template <class Path, class Handler, class = std::enable_if_t<!is_handler<Handler>()>,
              class = void>
    AGI_REFUSE(AGI_NO_HANDLER)
    void route(Path /*path*/, Handler /*handler*/) {
        AGI_REFUSE_IN_BODY(Handler, AGI_NO_HANDLER);
    }
    template <class Handler, class = std::enable_if_t<!is_handler<Handler>()>, class = void>
    AGI_REFUSE(AGI_NO_HANDLER)
    void fallback(Handler /*handler*/) {
        AGI_REFUSE_IN_BODY(Handler, AGI_NO_HANDLER);
    }

    /// What goes around all handlers of this server or group, those too that were added before it; the
    /// first one outermost:
    ///
    ///     server.use([](Call& call, const Next& next) { ...; next(); ...; });
    ///     server.use([](AsyncCall& call, const AsyncNext& next) -> Task<> { co_await next(); });
    ///
    /// @throws std::logic_error  it cannot go around the kind of a handler that is there
    template <class Middleware, class = std::enable_if_t<is_middleware<Middleware>()>>
    void use(Middleware middleware) {
        middlewares_->add(std::move(middleware));
    }
    template <class Middleware, class = std::enable_if_t<!is_middleware<Middleware>()>,
              class = void>
    AGI_REFUSE(AGI_NO_MIDDLEWARE)
    void use(Middleware /*middleware*/) {
        AGI_REFUSE_IN_BODY(Middleware, AGI_NO_MIDDLEWARE);
    }

    /// Routes with more around them than those outside of it:
    ///
    ///     auto paid = server.group(only_with_account);
    ///     paid.route("voicemail", voicemail);
    template <class... Middleware>
    [[nodiscard]] Routes group(Middleware... middleware) {
        Routes inner{*dispatcher_, std::make_shared<Middlewares>(middlewares_)};
        (inner.use(std::move(middleware)), ...);
        return inner;
    }

    /// What takes a call to its handler, for Server::adopt.
    using Handler = Dispatcher::Starter;

    /// A handler with the middlewares of this server or group around it. From any thread.
    ///
    /// @throws std::logic_error  a middleware cannot go around this kind of handler
    template <class Callable>
    [[nodiscard]] Handler make_handler(Callable callable) {
        Handler made = starter(std::move(callable));
        middlewares_->expect(kind_of<Callable>());
        return made;
    }

  protected:
    Routes(Dispatcher& dispatcher, std::shared_ptr<Middlewares> middlewares)
        : dispatcher_{&dispatcher}, middlewares_{std::move(middlewares)} {}

  private:
    using CallPointer = Dispatcher::CallPointer;

    template <class Callable>
    static constexpr Middlewares::Kind kind_of() {
        return returns_void<Callable&, Call&>() ? Middlewares::Kind::blocking
                                                : Middlewares::Kind::coroutine;
    }

    /// One that is refused leaves nothing behind.
    template <class Where, class Callable>
    void add(Where where, Callable handler) {
        dispatcher_->router().add(std::move(where), starter(std::move(handler)));
        middlewares_->expect(kind_of<Callable>());
    }

    template <class Callable>
    Dispatcher::Starter starter(Callable handler) {
        middlewares_->check(kind_of<Callable>());
        if constexpr (returns_void<Callable&, Call&>()) {
            return dispatcher_->blocking(
                [around = middlewares_, inner = Dispatcher::BlockingHandler{std::move(handler)}](
                    Call& call) { around->run(call, inner); });
        } else {
#ifdef AGI_HAS_COROUTINES
            return coroutine({middlewares_, std::move(handler)});
#endif
        }
    }

#ifdef AGI_HAS_COROUTINES
    struct Guarded {
        std::shared_ptr<const Middlewares> around;
        AsyncHandler handler;
    };

    static Dispatcher::Starter coroutine(Guarded guarded) {
        return [guarded = std::make_shared<const Guarded>(std::move(guarded))](CallPointer call) {
            std::optional<Task<>> task;
            try {
                task.emplace(guarded->around->run(*call, guarded->handler));
            } catch (...) {  // it is a function that returns a coroutine, and failed before that
                return Dispatcher::end(std::move(call), ending_of(std::current_exception()));
            }
            const auto executor = call->stream().get_executor();
            // The handler lives as long as what it has begun.
            net::co_spawn(
                executor, std::move(*task),
                [guarded, call = std::move(call)](const std::exception_ptr& error) mutable {
                    Dispatcher::end(std::move(call), ending_of(error));
                });
        };
    }
#endif

    Dispatcher* dispatcher_;
    std::shared_ptr<Middlewares> middlewares_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
