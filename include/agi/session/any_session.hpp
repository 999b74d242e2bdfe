// SPDX-License-Identifier: MIT
#pragma once
// What every blocking session can do, whatever it talks through.

#include <agi/session/after_hangup.hpp>
#include <agi/session/exchange.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// Any blocking session: that of a program, a call of a server, one with the simulated Asterisk. A call
/// flow that takes a reference to it is an ordinary function, declared in a header and compiled once:
///
///     void ask_for_pin(agi::AnySession& call);
///
/// Used by one thread at a time; there is no global state.
///
/// The hang-up is a state, not an end: `hung_up()` tells, commands that do not need the channel go
/// on working, and the others throw an AGIHangup.
class AnySession {
  public:
    AnySession(const AnySession&) = delete;
    AnySession& operator=(const AnySession&) = delete;
    virtual ~AnySession() = default;

    [[nodiscard]] const Environment& environment() const noexcept {
        return conversation().environment();
    }

    /// Sends a command and waits for its result.
    ///
    /// @throws AGIArgumentError  before anything is sent: the line is too long for this Asterisk
    /// @throws AGIHangup         the call is over, and the command needs it; or the stream closed
    /// @throws AGIError          what the reply says; see the command
    template <class Command, class = wire::if_command<Command>>
    auto execute(const Command& command) {
        return execute(command, Urgency::normal);
    }
    template <class Command, class = wire::if_no_command<Command>, class = void>
    AGI_REFUSE(AGI_NO_COMMAND)
    void execute(const Command& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_NO_COMMAND);
    }

    /// The same as `execute`.
    template <class Command, class = wire::if_command<Command>>
    auto operator()(const Command& command) {
        return execute(command, Urgency::normal);
    }
    template <class Command, class = wire::if_no_command<Command>, class = void>
    AGI_REFUSE(AGI_NO_COMMAND)
    void operator()(const Command& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_NO_COMMAND);
    }

    /// Sends a line that was written elsewhere, as it is, and returns its reply, whatever that
    /// says: 510, 511 and 520 are no exceptions here.
    ///
    /// @throws AGIArgumentError  LF, NUL or CR in it; too long; too many words; or it begins
    ///                           with `failure`
    /// @throws AGIHangup         the stream closed before the reply
    Reply send(std::string_view line) {
        const wire::Request request = wire::Request::raw(line);
        Order order;
        order.request = request;
        order.form = wire::form_of(line);
        run(order);
        return exchange_.reply();
    }

    /// The same as `execute`, with a deadline: the time that the command itself may take (its
    /// timeout, where it has one) and `margin` for the rest: sounds, whose length nobody knows, the
    /// way there and back, and the reply to an earlier command that is still owed. A command without
    /// an end has no deadline.
    ///
    /// @throws AGITimeoutError  the reply did not come in time. It is still owed: the next command
    ///                          waits for it, and drops it; `resync` may end what Asterisk does
    ///                          sooner. Or nothing was sent, as the peer does not read: then the
    ///                          session goes on as before
    template <class Command>
    auto execute_within(const Command& command, std::chrono::milliseconds margin) {
        const wire::Request request = wire::request_of(command, server());
        Order order = wire::order_of(command, request, Urgency::normal);
        order.deadline = wire::deadline_of(command, margin, now());
        run_timed(order, "a deadline");
        return exchange_.result_of(command);
    }

    /// The same as `execute`, until `stop()` returns true: then the command is ended from outside,
    /// and its result says so. `stop` is asked every `interval` while the command runs, and while the
    /// reply to an earlier one is waited for; what it looks at may be set by another thread.
    ///
    /// For StreamFile, GetData, GetOption and WaitForDigit, and under EAGI for SayAlpha, SayDigits,
    /// SayNumber and SayPhonetic: Asterisk ends them when a new command comes, here GET FULL
    /// VARIABLE of a mark. All others run to their end whatever comes: they are refused when the
    /// program is compiled.
    ///
    /// @throws AGIArgumentError  SAY without EAGI
    template <class Command, class Condition, class = wire::if_stoppable<Command>>
    auto execute_until(const Command& command, Condition&& stop,
                       std::chrono::milliseconds interval = std::chrono::milliseconds{20}) {
        const wire::Request request = wire::stoppable_request_of(command, server(), environment());
        Order order = wire::order_of(command, request, Urgency::normal);
        auto ask = [&stop]() -> bool { return stop(); };
        order.stop = wire::stop_check(ask, interval);
        run_timed(order, "stopping");
        return exchange_.result_of(command);
    }
    template <class Command, class Condition, class = wire::if_not_stoppable<Command>, class = void>
    AGI_REFUSE(AGI_NOT_STOPPABLE)
    void execute_until(const Command& /*command*/, Condition&& /*stop*/,
                       std::chrono::milliseconds /*interval*/ = std::chrono::milliseconds{20}) {
        AGI_REFUSE_IN_BODY(Command, AGI_NOT_STOPPABLE);
    }

    /// Makes sure that the next command gets its own reply: sends a line that Asterisk echoes, and
    /// drops every reply up to the echo. A command that still runs is ended if Asterisk allows it,
    /// and waited for if not. Works on a dead channel. Every command does so by itself where it is
    /// needed, but waits for a command that still runs.
    ///
    /// @throws AGISIGPIPEHangup  the stream is closed
    /// @throws AGIError          a request may have been sent in part: Asterisk waits for the rest
    ///                           of it, and what came next would become part of that command
    void resync() {
        Order order;
        order.kind = Order::Kind::resync;
        order.urgency = Urgency::after_hangup;
        run(order);
    }

    /// Whether the next reply is certain to belong to the next command. If not, the next command
    /// sends a mark first, to find out.
    [[nodiscard]] bool in_step() const noexcept { return conversation().in_step(); }

    /// How many replies and other lines were dropped so far, as no command had asked for them any more
    /// or ever.
    [[nodiscard]] std::size_t dropped() const noexcept { return conversation().dropped(); }

    /// Whether the call is known to be over, and how that was learnt. Looks at what has come so far,
    /// and does not wait: `while (!call.hung_up()) work();` ends soon after the hang-up.
    [[nodiscard]] bool hung_up() const { return hangup_source() != HangupSource::none; }
    [[nodiscard]] HangupSource hangup_source() const {
        look();
        return conversation().hangup_source();
    }

    /// Calls `work` with a session that takes only commands which work after a hang-up, and takes
    /// them under either HangupPolicy:
    ///
    ///     session.after_hangup([](auto& call) { DatabasePut{"calls", "last", "done"}(call); });
    template <class Work>
    auto after_hangup(Work&& work) {
        AfterHangup<AnySession> call{*this};
        return work(call);
    }

    /// Which Asterisk this is.
    [[nodiscard]] const ServerVersion& server() const noexcept { return conversation().server(); }

    [[nodiscard]] Conversation::State state() const noexcept { return conversation().state(); }

    /// The longest request line in bytes, without its LF.
    [[nodiscard]] std::size_t line_limit() const noexcept { return conversation().line_limit(); }
    void line_limit(std::size_t bytes) noexcept { exchange_.conversation().line_limit(bytes); }

    /// From now on every line goes to this hook; an empty one ends the trace.
    void trace(TraceHook hook) noexcept { exchange_.conversation().trace(std::move(hook)); }

    /// The time by which deadlines go: that of the system, or virtual.
    [[nodiscard]] virtual Exchange::Time now() const = 0;

  protected:
    explicit AnySession(Exchange exchange) : exchange_{std::move(exchange)} {}
    AnySession(AnySession&&) = default;
    AnySession& operator=(AnySession&&) = default;

    /// Runs an operation to its end.
    virtual void run(const Order& order) = 0;
    /// Takes what has come, without waiting.
    virtual void look() const = 0;
    [[nodiscard]] virtual bool can_wait() const noexcept = 0;

    mutable Exchange exchange_;

  private:
    friend class AfterHangup<AnySession>;

    [[nodiscard]] const Conversation& conversation() const noexcept {
        return exchange_.conversation();
    }

    template <class Command>
    auto execute(const Command& command, Urgency urgency) {
        const wire::Request request = wire::request_of(command, server());
        run(wire::order_of(command, request, urgency));
        return exchange_.result_of(command);
    }

    void run_timed(const Order& order, const char* what) {
        if (!can_wait()) {
            throw AGIError(order.subject(), wire::joined({what,
                                                          " needs  bool Stream::wait_line("
                                                          "std::chrono::milliseconds)"}));
        }
        run(order);
    }
};

}}  // namespace agi::v0
