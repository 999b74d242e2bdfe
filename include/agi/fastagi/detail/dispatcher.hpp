// SPDX-License-Identifier: MIT
#pragma once
// The life of a connection in a server: environment, route, handler, farewell.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/detail/loop.hpp>
#include <agi/fastagi/detail/workers.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

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

    /// A new connection, on the thread of its loop. `starter`: for another handler than the route's.
    void begin(Loop& loop, LoopSocket socket, CallFacts facts, Starter starter = {}) {
        const std::size_t line_limit = facts.origin ? facts.origin->line_limit : 0;
        CallPointer call = loop.add(std::move(facts), std::move(socket));
        AsyncCall& started = *call;
        if (line_limit != 0) started.line_limit(line_limit);
        started.async_start(
            [this, call = std::move(call),
             starter = std::move(starter)](const std::exception_ptr& error) mutable {
                error ? no_call(*call, error) : route(std::move(call), starter);
            },
            wire::time_after(std::chrono::steady_clock::now(), state_->options.environment_time));
    }

    /// A starter for a blocking handler.
    [[nodiscard]] Starter blocking(BlockingHandler handler) {
        return [this, handler = std::make_shared<const BlockingHandler>(std::move(handler))](
                   CallPointer call) { start_thread(std::move(call), handler); };
    }

    /// The handler of a call has ended, on the thread of its loop.
    static void end(CallPointer call, Ending ending) {
        CallAccess::facts(*call).active = {};
        nothing_to_tell(*call, ending);
        tell_and_report(std::move(call), std::move(ending));
    }

  private:
    /// It closed or was silent, as port scans and health checks do, or its environment is too large.
    void no_call(AsyncCall& call, const std::exception_ptr& error) const {
        Counters::count(state_->counters.no_calls);
        const bool silent =
            call.environment().raw().empty() && CallAccess::channel(call).unread().empty();
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

    void route(CallPointer call, const Starter& given) {
        CallFacts& facts = CallAccess::facts(*call);
        facts.id = ++state_->counters.calls;
        facts.begin = std::chrono::steady_clock::now();
        if (state_->stopping) {
            return tell_and_report(std::move(call), {Outcome::stopping, "the server stops"});
        }
        auto active = Gauge::below(state_->options.max_calls, state_->counters.active);
        if (!active) {
            return tell_and_report(std::move(call), {Outcome::busy, "all calls that may run do"});
        }
        facts.active = std::move(*active);
        if (given) return given(std::move(call));
        const Starter* starter = nullptr;
        try {
            starter = find(call->path(), facts.parameters);
        } catch (...) {
            return end(std::move(call), ending_of(std::current_exception(), "its route"));
        }
        if (starter != nullptr) return (*starter)(std::move(call));
        std::string why = "no route for " + wire::shown(call->path());
        end(std::move(call), {Outcome::not_found, std::move(why)});
    }

    const Starter* find(std::string_view path, Parameters& parameters) const {
        const Starter* const starter = router_.find(path, parameters);
        return starter == nullptr && fallback_ ? &fallback_ : starter;
    }

    static void tell_and_report(CallPointer call, Ending ending) {
        if (!is_told(ending.outcome)) return report(*call, ending);
        const auto done = [](CallPointer told, const Ending& end) { report(*told, end); };
        AsyncTell<CallPointer, decltype(done)>::start(std::move(call), std::move(ending), done);
    }

    template <class AnyCall>
    static void report(const AnyCall& call, const Ending& ending) {
        const CallFacts& facts = CallAccess::facts(call);
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
        } catch (...) {
            call.log(Severity::error, ending_of(std::current_exception(), "on_end").why);
        }
    }

    void start_thread(CallPointer async, std::shared_ptr<const BlockingHandler> handler) {
        if (!workers_.reserve()) {
            return end(std::move(async), {Outcome::busy, "all threads are taken"});
        }
        auto& channel = CallAccess::channel(*async);
        error_code ignored;
        const int fd = channel.stream().release(ignored);
        auto call =
            std::make_unique<Call>(std::move(CallAccess::facts(*async)),
                                   CallStream{fd, channel.unread()}, std::move(channel.exchange()));
        async.reset();
        const auto work = [handler = std::move(handler)](Call& running) {
            run_blocking(running, *handler);
        };
        if (workers_.start(call, work)) return;
        CallAccess::facts(*call).active = {};
        tell_blindly(fd, state_->options, Outcome::busy);
        report(*call, {Outcome::busy, "the system has no thread for it"});
    }

    static void run_blocking(Call& call, const BlockingHandler& handler) {
        std::exception_ptr error;
        try {
            handler(call);
        } catch (...) {
            error = std::current_exception();
        }
        Ending ending = ending_of(error);
        CallAccess::facts(call).active = {};
        if (!nothing_to_tell(call, ending)) tell(call, ending);
        report(call, ending);
    }

    std::shared_ptr<ServerState> state_;
    Router<Starter> router_;
    Starter fallback_;
    Workers workers_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
