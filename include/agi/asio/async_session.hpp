// SPDX-License-Identifier: MIT
#pragma once
// A session that does not block: over any Asio stream, with coroutines or callbacks.

#include <agi/asio/async_after_hangup.hpp>
#include <agi/asio/async_operation.hpp>
#include <agi/asio/async_orders.hpp>
#include <agi/asio/net.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { inline namespace AGI_NET {

/// One call, over a stream of Asio: a socket, or whatever reads and writes like one. One command at
/// a time, from one thread or strand. Not to be moved or destroyed while an operation runs.
///
///     const agi::GetData ask{"enter-pin", 5s, 4};
///     const auto pin = co_await call(ask);                              // C++20
///     call.async_execute(ask, [](std::exception_ptr error, agi::GetData::Result pin) {...});
///
/// An operation owns a copy of its command. What it does, and what it throws, is what the operation of
/// that name in AnySession does. One that is cancelled (by the operator `||` of Asio's coroutines, say)
/// leaves its reply owed: the next command waits for it and drops it, or `resync` ends what Asterisk
/// does at once.
template <class AsyncStream = wire::net::ip::tcp::socket>
class AsyncSession {
  public:
    using Time = Exchange::Time;

    /// Nothing is read yet: that is `start`.
    explicit AsyncSession(AsyncStream stream, SessionOptions options = {})
        : channel_{std::move(stream), std::move(options)} {}
    /// The same, and the stream is made from these arguments. A socket is not set to non-blocking.
    template <class... ForStream>
    explicit AsyncSession(std::in_place_t in_place, SessionOptions options,
                          ForStream&&... arguments)
        : channel_{in_place, std::move(options), std::forward<ForStream>(arguments)...} {}

    /// Reads the environment, by that time at the latest. Completes with void(std::exception_ptr).
    ///
    /// AGISIGPIPEHangup: the stream closed before it was complete. AGIError: it passes a limit.
    template <class Token>
    auto async_start(Token&& token, Time deadline = no_deadline) {
        return run(std::make_unique<wire::AsyncSimple<Channel>>(Order::Kind::start, deadline),
                   std::forward<Token>(token));
    }

    /// Sends a command and waits for its result. Completes with void(std::exception_ptr, Result),
    /// or void(std::exception_ptr) if the command has none.
    template <class Command, class Token, class = wire::if_command<Command>>
    auto async_execute(Command command, Token&& token) {
        return run_command(std::move(command), Urgency::normal, no_deadline,
                           std::forward<Token>(token));
    }
    template <class Command, class Token, class = wire::if_no_command<Command>, class = void>
    AGI_REFUSE(AGI_NO_COMMAND)
    void async_execute(Command /*command*/, Token&& /*token*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_NO_COMMAND);
    }

    /// The same, under either HangupPolicy, by that time at the latest. For commands that work after a
    /// hang-up.
    template <class Command, class Token, class = wire::if_after_hangup<Command>>
    auto async_execute_after_hangup(Command command, Token&& token, Time deadline = no_deadline) {
        return run_command(std::move(command), Urgency::after_hangup, deadline,
                           std::forward<Token>(token));
    }
    template <class Command, class Token, class = wire::if_not_after_hangup<Command>, class = void>
    AGI_REFUSE(AGI_NOT_AFTER_HANGUP)
    void async_execute_after_hangup(Command /*command*/, Token&& /*token*/,
                                    Time /*deadline*/ = no_deadline) {
        AGI_REFUSE_IN_BODY(Command, AGI_NOT_AFTER_HANGUP);
    }

    /// See AnySession::execute_within.
    template <class Command, class Token>
    auto async_execute_within(Command command, std::chrono::milliseconds margin, Token&& token) {
        const auto deadline = wire::deadline_of(command, margin, now());
        return run_command(std::move(command), Urgency::normal, deadline,
                           std::forward<Token>(token));
    }

