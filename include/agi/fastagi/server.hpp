// SPDX-License-Identifier: MIT
#pragma once
// A FastAGI server: the programs that agi:// URLs of the dialplan name.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/dispatcher.hpp>
#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/detail/listener.hpp>
#include <agi/fastagi/detail/loop.hpp>
#include <agi/fastagi/detail/shutdown.hpp>
#include <agi/fastagi/middleware.hpp>
#include <agi/fastagi/options.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/version.hpp>
#include <agi/wire/refuse.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// Takes the calls of any number of Asterisks.
///
///     agi::fastagi::Server server;
///     server.route("pin", [](agi::fastagi::Call& call) { agi::Answer{}(call); });
///     server.stop_on_signals({SIGTERM, SIGINT});
///     server.run();
///
/// A handler takes `Call&` and blocks, in a thread of its own, or it takes `AsyncCall&` and is a
/// coroutine that returns Task<>: both may be in one server. When it returns, the connection is
/// closed and the dialplan goes on. An exception that leaves it is logged, the dialplan goes on,
/// and `status_variable` says so.
///
/// All is set up before `run`, from one thread. `stop` and `counts` may be called from any.
class Server {
  public:
    static constexpr std::uint16_t default_port = 4573;

    explicit Server(ServerOptions options = {})
        : state_{std::make_shared<ServerState>(std::move(options))}, dispatcher_{state_} {
        const unsigned loops = state_->options.loops;
        for (unsigned i = 0; i == 0 || i < loops; ++i) loops_.push_back(std::make_unique<Loop>());
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() = default;

    /// The handler of a path: `pin`, or a pattern such as `account/{id}` or `files/{path...}`. An
    /// exact path comes before patterns, and these in the order in which they were added.
    ///
    /// @throws std::invalid_argument  the path has a route already, or the pattern is none
    /// @throws std::logic_error       a middleware cannot go around this kind of handler
    template <class Handler, class = std::enable_if_t<is_handler<Handler>()>>
    void route(std::string_view path, Handler handler) {
        dispatcher_.router().add(path, starter(std::move(handler)));
    }
    /// The same for a function, also one of a template: `server.route("pin", ask_pin)`.
    void route(std::string_view path, void (*handler)(Call&)) {
        dispatcher_.router().add(path, starter(handler));
    }
#ifdef AGI_HAS_COROUTINES
    void route(std::string_view path, Task<> (*handler)(AsyncCall&)) {
        dispatcher_.router().add(path, starter(handler));
    }
#endif

    /// The handler of all paths for which `matches(path, parameters)` says true: see regex.hpp.
    template <class Handler, class = std::enable_if_t<is_handler<Handler>()>>
    void route(Matcher matches, Handler handler) {
        dispatcher_.router().add(std::move(matches), starter(std::move(handler)));
    }

    /// The handler of all other paths. Without one, Asterisk's console says that there is no route,
    /// and `status_variable` is NOTFOUND.
    template <class Handler, class = std::enable_if_t<is_handler<Handler>()>>
    void fallback(Handler handler) {
        dispatcher_.fallback(starter(std::move(handler)));
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

    /// What goes around the handlers that are added after it, the first one outermost:
    ///
    ///     server.use([](Call& call, const Next& next) { ...; next(); ...; });
    ///     server.use([](AsyncCall& call, const AsyncNext& next) -> Task<> { co_await next(); });
    ///
    /// One that does not call `next` ends the call politely.
    template <class Middleware, class = std::enable_if_t<is_middleware<Middleware>()>>
    void use(Middleware middleware) {
        middlewares_.add(std::move(middleware));
    }
    template <class Middleware, class = std::enable_if_t<!is_middleware<Middleware>()>,
              class = void>
    AGI_REFUSE(AGI_NO_MIDDLEWARE)
    void use(Middleware /*middleware*/) {
        AGI_REFUSE_IN_BODY(Middleware, AGI_NO_MIDDLEWARE);
    }

    /// Listens on an address, also on several. FastAGI has no password and no encryption: whoever
    /// can connect can talk to the handlers. Port 0: any free one, see `port`.
    ///
    /// @throws system_error  not an IP address, or the socket cannot listen there
    void listen(const std::string& address = "127.0.0.1", std::uint16_t port = default_port) {
        listeners_.push_back(std::make_unique<Listener>(
            *loops_.front(), net::ip::tcp::endpoint{net::ip::make_address(address), port}));
    }

    /// Accepts on a socket that listens already: see socket_activation.hpp.
    void listen_on(int fd) {
        listeners_.push_back(std::make_unique<Listener>(*loops_.front(), fd));
    }

    /// `run` listens only where `listen` or `listen_on` said so: calls come by `adopt`.
    void expect_adopted() noexcept { listens_by_itself_ = false; }

    /// What takes a call to its handler, for `adopt`.
    using Handler = Dispatcher::Starter;

    /// A handler with the middlewares that were added so far around it. Before `run`, or while no
    /// middleware is added.
    ///
    /// @throws std::logic_error  a middleware cannot go around this kind of handler
    template <class Callable>
    [[nodiscard]] Handler make_handler(Callable callable) {
        return starter(std::move(callable));
    }

    /// Takes a TCP socket that was connected elsewhere for a call of this server, as if it had
    /// been accepted: limits, counters and `stop` hold for it. `handler`: in place of its route's.
    /// From any thread, before `run`, too.
    ///
    /// False when there are `max_connections`, or the server has stopped: the socket is not taken.
    [[nodiscard]] bool adopt(int fd, Origin origin, Handler handler = {}) {
        auto connection =
            Gauge::below(state_->options.max_connections, state_->counters.connections);
        if (!connection) return false;
        if (state_->stopping) return false;
        Counters::count(state_->counters.accepted);
        CallFacts facts;
        facts.server = state_;
        facts.origin = std::make_shared<const Origin>(std::move(origin));
        facts.connection = std::move(*connection);
        Loop& loop = *loops_[adopted_++ % loops_.size()];
        net::post(loop.context(), [this, &loop, socket = Owned{fd}, facts = std::move(facts),
                                   handler = std::move(handler)]() mutable {
            LoopSocket connected{loop.context()};
            error_code error;
            connected.assign(net::ip::tcp::v4(), socket.fd, error);
            if (error) return Counters::count(state_->counters.no_calls);
            socket.fd = -1;
            dispatcher_.begin(loop, std::move(connected), std::move(facts), std::move(handler));
        });
        return true;
    }

    /// The port of the first listening socket.
    [[nodiscard]] std::uint16_t port() const { return listeners_.at(0)->endpoint().port(); }

    /// Serves until `stop`. Listens on 127.0.0.1, port 4573, if nothing else was said. Once only.
    void run() {
        if (listeners_.empty() && listens_by_itself_) listen();
        warn_of_descriptor_limit();
        for (const auto& listener : listeners_) {
            listener->start(state_, loops_, [this](Loop& loop, LoopSocket socket, CallFacts facts) {
                dispatcher_.begin(loop, std::move(socket), std::move(facts));
            });
        }
        std::vector<std::thread> threads;
        for (std::size_t i = 1; i < loops_.size(); ++i) {
            threads.emplace_back([this, &loop = *loops_[i]] { run(loop); });
        }
        run(*loops_.front());
        for (std::thread& thread : threads) thread.join();
        signals_.reset();
        shutdown_.finish();
    }

    /// Takes no more calls. Running ones may go on for that long; then what they wait for throws
    /// wire::ServerStopping, and Asterisk goes on with the dialplan. `run` returns when they have ended,
    /// or some seconds later without those that did not: see `farewell_time`. From any thread.
    void stop(std::chrono::milliseconds grace = std::chrono::seconds{30}) {
        net::post(context(), [this, grace] { shutdown_.begin(grace); });
    }

    /// Calls `stop` when one of the signals comes. A second one ends the grace.
    void stop_on_signals(std::initializer_list<int> signals,
                         std::chrono::milliseconds grace = std::chrono::seconds{30}) {
        signals_.emplace(loops_.front()->context());
        for (const int signal : signals) signals_->add(signal);
        wait_for_signal(grace);
    }

    /// Whether it takes no more calls.
    [[nodiscard]] bool stopping() const noexcept { return state_->stopping; }

    [[nodiscard]] Counts counts() const noexcept { return state_->counters.copy(); }

    /// The first loop, for what else should run there: it must not block.
    [[nodiscard]] net::io_context& context() noexcept { return loops_.front()->context(); }

  private:
    /// A descriptor on its way to a loop.
    struct Owned {
        explicit Owned(int owned) noexcept : fd{owned} {}
        Owned(Owned&& other) noexcept : fd{std::exchange(other.fd, -1)} {}
        Owned& operator=(Owned&&) = delete;
        Owned(const Owned&) = delete;
        Owned& operator=(const Owned&) = delete;
        ~Owned() {
            if (fd >= 0) ::close(fd);
        }
        int fd;
    };

    using CallPointer = Dispatcher::CallPointer;
    using Work = net::executor_work_guard<net::io_context::executor_type>;

    /// What leaves the loop is of something that the user runs in it.
    void run(Loop& loop) const {
        const Work work{loop.context().get_executor()};
        while (!loop.context().stopped()) {
            try {
                loop.context().run();
            } catch (...) {
                state_->log(Severity::error,
                            ending_of(std::current_exception(), "a task of the loop").why);
            }
        }
    }

    template <class Handler>
    Dispatcher::Starter starter(Handler handler) {
        if constexpr (returns_void<Handler&, Call&>()) {
            return dispatcher_.blocking(
                middlewares_.wrap(Dispatcher::BlockingHandler{std::move(handler)}));
        } else {
#ifdef AGI_HAS_COROUTINES
            return coroutine(middlewares_.wrap(AsyncHandler{std::move(handler)}));
#endif
        }
    }

#ifdef AGI_HAS_COROUTINES
    static Dispatcher::Starter coroutine(AsyncHandler handler) {
        return [handler = std::move(handler)](CallPointer call) {
            std::optional<Task<>> task;
            try {
                task.emplace(handler(*call));
            } catch (...) {  // it is a function that returns a coroutine, and failed before that
                return Dispatcher::end(std::move(call), ending_of(std::current_exception()));
            }
            const auto executor = call->stream().get_executor();
            net::co_spawn(executor, std::move(*task),
                          [call = std::move(call)](const std::exception_ptr& error) mutable {
                              Dispatcher::end(std::move(call), ending_of(error));
                          });
        };
    }
#endif

    void wait_for_signal(std::chrono::milliseconds grace) {
        signals_->async_wait([this, grace](const error_code& error, int) {
            if (error) return;
            stop(state_->stopping ? std::chrono::milliseconds{0} : grace);
            wait_for_signal(grace);
        });
    }

    void warn_of_descriptor_limit() const {
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        const std::size_t wanted = state_->options.max_connections + spare_descriptors;
        if (files.rlim_cur >= wanted) return;
        state_->log(Severity::warning, "this process may have " + std::to_string(files.rlim_cur) +
                                           " descriptors (ulimit -n), and max_connections wants " +
                                           std::to_string(wanted));
    }

    static constexpr std::size_t spare_descriptors = 64;

    // What the loops hold at their end, such as coroutines that never returned, may use handlers.
    std::shared_ptr<ServerState> state_;
    Dispatcher dispatcher_;
    Middlewares middlewares_;
    std::vector<std::unique_ptr<Loop>> loops_;
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::optional<net::signal_set> signals_;
    std::atomic<std::size_t> adopted_{0};
    bool listens_by_itself_ = true;
    Shutdown shutdown_{state_, loops_, listeners_, dispatcher_.workers()};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
