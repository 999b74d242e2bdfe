// SPDX-License-Identifier: MIT
#pragma once
// A session that does not block: over any Asio stream, with coroutines or callbacks.

#include <agi/asio/async_after_hangup.hpp>
#include <agi/asio/async_channel.hpp>
#include <agi/asio/async_operation.hpp>
#include <agi/asio/deadline.hpp>
#include <agi/asio/net.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
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
/// Errors are the exceptions of the blocking Session. A cancelled operation (by the operator `||`
/// of Asio's coroutines, say) leaves its reply owed: the next command waits for it and drops it, or
/// `resync` ends what Asterisk does at once.
template <class AsyncStream = wire::net::ip::tcp::socket>
class AsyncSession {
  public:
    /// Nothing is read yet: that is `start`.
    explicit AsyncSession(AsyncStream stream, SessionOptions options = {})
        : channel_{std::move(stream), std::move(options)} {}

    /// Reads the environment. Completes with void(std::exception_ptr).
    ///
    /// AGISIGPIPEHangup: the stream closed before it was complete. AGIError: it passes a limit.
    template <class Token>
    auto async_start(Token&& token) {
        return run<Start>({}, std::forward<Token>(token));
    }

    /// Sends a command and waits for its result. Completes with void(std::exception_ptr, Result),
    /// or void(std::exception_ptr) if the command has none. The command is used until then.
    template <class Command, class Token>
    auto async_execute(const Command& command, Token&& token) {
        return execute(command, Urgency::normal, std::forward<Token>(token));
    }

    /// The same, under either HangupPolicy. For commands that work after a hang-up.
    template <class Command, class Token>
    auto async_execute_after_hangup(const Command& command, Token&& token) {
        static_assert(Command::works_after_hangup, "This command does not work after a hang-up");
        return execute(command, Urgency::after_hangup, std::forward<Token>(token));
    }

    /// Sends a line that was written elsewhere, as it is. Completes with void(std::exception_ptr,
    /// Reply), whatever the reply says.
    template <class Token>
    auto async_send(std::string line, Token&& token) {
        return run<Send>({std::move(line)}, std::forward<Token>(token));
    }

    /// Makes sure that the next command gets its own reply, and ends what Asterisk does if that can
    /// be ended: see Session::resync. Completes with void(std::exception_ptr).
    template <class Token>
    auto async_resync(Token&& token) {
        return run<Resync>({}, std::forward<Token>(token));
    }

#ifdef AGI_HAS_COROUTINES
    /// Reads the environment.
    Task<> start() { return async_start(wire::net::use_awaitable); }

    /// Sends a command and waits for its result.
    template <class Command>
    auto operator()(Command&& command) {
        wire::refuse_temporary<Command>();
        return execute(command, Urgency::normal, wire::net::use_awaitable);
    }

    /// The same, for  co_await Command{...}(call)
    template <class Command>
    auto execute(const Command& command) {
        wire::refuse_any<Command>();
        return execute(command, Urgency::normal, wire::net::use_awaitable);
    }

    /// Sends a line that was written elsewhere, as it is, and returns its reply.
    Task<Reply> send(std::string line) {
        return async_send(std::move(line), wire::net::use_awaitable);
    }

    /// See Session::resync.
    Task<> resync() { return async_resync(wire::net::use_awaitable); }

    /// See Session::execute_within. Needs a stream with a socket as its lowest layer.
    ///
    /// @throws AGITimeoutError  the reply did not come in time. It is still owed
    template <class Command>
    auto execute_within(Command&& command, std::chrono::milliseconds margin) {
        wire::refuse_temporary<Command>();
        return within(command, margin);
    }

    /// See Session::after_hangup. `work` is a coroutine:
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

    /// Whether the next reply is certain to belong to the next command: see Session::in_step.
    [[nodiscard]] bool in_step() const noexcept { return conversation().in_step(); }