    /// See AnySession::execute_until. `stop` is asked on the session's executor.
    template <class Command, class Condition, class Token, class = wire::if_stoppable<Command>>
    auto async_execute_until(Command command, Condition stop, std::chrono::milliseconds interval,
                             Token&& token) {
        using Order = wire::AsyncUntil<Channel, Command, Condition>;
        return run(std::make_unique<Order>(std::move(command), std::move(stop), interval),
                   std::forward<Token>(token));
    }
    template <class Command, class Condition, class Token, class = wire::if_not_stoppable<Command>,
              class = void>
    AGI_REFUSE(AGI_NOT_STOPPABLE)
    void async_execute_until(Command /*command*/, Condition /*stop*/,
                             std::chrono::milliseconds /*interval*/, Token&& /*token*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_NOT_STOPPABLE);
    }

    /// Sends a line that was written elsewhere, as it is. Completes with void(std::exception_ptr,
    /// Reply), whatever the reply says.
    template <class Token>
    auto async_send(std::string line, Token&& token) {
        return run(std::make_unique<wire::AsyncSend<Channel>>(std::move(line)),
                   std::forward<Token>(token));
    }

    /// See AnySession::resync. Completes with void(std::exception_ptr).
    template <class Token>
    auto async_resync(Token&& token) {
        return run(std::make_unique<wire::AsyncSimple<Channel>>(Order::Kind::resync, no_deadline),
                   std::forward<Token>(token));
    }

#ifdef AGI_HAS_COROUTINES
    /// Reads the environment.
    Task<> start() { return async_start(wire::net::use_awaitable); }

    /// Sends a command and waits for its result.
    template <class Command, class = wire::if_lasting<Command>>
    auto operator()(Command&& command) {
        return async_execute(std::decay_t<Command>(std::forward<Command>(command)),
                             wire::net::use_awaitable);
    }
    template <class Command, class = wire::if_temporary<Command>, class = void>
    AGI_REFUSE(AGI_TEMPORARY)
    Task<> operator()(Command&& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_TEMPORARY);
        return Task<>{};
    }

    /// The same, for  co_await Command{...}(call)
    template <class Command, class = wire::if_always_lasting<Command>>
    auto execute(const Command& command) {
        return async_execute(command, wire::net::use_awaitable);
    }
    template <class Command, class = wire::if_perhaps_temporary<Command>, class = void>
    AGI_REFUSE(AGI_PERHAPS_TEMPORARY)
    Task<> execute(const Command& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_PERHAPS_TEMPORARY);
        return Task<>{};
    }

    /// Sends a line that was written elsewhere, as it is, and returns its reply.
    Task<Reply> send(std::string line) {
        return async_send(std::move(line), wire::net::use_awaitable);
    }

    /// See AnySession::resync.
    Task<> resync() { return async_resync(wire::net::use_awaitable); }

    /// See AnySession::execute_within.
    template <class Command, class = wire::if_lasting<Command>>
    auto execute_within(Command&& command, std::chrono::milliseconds margin) {
        return async_execute_within(std::decay_t<Command>(std::forward<Command>(command)), margin,
                                    wire::net::use_awaitable);
    }
    template <class Command, class = wire::if_temporary<Command>, class = void>
    AGI_REFUSE(AGI_TEMPORARY)
    Task<> execute_within(Command&& /*command*/, std::chrono::milliseconds /*margin*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_TEMPORARY);
        return Task<>{};
    }

    /// See AnySession::execute_until.
    template <class Command, class Condition, class = wire::if_lasting<Command>>
    auto execute_until(Command&& command, Condition stop,
                       std::chrono::milliseconds interval = std::chrono::milliseconds{20}) {
        return async_execute_until(std::decay_t<Command>(std::forward<Command>(command)),
                                   std::move(stop), interval, wire::net::use_awaitable);
    }
    template <class Command, class Condition, class = wire::if_temporary<Command>, class = void>
    AGI_REFUSE(AGI_TEMPORARY)
    Task<> execute_until(Command&& /*command*/, Condition /*stop*/,
                         std::chrono::milliseconds /*interval*/ = std::chrono::milliseconds{20}) {
        AGI_REFUSE_IN_BODY(Command, AGI_TEMPORARY);
        return Task<>{};
    }

    /// See AnySession::after_hangup. `work` is a coroutine:
    ///
    ///     co_await call.after_hangup([&](auto& rest) -> Task<> { co_await rest(note); });
    template <class Work>
    auto after_hangup(Work work)
        -> std::invoke_result_t<Work&, wire::AsyncAfterHangup<AsyncSession>&> {
        wire::AsyncAfterHangup<AsyncSession> call{*this};
        co_return co_await work(call);
    }
#endif

    [[nodiscard]] const Environment& environment() const noexcept {
        return conversation().environment();
    }

    /// Whether the next reply is certain to belong to the next command: see AnySession::in_step.
    [[nodiscard]] bool in_step() const noexcept { return conversation().in_step(); }

    /// How many replies and other lines were dropped so far: see AnySession::dropped.
    [[nodiscard]] std::size_t dropped() const noexcept { return conversation().dropped(); }

    /// Whether the call is known to be over, and how that was learnt. Looks at what has come so far,
    /// and does not wait; while an operation runs, it is what that has learnt. What comes
    /// through a stream that is no socket itself, such as TLS, is read by commands only.
    [[nodiscard]] bool hung_up() const { return hangup_source() != HangupSource::none; }
    [[nodiscard]] HangupSource hangup_source() const {
        channel_.look();
        return conversation().hangup_source();
    }

    /// Which Asterisk this is.
    [[nodiscard]] const ServerVersion& server() const noexcept { return conversation().server(); }

    [[nodiscard]] Conversation::State state() const noexcept { return conversation().state(); }

    /// The longest request line in bytes, without its LF.
    [[nodiscard]] std::size_t line_limit() const noexcept { return conversation().line_limit(); }
    void line_limit(std::size_t bytes) noexcept {
        channel_.exchange().conversation().line_limit(bytes);
    }

    /// From now on every line goes to this hook; an empty one ends the trace.
    void trace(TraceHook hook) noexcept {
        channel_.exchange().conversation().trace(std::move(hook));
    }

    /// The time by which deadlines go: that of the system, or virtual.
    [[nodiscard]] Time now() const { return channel_.now(); }

    [[nodiscard]] AsyncStream& stream() noexcept { return channel_.stream(); }
    [[nodiscard]] const AsyncStream& stream() const noexcept { return channel_.stream(); }

  protected:
    using Channel = wire::AsyncChannel<AsyncStream>;
    mutable Channel channel_;  // also `hung_up() const` takes what has come

  private:
    template <class Command, class Token>
    auto run_command(Command&& command, Urgency urgency, Time deadline, Token&& token) {
        using Order = wire::AsyncExecute<Channel, std::decay_t<Command>>;
        return run(std::make_unique<Order>(std::forward<Command>(command), urgency, deadline),
                   std::forward<Token>(token));
    }

    template <class Order, class Token>
    auto run(std::unique_ptr<Order> order, Token&& token) {
        using Result = decltype(order->finish(channel_));
        return wire::net::async_compose<Token, typename wire::Completion<Result>::Type>(
            wire::AsyncOperation<Channel, Result>{channel_, std::move(order)}, token,
            channel_.stream());
    }

    [[nodiscard]] const Conversation& conversation() const noexcept {
        return channel_.exchange().conversation();
    }
};

}}}  // namespace agi::v0::AGI_NET
