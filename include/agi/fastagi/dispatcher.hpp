// SPDX-License-Identifier: MIT
#pragma once
// The life of a connection in a server: environment, route, handler, farewell.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/deadline.hpp>
#include <agi/fastagi/ending.hpp>
#include <agi/fastagi/loop.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/fastagi/workers.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi {

/// Brings calls to their handlers.
class Dispatcher {
  public:
    using CallPointer = Loop::CallPointer;
    /// Takes the call to its handler.
    using Starter = std::function<void(CallPointer)>;
    using BlockingHandler = std::function<void(Call&)>;

    explicit Dispatcher(std::shared_ptr<ServerState> state)
        : state_{std::move(state)}, workers_{state_->options.max_threads} {}

    [[nodiscard]] Router<Starter>& router() noexcept { return router_; }
    void fallback(Starter starter) { fallback_ = std::move(starter); }
    [[nodiscard]] const Workers& workers() const noexcept { return workers_; }

    /// A new connection, on the thread of its loop.
    void begin(Loop& loop, LoopSocket socket, const net::ip::tcp::endpoint& peer) {
        CallFacts facts;
        facts.server = state_;
        facts.connection = Gauge{state_->counters.connections};
        facts.peer = peer;
        CallPointer call = loop.add(std::move(facts), std::move(socket));
        AsyncCall& started = *call;
        auto deadline = std::make_unique<Deadline>(
            loop.context().get_executor(), state_->options.environment_time,
            [&started] { started.channel().interrupt(Interrupt::deadline); });
        started.async_start([this, call = std::move(call), deadline = std::move(deadline)](
                                const std::exception_ptr& error) mutable {
            deadline.reset();
            error ? no_call(*call, error) : route(std::move(call));
        });
    }

    /// A starter for a blocking handler.
    [[nodiscard]] Starter blocking(BlockingHandler handler) {
        return [this, handler = std::make_shared<const BlockingHandler>(std::move(handler))](
                   CallPointer call) { start_thread(std::move(call), handler); };
    }

    /// The handler of a call has ended, on the thread of its loop.
    void end(CallPointer call, Ending ending) {
        --state_->counters.active;
        if (ending.outcome == Outcome::failed && call->hung_up()) ending = {Outcome::hung_up, {}};
        tell_and_report(std::move(call), std::move(ending));
    }

  private:
    /// It closed or was silent, as port scans and health checks do, or its environment is too large.
    void no_call(const AsyncCall& call, const std::exception_ptr& error) const {
        Counters::count(state_->counters.no_calls);
        const bool silent = call.environment().raw().empty();
        try {
            std::rethrow_exception(error);
        } catch (const AGIHangup&) {
            if (!silent) call.log(Severity::info, "closed in the middle of its environment");
        } catch (const AGITimeoutError&) {
            call.log(Severity::info, "closed, as its environment was not complete in time");
        } catch (const ServerStopping&) {
            // It has not said anything that could be lost.
        } catch (const std::exception& refused) {
            call.log(Severity::warning, std::string{"closed: "} + refused.what());
        }
    }

    void route(CallPointer call) {
        CallFacts& facts = call->facts();
        facts.id = ++state_->counters.calls;
        facts.begin = std::chrono::steady_clock::now();
        if (state_->stopping) return refuse(std::move(call), Outcome::stopping, "the server stops");
        if (state_->counters.active >= state_->options.max_calls) {
            return refuse(std::move(call), Outcome::busy, "all calls that may run do");
        }
        const Starter* starter = router_.find(call->path(), facts.parameters);
        if (starter == nullptr && fallback_) starter = &fallback_;
        if (starter == nullptr) {
            std::string why = "no route for " + wire::shown(call->path());
            return refuse(std::move(call), Outcome::not_found, std::move(why));
        }
        ++state_->counters.active;
        (*starter)(std::move(call));
    }

    void refuse(CallPointer call, Outcome outcome, std::string why) {
        tell_and_report(std::move(call), {outcome, std::move(why)});
    }

    void tell_and_report(CallPointer call, Ending ending) {
        if (!is_told(ending.outcome)) return report(*call, ending);
        const auto done = [](CallPointer told, const Ending& end) { report(*told, end); };
        AsyncTell<CallPointer, decltype(done)>::start(std::move(call), std::move(ending), done);
    }

    template <class AnyCall>
    static void report(const AnyCall& call, const Ending& ending) {
        const CallFacts& facts = call.facts();
        ServerState& state = *facts.server;
        const auto time = std::chrono::steady_clock::now() - facts.begin;
        state.counters.ended(ending.outcome);
        state.counters.call_times.add(time);
        if (is_told(ending.outcome)) {
            call.log(ending.outcome == Outcome::failed ? Severity::error : Severity::warning,
                     ending.why);
        }
        if (!state.options.on_end) return;
        try {
            state.options.on_end({facts.id, call.path(), ending.outcome, time});
        } catch (const std::exception& error) {
            call.log(Severity::error, std::string{"on_end failed: "} + error.what());
        }
    }

    void start_thread(CallPointer async, std::shared_ptr<const BlockingHandler> handler) {
        if (!workers_.available()) {
            --state_->counters.active;
            return refuse(std::move(async), Outcome::busy, "all threads are taken");
        }
        auto& channel = async->channel();
        error_code ignored;
        const int fd = channel.stream().release(ignored);
        auto call = std::make_unique<Call>(std::move(async->facts()),
                                           CallStream{fd, channel.input().rest()},
                                           std::move(channel.core()));
        async.reset();
        try {
            workers_.start(std::move(call), [handler = std::move(handler)](Call& running) {
                run_blocking(running, *handler);
            });
        } catch (const std::system_error& error) {
            --state_->counters.active;
            state_->log(Severity::error, std::string{"no thread for a call: "} + error.what());
        }
    }

    static void run_blocking(Call& call, const BlockingHandler& handler) {
        std::exception_ptr error;
        try {
            handler(call);
        } catch (...) {
            error = std::current_exception();
        }
        Ending ending = ending_of(error);
        if (ending.outcome == Outcome::failed && call.hung_up()) ending = {Outcome::hung_up, {}};
        --call.facts().server->counters.active;
        if (is_told(ending.outcome)) tell(call, ending);
        report(call, ending);
    }

    std::shared_ptr<ServerState> state_;
    Router<Starter> router_;
    Starter fallback_;
    Workers workers_;
};

}}}  // namespace agi::v0::fastagi
