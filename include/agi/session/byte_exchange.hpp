// SPDX-License-Identifier: MIT
#pragma once
// A session for an event loop of one's own: bytes in, bytes out, and when to wake up. Opt-in.

#include <agi/session/exchange.hpp>
#include <agi/version.hpp>
#include <agi/wire/line_buffer.hpp>
#include <agi/wire/optional.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// An Exchange whose lines come and go as bytes, whole or in parts. It moves none itself:
///
///     session.send(command);
///     for (;;) switch (session.need()) {
///         case Need::write: session.sent(::send(fd, session.output()...));      break;
///         case Need::poll:  // as read; where that would have to wait: session.nothing()
///         case Need::read:  session.received(::recv(fd, session.prepare(), session.room()...)); break;
///         default:          return session.result_of(command);
///     }
///
/// Whatever throws has ended the operation; what it threw means what it means in AnySession. One
/// operation at a time, from one thread.
class ByteExchange {
    /// What throws ends the operation.
    template <class Work>
    auto ending(const Work& work) {
        try {
            return work();
        } catch (...) {
            exchange_.end();
            throw;
        }
    }

  public:
    using Need = Exchange::Need;
    using Time = Exchange::Time;

    explicit ByteExchange(SessionOptions options = {})
        : in_{options.environment.line, initial_size}, exchange_{std::move(options)} {}

    // Operations. Each begins here, and has ended when `need` says so.

    /// The environment, which comes first.
    void start(Time deadline = no_deadline) {
        Order order;
        order.kind = Order::Kind::start;
        order.deadline = deadline;
        begin(order);
    }

    /// See AnySession::execute.
    template <class Command>
    void send(const Command& command, Urgency urgency = Urgency::normal) {
        const wire::Request request = wire::request_of(command, conversation().server());
        begin(wire::order_of(command, request, urgency), request);
    }
    /// See AnySession::execute_within.
    template <class Command>
    void send_within(const Command& command, std::chrono::milliseconds margin) {
        const wire::Request request = wire::request_of(command, conversation().server());
        Order order = wire::order_of(command, request, Urgency::normal);
        order.deadline = wire::deadline_of(command, margin, std::chrono::steady_clock::now());
        begin(order, request);
    }
    /// See AnySession::execute_until. The condition must live until the operation ends; `stop` ends it
    /// without one.
    template <class Command, class Condition, class = wire::if_stoppable<Command>>
    void send_until(const Command& command, Condition& condition,
                    std::chrono::milliseconds interval = std::chrono::milliseconds{20}) {
        const wire::Request request = wire::stoppable_request_of(command, conversation().server(),
                                                                 conversation().environment());
        Order order = wire::order_of(command, request, Urgency::normal);
        order.stop = wire::stop_check(condition, interval);
        begin(order, request);
    }
    template <class Command, class Condition, class = wire::if_not_stoppable<Command>, class = void>
    AGI_REFUSE(AGI_NOT_STOPPABLE)
    void send_until(const Command& /*command*/, Condition& /*condition*/,
                    std::chrono::milliseconds /*interval*/ = std::chrono::milliseconds{20}) {
        AGI_REFUSE_IN_BODY(Command, AGI_NOT_STOPPABLE);
    }
    /// See AnySession::resync.
    void resync() {
        Order order;
        order.kind = Order::Kind::resync;
        order.urgency = Urgency::after_hangup;
        begin(order);
    }
    /// Takes what has come between two operations: a hang-up, or the end.
    void look() {
        Order order;
        order.kind = Order::Kind::look;
        begin(order);
    }

    /// Any operation. Keeps a copy of the request, if it begins.
    void begin(Order order, std::string_view request = {},
               Time (*time_of)(const void*) = &Exchange::steady_time, const void* clock = nullptr) {
        if (order.kind != Order::Kind::start) in_.limit(wire::LineBuffer::default_limit);
        order.request = request;
        if (!exchange_.runs()) {
            request_.clear();
            request_.append(request).push_back('\n');
            order.request = std::string_view{request_}.substr(0, request.size());
        }
        exchange_.begin(order, time_of, clock);
        rest_ = {};
    }