    /// Whether the call is known to be over, and how that was learnt: from what has been read.
    [[nodiscard]] bool hung_up() const noexcept { return hangup_source() != HangupSource::none; }
    [[nodiscard]] HangupSource hangup_source() const noexcept {
        return conversation().hangup_source();
    }

    /// Which Asterisk this is.
    [[nodiscard]] const ServerVersion& server() const noexcept { return conversation().server(); }

    [[nodiscard]] Conversation::State state() const noexcept { return conversation().state(); }

    /// From now on every line goes to this hook; an empty one ends the trace.
    void trace(TraceHook hook) noexcept { channel_.core().trace(std::move(hook)); }

    [[nodiscard]] AsyncStream& stream() noexcept { return channel_.stream(); }
    [[nodiscard]] const AsyncStream& stream() const noexcept { return channel_.stream(); }

    using Channel = wire::AsyncChannel<AsyncStream>;
    /// The machinery: for what takes the connection over.
    [[nodiscard]] Channel& channel() noexcept { return channel_; }

  private:
    // What an operation does at its begin and at its end.

    struct Start {
        using Result = void;
        static wire::Step begin(Channel& channel) { return channel.read_environment(); }
        static bool complete(const Channel& /*channel*/) noexcept { return true; }
        static void finish(Channel& /*channel*/) noexcept {}
    };
    template <class Command>
    struct Execute {
        using Result = wire::ResultOf<Command>;
        const Command* command;
        Urgency urgency;
        wire::Step begin(Channel& channel) const { return channel.begin(*command, urgency); }
        static bool complete(const Channel& /*channel*/) noexcept { return true; }
        Result finish(Channel& channel) const { return channel.result_of(*command); }
    };
    struct Send {
        using Result = Reply;
        std::string line;
        [[nodiscard]] wire::Step begin(Channel& channel) const { return channel.begin_raw(line); }
        static bool complete(const Channel& /*channel*/) noexcept { return true; }
        static Reply finish(Channel& channel) { return channel.reply(); }
    };
    struct Resync {
        using Result = void;
        static wire::Step begin(Channel& channel) { return channel.begin_mark(); }
        static bool complete(Channel& channel) noexcept { return channel.at_mark(); }
        static void finish(Channel& /*channel*/) noexcept {}
    };

    template <class Command, class Token>
    auto execute(const Command& command, Urgency urgency, Token&& token) {
        static_assert(wire::has_request<Command>::value,
                      "A command needs  wire::Request request() const");
        static_assert(wire::has_parse<Command>::value,
                      "A command needs  parse(const agi::Reply&) const");
        return run<Execute<Command>>({&command, urgency}, std::forward<Token>(token));
    }
#ifdef AGI_HAS_COROUTINES
    template <class Command>
    Task<wire::ResultOf<Command>> within(const Command& command, std::chrono::milliseconds margin) {
        std::optional<std::chrono::milliseconds> longest{0};
        if constexpr (wire::has_longest<Command>::value) longest = command.longest();
        std::optional<wire::Deadline> deadline;
        if (longest) {
            deadline.emplace(channel_.stream().get_executor(),
                             *longest + std::min(margin, wire::Deadline::longest),
                             [this] { channel_.interrupt(wire::Interrupt::deadline); });
        }
        co_return co_await execute(command, Urgency::normal, wire::net::use_awaitable);
    }
#endif

    template <class Exchange, class Token>
    auto run(Exchange exchange, Token&& token) {
        using Signature = typename wire::Completion<typename Exchange::Result>::Type;
        return wire::net::async_compose<Token, Signature>(
            wire::AsyncOperation<Channel, Exchange>{channel_, std::move(exchange)}, token,
            channel_.stream());
    }

    [[nodiscard]] const Conversation& conversation() const noexcept {
        return channel_.core().conversation();
    }

    Channel channel_;
};

}}}  // namespace agi::v0::AGI_NET
