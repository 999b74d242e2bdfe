// SPDX-License-Identifier: MIT
#pragma once
// A FastAGI server: the programs that agi:// URLs of the dialplan name.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/dispatcher.hpp>
#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/detail/fitted.hpp>
#include <agi/fastagi/detail/listener.hpp>
#include <agi/fastagi/detail/listening_socket.hpp>
#include <agi/fastagi/detail/loop.hpp>
#include <agi/fastagi/detail/owned_socket.hpp>
#include <agi/fastagi/detail/seldom.hpp>
#include <agi/fastagi/detail/shutdown.hpp>
#include <agi/fastagi/detail/strangers.hpp>
#include <agi/fastagi/middleware.hpp>
#include <agi/fastagi/options.hpp>
#include <agi/fastagi/routes.hpp>
#include <agi/version.hpp>

#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
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
/// closed and the dialplan goes on, whatever children it has started. An exception that leaves it is
/// logged, the dialplan goes on, and `status_variable` says so.
///
/// All is set up before `run`, from one thread. `stop` and `counts` may be called from any.
class Server : public Routes {
  public:
    static constexpr std::uint16_t default_port = 4573;

    /// @throws std::invalid_argument  `thread_stack_size` is less than the system allows
    explicit Server(ServerOptions options = {})
        : Routes{dispatcher_, std::make_shared<Middlewares>()},
          state_{std::make_shared<ServerState>(fitted(std::move(options)))},
          dispatcher_{state_, strangers_},
          loops_{make_loops(state_->options.loops)} {}
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() = default;

    /// Listens on an address, also on several. FastAGI has no password and no encryption: whoever
    /// can connect can talk to the handlers. Port 0: any free one, see `port`.
    ///
    /// @throws system_error  not an IP address, or the socket cannot listen there
    void listen(const std::string& address = "127.0.0.1", std::uint16_t port = default_port) {
        const net::ip::tcp::endpoint at{net::ip::make_address(address), port};
        listeners_.push_back(
            std::make_unique<Listener>(*loops_.front(), ListeningSocket{at}, false));
    }

    /// Accepts on a socket that listens already: see socket_activation.hpp. At a stop, it is closed and
    /// no more: others may have it.
    void listen_on(int fd) {
        listeners_.push_back(
            std::make_unique<Listener>(*loops_.front(), ListeningSocket{fd}, true));
    }

    /// `run` listens only where `listen` or `listen_on` said so: calls come by `adopt`.
    void expect_adopted() noexcept { listens_by_itself_ = false; }

    /// Takes a TCP socket that was connected elsewhere for a call of this server, as if it had
    /// been accepted: limits, counters and `stop` hold for it. `handler`: in place of its route's.
    /// From any thread, before `run`, too.
    ///
    /// False when there are `max_connections`, or the server has stopped: the socket is not taken.
    ///
    /// @throws std::system_error  it is no open socket of a stream
    [[nodiscard]] bool adopt(int fd, Origin origin, Handler handler = {}) {
        require_stream(fd);
        auto connection =
            Gauge::below(state_->options.max_connections, state_->counters.connections);
        if (!connection || state_->stopping) return false;
        CallFacts facts;
        facts.server = state_;
        facts.origin = std::make_shared<const Origin>(std::move(origin));
        facts.connection = std::move(*connection);
        Loop& loop = *loops_[adopted_++ % loops_.size()];
        const auto socket = std::make_shared<OwnedSocket>(fd);
        try {
            net::post(loop.context(), [this, &loop, socket, facts = std::move(facts),
                                       handler = std::move(handler)]() mutable {
                dispatcher_.begin(loop, std::move(*socket), std::move(facts), std::move(handler));
            });
        } catch (...) {
            static_cast<void>(socket->release());
            throw;
        }
        Counters::count(state_->counters.accepted);
        return true;
    }

    /// The port of the first listening socket.
    [[nodiscard]] std::uint16_t port() const { return listeners_.at(0)->endpoint().port(); }

    /// Serves until `stop`. Listens on 127.0.0.1, port 4573, if nothing else was said. Once only.
    ///
    /// @throws std::system_error  the system has no thread for one of the `loops`, or see `listen`
    void run() {
        if (listeners_.empty() && listens_by_itself_) listen();
        warn_of_descriptor_limit();
        for (const auto& listener : listeners_) {
            listener->start(state_, strangers_, loops_,
                            [this](Loop& loop, OwnedSocket socket, CallFacts facts) {
                                dispatcher_.begin(loop, std::move(socket), std::move(facts));
                            });
        }
        std::vector<std::thread> threads;
        start_loops(threads);
        run_first();
        for (std::thread& thread : threads) thread.join();
        signals_.reset();
        strangers_.flush();
        shutdown_.finish();
    }

    /// Takes no more calls. Running ones may go on for that long; then what they wait for throws
    /// ServerStopping, and Asterisk goes on with the dialplan. `run` returns when they have ended,
    /// or some seconds later without those that did not: see `farewell_time`. From any thread.
    void stop(std::chrono::milliseconds grace = std::chrono::seconds{30}) noexcept {
        shutdown_.request(grace);
    }