    /// What it needs, after all that has come so far: never Need::peek.
    Need need() {
        for (;;) {
            const Need need = exchange_.need();
            if (need == Need::done) return need;
            if (need == Need::write) {
                const std::string_view line = exchange_.output();
                if (rest_.empty()) rest_ = {line.data(), line.size() + 1};  // with its LF
                return need;
            }
            if (take_line()) continue;
            if (need != Need::peek) return need;
            if (in_.filled()) return Need::poll;
            nothing();
        }
    }

    /// Until when that may take: then `time_over`. Nothing: it takes as long as it takes.
    [[nodiscard]] Optional<Time> until() const noexcept { return exchange_.until(); }

    // What was done about it.

    /// What is left to send.
    [[nodiscard]] std::string_view output() const noexcept { return rest_; }
    /// That many bytes of it were sent.
    void sent(std::size_t size) {
        rest_.remove_prefix(size);
        if (rest_.empty()) ending([this] { exchange_.written(); });
    }
    /// It cannot be sent, as the peer is gone.
    [[noreturn]] void write_closed() {
        exchange_.end();
        exchange_.write_closed();
    }

    /// Where to put bytes that are read, and how many: at least one.
    char* prepare() { return in_.prepare(); }
    [[nodiscard]] std::size_t room() const noexcept { return in_.room(); }
    /// Whether the last bytes filled all of it: more may wait where they came from.
    [[nodiscard]] bool filled() const noexcept { return in_.filled(); }
    /// That many bytes were put there.
    void received(std::size_t size) noexcept { in_.commit(size); }
    /// Need::poll: nothing more can be read. `unread`: something has come all the same.
    void nothing(bool unread = false) {
        const bool part = unread || !in_.rest().empty();
        ending([&] { exchange_.nothing(part); });
    }
    /// The peer has closed, or is gone.
    void closed() {
        ending([this] { exchange_.closed(in_.rest()); });
    }

    /// `until` is over. `unknown`: so is how much of `output` was sent.
    void time_over(bool unknown = false) {
        ending([&] {
            if (exchange_.need() == Need::write) end_write(untouched() && !unknown);
            exchange_.time_over();
        });
    }
    /// Ends the command from outside, as AnySession::execute_until does; it goes on until `need` says
    /// that it is done.
    void stop() { exchange_.stop(); }

    /// Leaves the operation where it is: its reply is owed, and dropped by the next one. A request that was
    /// sent in part makes that impossible.
    void abandon() noexcept {
        if (exchange_.runs() && exchange_.need() == Need::write) end_write(untouched());
        exchange_.end();
    }

    /// What the reply means; ends the operation.
    template <class Command>
    auto result_of(const Command& command) {
        if constexpr (std::is_void_v<decltype(exchange_.result_of(command))>) {
            ending([&] { exchange_.result_of(command); });
            exchange_.end();
        } else {
            auto result = ending([&] { return exchange_.result_of(command); });
            exchange_.end();
            return result;
        }
    }
    /// The operation is over, and has no result.
    void end() noexcept { exchange_.end(); }

    /// Whether nothing of `output` was sent.
    [[nodiscard]] bool untouched() const noexcept {
        return rest_.empty() || rest_.size() == exchange_.output().size() + 1;
    }
    /// What came and was not used yet.
    [[nodiscard]] std::string_view unread() const noexcept { return in_.rest(); }
    /// Gives back the memory of a buffer that is empty.
    void release() { in_.release(); }

    [[nodiscard]] bool runs() const noexcept { return exchange_.runs(); }
    [[nodiscard]] Conversation& conversation() noexcept { return exchange_.conversation(); }
    [[nodiscard]] const Conversation& conversation() const noexcept {
        return exchange_.conversation();
    }
    [[nodiscard]] Exchange& exchange() noexcept { return exchange_; }
    [[nodiscard]] const Exchange& exchange() const noexcept { return exchange_; }

  private:
    static constexpr std::size_t initial_size = 1024;

    void end_write(bool whole) noexcept {
        whole ? exchange_.write_cancelled() : exchange_.write_failed();
    }

    /// Whether a line was there, or what was left of one that was too long.
    bool take_line() {
        return ending([this] {
            std::string_view line;
            try {
                if (!in_.next(line)) return false;
            } catch (const AGIUnknownError& error) {
                exchange_.lost_line(error.what());
                return true;
            }
            exchange_.line(line);
            return true;
        });
    }

    wire::LineBuffer in_;
    Exchange exchange_;
    std::string request_{};    ///< With its LF.
    std::string_view rest_{};  ///< What is left to write.
};

}}  // namespace agi::v0
