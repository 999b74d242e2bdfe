// SPDX-License-Identifier: MIT
#pragma once
// The life of a connection in a server: environment, route, handler, farewell.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/detail/loop.hpp>
#include <agi/fastagi/detail/owned_socket.hpp>
#include <agi/fastagi/detail/strangers.hpp>
#include <agi/fastagi/detail/workers.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/version.hpp>

#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
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

    Dispatcher(std::shared_ptr<ServerState> state, Strangers& strangers)
        : state_{std::move(state)},
          strangers_{strangers},
          workers_{state_->options.max_threads, state_->options.thread_stack_size} {}

    [[nodiscard]] Router<Starter>& router() noexcept { return router_; }
    void fallback(Starter starter) { fallback_ = std::move(starter); }
    [[nodiscard]] const Workers& workers() const noexcept { return workers_; }

    /// A new connection, on the thread of its loop. `starter`: for another handler than the route's.
    void begin(Loop& loop, OwnedSocket socket, CallFacts facts, Starter starter = {}) {
        const bool adopted = facts.origin != nullptr;
        // One that was accepted is known from its birth.
        if (adopted) wire::NotInChildren::add(socket.fd());
        SessionOptions options = options_of(facts);
        CallPointer call = loop.add(std::move(facts), std::move(socket), std::move(options));
        AsyncCall& started = *call;
        started.async_start(
            [this, adopted, call = std::move(call),
             starter = std::move(starter)](const std::exception_ptr& error) mutable {
                if (error) return no_call(*call, error);
                if (!adopted && is_health_check(*call)) return answer_check(*call);
                route(std::move(call), starter);
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
    /// What the server sets of a session, and what its user does.
    [[nodiscard]] SessionOptions options_of(const CallFacts& facts) {
        const ServerOptions& set = state_->options;
        SessionOptions options;
        options.hangup_policy = set.hangup_policy;
        options.environment = set.environment;
        options.reply_limit = set.reply_limit;
        if (set.prepare) {
            const std::string from =
                facts.origin ? facts.origin->label : facts.peer.address().to_string();
            try {
                set.prepare({++prepared_, from}, options);
            } catch (...) {
                state_->log(Severity::error,
                            ending_of(std::current_exception(), "prepare").why + ", for " + from);
            }
        }
        if (facts.origin && facts.origin->line_limit != 0) {
            options.line_limit = facts.origin->line_limit;
        }
        if (!facts.origin) options.environment.first_line = first_line;
        // A thread that is left behind may read a reply when the server is gone.
        options.on_reply = [state = state_,
                            others = std::move(options.on_reply)](std::chrono::nanoseconds time) {
            state->counters.command_times.add(time);
            if (others) others(time);
        };
        return options;
    }

    /// It closed or was silent, as port scans and health checks do, or it speaks something else, or its
    /// environment is too large.
    void no_call(AsyncCall& call, const std::exception_ptr& error) const {
        Counters::count(state_->counters.no_calls);
        const bool silent =
            call.environment().empty() && CallAccess::channel(call).unread().empty();
        try {
            std::rethrow_exception(error);
        } catch (const AGIHangup&) {
            if (silent) return;
            strangers_.add(Severity::info,
                           call.described("closed in the middle of its environment"));
        } catch (const AGITimeoutError&) {
            strangers_.add(Severity::info,
                           call.described("closed, as its environment was not complete in time"));
        } catch (const ServerStopping&) {
            // It has not said anything that could be lost.
        } catch (const std::exception& refused) {
            strangers_.add(Severity::warning,
                           call.described(std::string{"closed: "} + refused.what()));
        }
    }

    /// Asterisk's first field and no other: who asks wants to know whether calls would be answered.
    static bool is_health_check(const AsyncCall& call) noexcept {
        int fields = 0;
        call.environment().for_each([&](std::string_view, std::string_view) { ++fields; });
        return fields == 1 && call.environment().network();
    }
    /// Best effort: a line fits into the buffer of a new connection.
    void answer_check(AsyncCall& call) const {
        Counters::count(state_->counters.checks);
        const std::string_view answer = state_->stopping  ? "FASTAGI STOPPING\n"
                                        : can_take_call() ? "FASTAGI OK\n"
                                                          : "FASTAGI BUSY\n";
        ::send(call.stream().native_handle(), answer.data(), answer.size(),
               MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    [[nodiscard]] bool can_take_call() const {
        return state_->counters.active < state_->options.max_calls && workers_.has_room();
    }

    void route(CallPointer call, const Starter& given) {
        CallFacts& facts = CallAccess::facts(*call);
        facts.id = ++state_->counters.calls;
        facts.end = Uncounted{state_->counters};
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
        const auto done = [](const CallPointer& told, const Ending& end) { report(*told, end); };
        AsyncTell<CallPointer, decltype(done)>::start(std::move(call), std::move(ending), done);
    }

    template <class AnyCall>
    static void report(AnyCall& call, const Ending& ending) noexcept {
        CallFacts& facts = CallAccess::facts(call);
        ServerState& state = *facts.server;
        const auto time = std::chrono::steady_clock::now() - facts.begin;
        facts.end.count(ending.outcome);
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
        Workers::Place place = workers_.reserve();
        if (!place) return end(std::move(async), {Outcome::busy, "all threads are taken"});
        auto& channel = CallAccess::channel(*async);
        CallStream stream{Loop::take_socket(*async), channel.unread()};
        auto call = std::make_unique<Call>(std::move(CallAccess::facts(*async)), std::move(stream),
                                           std::move(channel.exchange()));
        async.reset();
        const auto work = [handler = std::move(handler)](Call& running) noexcept {
            run_blocking(running, *handler);
        };
        if (workers_.start(std::move(place), call, work)) return;
        CallAccess::facts(*call).active = {};
        tell_blindly(call->stream().fd(), state_->options, Outcome::busy);
        report(*call, {Outcome::busy, "the system has no thread for it"});
    }

    static void run_blocking(Call& call, const BlockingHandler& handler) noexcept {
        Ending ending;
        try {
            handler(call);
        } catch (...) {
            ending = ending_of(std::current_exception());
        }
        CallAccess::facts(call).active = {};
        if (!nothing_to_tell(call, ending)) tell(call, ending);
        report(call, ending);
    }

    static constexpr std::string_view first_line = "agi_network: yes";  ///< Of every Asterisk.

    std::shared_ptr<ServerState> state_;
    Strangers& strangers_;
    Router<Starter> router_;
    Starter fallback_;
    Workers workers_;
    std::atomic<std::uint64_t> prepared_{0};
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