    /// Calls `stop` when one of the signals comes. A second one ends the grace. May be called again, for
    /// signals with another grace.
    void stop_on_signals(std::initializer_list<int> signals,
                         std::chrono::milliseconds grace = std::chrono::seconds{30}) {
        if (!signals_) signals_.emplace(loops_.front()->context());
        for (const int signal : signals) {
            signals_->add(signal);
            graces_[signal] = grace;
        }
        if (!waits_for_signal_) wait_for_signal();
    }

    /// Whether it takes no more calls.
    [[nodiscard]] bool stopping() const noexcept { return state_->stopping; }

    [[nodiscard]] Counts counts() const noexcept { return state_->counters.copy(); }

    /// The first loop, for what else should run there: it must not block.
    [[nodiscard]] net::io_context& context() noexcept { return loops_.front()->context(); }

  private:
    using Work = net::executor_work_guard<net::io_context::executor_type>;
    using Loops = std::vector<std::unique_ptr<Loop>>;

    static Loops make_loops(unsigned count) {
        Loops loops;
        do loops.push_back(std::make_unique<Loop>());
        while (loops.size() < count);
        return loops;
    }

    static void require_stream(int fd) {
        int type = 0;
        socklen_t size = sizeof type;
        const bool is_socket = ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
        if (is_socket && type == SOCK_STREAM) return;
        throw std::system_error{is_socket ? EPROTOTYPE : errno, std::generic_category(),
                                "a connection to adopt"};
    }

    /// All but the first. If one cannot be had, none is left.
    void start_loops(std::vector<std::thread>& threads) {
        try {
            threads.reserve(loops_.size() - 1);
            for (std::size_t i = 1; i < loops_.size(); ++i) {
                threads.emplace_back([this, &loop = *loops_[i]] { run(loop); });
            }
        } catch (const std::system_error& error) {
            fail_to_start(threads, error.code());
        } catch (const std::bad_alloc&) {
            fail_to_start(threads, std::make_error_code(std::errc::not_enough_memory));
        }
    }
    [[noreturn]] void fail_to_start(std::vector<std::thread>& threads, std::error_code error) {
        for (std::size_t i = 1; i < loops_.size(); ++i) loops_[i]->end();
        for (std::thread& thread : threads) thread.join();
        for (std::size_t i = 1; i < loops_.size(); ++i) loops_[i]->restart();
        throw std::system_error{error, "run: no thread for loop " +
                                           std::to_string(threads.size() + 2) + " of " +
                                           std::to_string(loops_.size())};
    }

    /// What leaves the loop is of something that the user runs in it, or an allocation that failed.
    void run(Loop& loop) noexcept {
        const Work work{loop.context().get_executor()};
        while (!loop.ended())
            run_for_a_while(loop, "a task of the loop", [&] { loop.context().run(); });
    }

    /// The same, and what waits here waits again after it.
    void run_first() noexcept {
        Loop& loop = *loops_.front();
        const Work work{loop.context().get_executor()};
        Seldom report;
        while (!loop.ended()) {
            bool tended = false;
            try {
                tend();
                tended = true;
            } catch (...) {
                if (report()) {
                    state_->log(Severity::error,
                                ending_of(std::current_exception(), "the server's own work").why);
                }
            }
            run_for_a_while(loop, "a task of the loop", [&] {
                tended ? loop.context().run()
                       : loop.context().run_for(std::chrono::milliseconds{20});
            });
        }
    }

    template <class Running>
    void run_for_a_while(Loop& loop, const char* what, const Running& running) noexcept {
        try {
            running();
        } catch (...) {
            state_->log(Severity::error, ending_of(std::current_exception(), what).why);
        }
        if (!loop.ended() && loop.context().stopped()) loop.context().restart();
    }

    /// All that waits on the first loop.
    void tend() {
        shutdown_.tend();
        for (const auto& listener : listeners_) listener->tend();
        if (signals_ && !waits_for_signal_) wait_for_signal();
    }

    void wait_for_signal() {
        signals_->async_wait([this](const error_code& error, int signal) {
            waits_for_signal_ = false;
            if (error) return;
            stop(state_->stopping ? std::chrono::milliseconds{0} : graces_[signal]);
            wait_for_signal();
        });
        waits_for_signal_ = true;
    }

    void warn_of_descriptor_limit() const {
        const std::size_t limit = descriptor_limit();
        const std::size_t wanted = state_->options.max_connections + spare_descriptors;
        if (limit >= wanted) return;
        state_->log(Severity::warning, "this process may have " + std::to_string(limit) +
                                           " descriptors (ulimit -n), and max_connections wants " +
                                           std::to_string(wanted));
    }

    // What the loops hold at their end, such as coroutines that never returned, may use handlers.
    std::shared_ptr<ServerState> state_;
    Dispatcher dispatcher_;
    Loops loops_;
    Strangers strangers_{state_, loops_.front()->context()};
    std::vector<std::unique_ptr<Listener>> listeners_;
    std::optional<net::signal_set> signals_;
    std::map<int, std::chrono::milliseconds> graces_;
    bool waits_for_signal_ = false;
    std::atomic<std::size_t> adopted_{0};
    std::atomic<bool> listens_by_itself_{true};  // a source may come while it runs
    Shutdown shutdown_{state_, loops_, listeners_, dispatcher_.workers()};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
