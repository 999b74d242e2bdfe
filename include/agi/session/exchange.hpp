// SPDX-License-Identifier: MIT
#pragma once
// One operation of a session at a time, without its I/O: it says what it needs, and is told what came.

#include <agi/session/conversation.hpp>
#include <agi/session/on_demand.hpp>
#include <agi/session/order.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/optional.hpp>
#include <agi/wire/redacted_error.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// All rules of a session, for whoever moves the bytes:
///
///     exchange.begin(order);
///     for (;;) switch (exchange.need()) {
///         case Need::peek:                                  // see Need
///         case Need::poll:  has_line ? exchange.line(text) : exchange.nothing(); break;
///         case Need::write: send(exchange.output());  exchange.written(); break;
///         case Need::read:  exchange.line(next_line()); break;
///         case Need::done:  return exchange.result_of(command);
///     }
///
/// What goes wrong is thrown by the function that is told of it; then, and after `done`, `end()` makes
/// room for the next operation. Sessions of every kind are loops of this form.
class Exchange {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// What the operation needs to go on.
    enum class Need : unsigned char {
        peek,  ///< A line that the program has read already, if there is one: costs no system call.
        poll,  ///< The same, but the system is asked, too. Neither waits.
        write,  ///< To send `output()` and an LF.
        read,   ///< A line, by `until()` at the latest if that is set.
        done,   ///< Nothing: see `result_of`.
    };

    explicit Exchange(SessionOptions options = {}) : talk_{std::move(options)} {}

    /// Begins an operation. Times are those of `time_of(clock)`.
    ///
    /// @throws AGIError          another one runs, or the session is out of step
    /// @throws AGIArgumentError  the line is longer than this Asterisk takes
    /// @throws AGIHangup         the stream is closed, or HangupPolicy::throw_at_command
    [[gnu::always_inline]] void begin(const Order& order,
                                      Time (*time_of)(const void*) = &steady_time,
                                      const void* clock = nullptr) {
        if (runs_ || order.kind != Order::Kind::command || talk_.state() != State::ready ||
            talk_.has_policy() || order.request.size() > talk_.line_limit()) {
            check(order);
        }
        order_ = order;
        clock_ = {time_of, clock};
        kept_ = false;
        stopped_ = asks_ = plain_ = false;
        timed_ = order.deadline != no_deadline || order.stop.ask != nullptr;
        if (order.stop.ask != nullptr) next_check_ = after(order.stop.interval);
        runs_ = true;
        if (talk_.state() == State::ready && order.kind == Order::Kind::command) return look();
        begin_otherwise();
    }

    /// The operation is over, however it ended.
    void end() noexcept {
        runs_ = false;
        need_ = Need::done;
    }

    [[nodiscard]] Need need() const noexcept { return need_; }

    /// The line to send, without its LF, which stands behind it in all that the session itself sends.
    [[nodiscard]] std::string_view output() const noexcept { return output_; }

    /// Whether there may be such a time.
    [[nodiscard]] bool timed() const noexcept { return timed_ || phase_ == Phase::mark; }
    /// When a read must end, or a write that waits: `time_over` is told then.
    [[nodiscard]] Optional<Time> until() const noexcept {
        if (!timed()) return std::nullopt;
        const Time next = need_ == Need::write ? order_.deadline : next_time();
        if (next == no_deadline) return std::nullopt;
        return next;
    }

    // What came.

    /// A line, without its LF.
    void line(std::string_view text) {
        if (phase_ != Phase::reply) return other_line(text);
        if (talk_.push(text)) answered();
    }

    /// There is no line to be had without waiting. `part`: but the beginning of one is there.
    void nothing(bool part = false) {
        if (need_ == Need::poll) talk_.polled_ = true;
        if (part && talk_.state() == State::ready) talk_.doubt();
        if (phase_ == Phase::glance) {
            need_ = Need::done;
            return;
        }
        talk_.in_step() ? send() : begin_mark(Then::request);
    }

    /// `output()` was sent.
    void written() {
        if (phase_ != Phase::reply) return sent_own();
        if (talk_.on_reply_) sent_ = std::chrono::steady_clock::now();
        talk_.sent(order_.request, order_.redaction.request);
        if (order_.form == ReplyForm::none) {
            talk_.finish();
            plain_ = true;
            need_ = Need::done;
            return;
        }
        need_ = Need::read;
    }

    /// A read, or a write, has waited until `until()`. For a write that is the end: `write_cancelled` or
    /// `write_failed` is told first.
    ///
    /// @throws AGITimeoutError  that was the operation's deadline
    void time_over() {
        if (need_ == Need::write) {
            throw AGITimeoutError(order_.subject(), "not sent within the deadline");
        }
        const Time time = later(now(), next_time());
        if (order_.deadline != no_deadline && time >= order_.deadline) {
            throw AGITimeoutError(order_.subject(), "no reply within the deadline");
        }
        if (order_.stop.ask != nullptr && can_stop() && time >= next_check_) {
            next_check_ = after(order_.stop.interval);
            if (order_.stop.ask(order_.stop.context)) return stop();
        }
        if (phase_ == Phase::mark && time >= next_mark_) send_mark();
    }

    /// The caller of the session wants the operation ended: a command is ended from outside, if it has
    /// been sent, and its result says so. One that Asterisk does not stop has its own result, or, if it
    /// has none, an AGIError.
    void stop() {
        if (!can_stop()) return;
        stopped_ = true;
        if (phase_ != Phase::reply) {
            need_ = Need::done;  // not sent
            return;
        }
        begin_mark(Then::done);
    }

    /// The peer has closed, or is gone, after this part of a line.
    ///
    /// @throws AGIHangup        what was owed does not come
    /// @throws AGIUnknownError  the reply was cut
    void closed(std::string_view part = {}) {
        const bool owed = phase_ == Phase::reply;
        const bool cut = talk_.close(part);
        if (phase_ == Phase::glance) {
            need_ = Need::done;
            return;
        }
        if (!owed && phase_ != Phase::question && phase_ != Phase::environment) {
            throw AGISIGPIPEHangup(order_.subject(), "not sent, the stream is closed");
        }
        if (cut && owed) {
            throw AGIUnknownError(order_.subject(), shown_reply(),
                                  "the stream closed in the middle of the reply");
        }
        throw AGISIGPIPEHangup(order_.subject(), "the stream closed before the reply");
    }

    /// The peer had closed when `output()` was written.
    [[noreturn]] void write_closed(const char* why = "the stream is closed") {
        talk_.close();
        throw AGISIGPIPEHangup(order_.subject(), why);
    }

    /// `output()` may have been sent in part: nothing more can be sent. What went wrong is thrown by
    /// whoever tells.
    void write_failed() noexcept { talk_.lose_step(); }

    /// Nothing of `output()` was sent, nor will be.
    void write_cancelled() noexcept {
        if (phase_ != Phase::mark) talk_.state_ = State::ready;
        talk_.doubt();
    }

    /// A line was too long for whoever reads, and is lost.
    void lost_line(const char* why) {
        if (phase_ != Phase::environment) talk_.lose_line();
        if (phase_ == Phase::mark || phase_ == Phase::look || phase_ == Phase::glance) return;
        if (phase_ == Phase::owed) return talk_.state() == State::ready ? went_on() : void();
        throw AGIUnknownError(order_.subject(), why);
    }

    /// What the order's reply means. After an operation that has come to its end.
    template <class Command>
    auto result_of(const Command& command) {
        if constexpr (wire::has_when_stopped<Command>::value) {
            if (stopped_ && !kept_) return Command::when_stopped();
        }
        if (!plain_) check_reply();
        const Reply& said = reply();
        if constexpr (std::is_void_v<decltype(command.parse(said))>) {
            command.parse(said);
        } else {
            auto result = command.parse(said);
            if constexpr (wire::has_stopped<decltype(result)>::value) result.stopped = stopped_;
            return result;
        }
    }

    /// The reply to the order's request.
    [[nodiscard]] const Reply& reply() const noexcept {
        return kept_ ? *kept_reply_ : talk_.reply();
    }

    [[nodiscard]] Conversation& conversation() noexcept { return talk_; }
    [[nodiscard]] const Conversation& conversation() const noexcept { return talk_; }

    /// What errors and the trace call the operation.
    [[nodiscard]] std::string subject() const { return order_.subject(); }

    /// Whether an operation runs.
    [[nodiscard]] bool runs() const noexcept { return runs_; }

    static Time steady_time(const void* /*clock*/) noexcept {
        return std::chrono::steady_clock::now();
    }

  private:
    using State = Conversation::State;

    struct Clock {
        Time (*time_of)(const void*) = &steady_time;
        const void* context = nullptr;
    };

    enum class Phase : unsigned char {
        environment,
        owed,      ///< The reply to an earlier request is waited for, and dropped.
        look,      ///< Has something come that nobody asked for?
        mark,      ///< Replies up to the latest mark's are dropped.
        reply,     ///< The request was sent, or is about to be.
        question,  ///< CHANNEL STATUS, after a -1 that may mean a hang-up.
        glance,    ///< What has come is taken, and nothing is sent.
    };
    /// What comes after the marks.
    enum class Then : bool { request, done };

    /// A mark that came together with the line before it is not seen until one more byte comes.
    static constexpr std::chrono::milliseconds first_interval{50};
    static constexpr std::chrono::milliseconds longest_interval{5000};

    [[nodiscard]] Time now() const { return clock_.time_of(clock_.context); }

    static Time later(Time a, Time b) noexcept { return a < b ? b : a; }
    [[nodiscard]] Time after(std::chrono::milliseconds time) const {
        return wire::time_after(now(), time);
    }

    // What is rare is not inline: the way of a command without incidents stays short.

    [[gnu::noinline]] void other_line(std::string_view text) {
        if (talk_.state() == State::ready) return talk_.push_unasked(text);
        if (phase_ == Phase::environment) {
            if (talk_.push_environment(text)) need_ = Need::done;
            return;
        }
        if (talk_.push(text)) went_on();
    }

    [[gnu::noinline]] void check(const Order& order) const {
        constexpr const char* closed = "not sent, the stream is closed";
        if (runs_) {
            throw AGIError(order.subject(), "not sent, another operation of this session runs");
        }
        if (order.kind == Order::Kind::look) return;
        if (order.kind == Order::Kind::start) {
            if (talk_.state() == State::environment) return;
            throw AGIError(order.subject(), "has been read already");
        }
        switch (talk_.state()) {
            case State::environment:
                throw AGIError(order.subject(), "not sent, the environment has not been read");
            case State::closed: throw AGISIGPIPEHangup(order.subject(), closed);
            case State::out_of_step:
                throw AGIError(order.subject(),
                               "not sent, an earlier request may have been sent in part");
            case State::ready:
            case State::awaiting: break;
        }
        if (order.urgency == Urgency::normal) talk_.check(order.subject());
        if (order.request.size() <= talk_.line_limit()) return;
        throw AGIArgumentError(
            order.subject(),
            wire::joined({"not sent, it has ", std::to_string(order.request.size()),
                          " bytes and this Asterisk takes ", std::to_string(talk_.line_limit())}));
    }

    [[gnu::noinline]] void begin_otherwise() {
        if (order_.kind == Order::Kind::start) {
            phase_ = Phase::environment;
            need_ = Need::read;
        } else if (order_.kind == Order::Kind::look) {
            const bool open = talk_.state() == State::ready || talk_.state() == State::awaiting;
            phase_ = Phase::glance;
            need_ = open ? Need::poll : Need::done;
        } else if (order_.kind == Order::Kind::resync) {
            begin_mark(Then::done);
        } else if (talk_.marks_pending()) {
            begin_mark(Then::request);
        } else {
            phase_ = Phase::owed;
            need_ = Need::read;
        }
    }

    void look() {
        phase_ = Phase::look;
        need_ = talk_.polled_ ? Need::peek : Need::poll;
    }

    void send() {
        if (asks_) return send_question();
        talk_.begin(order_.form, order_.redaction);
        output_ = order_.request;
        phase_ = Phase::reply;
        need_ = Need::write;
    }

    /// The order has its reply.
    void answered() {
        need_ = Need::done;
        if (talk_.on_reply_) {
            talk_.on_reply_(std::chrono::steady_clock::now() - sent_);
        }
        const Reply& reply = talk_.reply();
        plain_ = wire::is_readable(reply) && order_.says_hangup == nullptr && !is_failure(reply);
        if (!plain_ && may_be_hangup(reply)) ask();
    }

    static bool is_failure(const Reply& reply) noexcept {
        const std::string_view result = reply.result();
        return result.size() == 2 && result[0] == '-' && result[1] == '1';
    }
    [[nodiscard]] bool may_be_hangup(const Reply& reply) const noexcept {
        return order_.needs_channel && is_failure(reply) && reply.code() == 200;
    }
    /// A reply that is no plain success.
    [[gnu::noinline]] void check_reply() {
        if (stopped_ && !kept_) throw AGIError(order_.subject(), "stopped, and without a reply");
        const Reply& said = reply();
        if (!wire::is_readable(said)) wire::throw_error(order_.subject(), shown_reply());
        if (order_.says_hangup != nullptr && order_.says_hangup(said)) {
            talk_.note_hangup(HangupSource::reply);
        } else if (may_be_hangup(said) && talk_.hangup_source() != HangupSource::none) {
            throw AGIResultHangup(order_.subject(), shown_reply(), "the call is over");
        }
    }

    void keep() {
        kept_reply_.made() = talk_.reply();
        kept_ = true;
    }
    /// Whether it is one, if that is not known.
    [[gnu::noinline]] void ask() {
        if (!talk_.ask_after_failure_) return;
        if (!kept_) keep();
        if (order_.says_hangup != nullptr && order_.says_hangup(*kept_reply_)) return;
        asks_ = true;
        look();
    }
    void send_question() {
        constexpr std::string_view question = "CHANNEL STATUS\n";
        if (talk_.hangup_source() != HangupSource::none) {
            need_ = Need::done;
            return;
        }
        talk_.begin(ReplyForm::tags, {});
        output_ = question.substr(0, question.size() - 1);
        phase_ = Phase::question;
        need_ = Need::write;
    }

    [[gnu::noinline]] void begin_mark(Then then) {
        then_ = then;
        mark_interval_ = first_interval;
        echoed_ = false;
        send_mark();
    }
    void send_mark() {
        output_ = talk_.begin_mark();
        output_.remove_suffix(1);
        phase_ = Phase::mark;
        need_ = Need::write;
    }

    /// A line of the session's own was sent.
    [[gnu::noinline]] void sent_own() {
        if (phase_ == Phase::mark) {
            next_mark_ = now() + mark_interval_;
            mark_interval_ =
                2 * mark_interval_ < longest_interval ? 2 * mark_interval_ : longest_interval;
        }
        need_ = Need::read;
        talk_.sent(output_, false);
    }

    /// A reply came that is not the order's, or may be.
    [[gnu::noinline]] void went_on() {
        if (phase_ == Phase::glance) return;
        if (phase_ == Phase::question) {
            need_ = Need::done;
        } else if (talk_.marks_pending()) {
            if (talk_.marks_->is_echo(talk_.reply().raw())) return void(echoed_ = true);
            // Asterisk answers in order: behind an echo there is no reply to the request any more.
            const bool own =
                order_.kind == Order::Kind::command && then_ == Then::done && !echoed_ && !kept_;
            own ? keep() : void(++talk_.dropped_);
        } else if (phase_ == Phase::owed || then_ == Then::request) {
            look();  // what came with an echo is not the request's either
        } else {
            need_ = Need::done;
            if (kept_ && may_be_hangup(*kept_reply_)) ask();
        }
    }

    [[nodiscard]] bool can_stop() const noexcept {
        return need_ == Need::read && (phase_ == Phase::owed || phase_ == Phase::reply ||
                                       (phase_ == Phase::mark && then_ == Then::request && !asks_));
    }

    /// When a read must end; the end of all times: it need not.
    [[nodiscard]] Time next_time() const noexcept {
        Time next = order_.deadline;
        if (phase_ == Phase::mark && next_mark_ < next) next = next_mark_;
        if (order_.stop.ask != nullptr && can_stop() && next_check_ < next) next = next_check_;
        return next;
    }

    /// What an error may show of the reply, which may quote the request.
    [[nodiscard]] Reply shown_reply() const {
        const bool secret = order_.redaction.request || order_.redaction.reply;
        return secret ? wire::redacted_reply(reply()) : reply();
    }

    Conversation talk_;
    Order order_{};
    std::string_view output_{};
    Clock clock_{};
    bool kept_ = false;
    wire::OnDemand<Reply> kept_reply_{};  ///< The order's reply, while more is said.
    Time sent_{};
    Time next_check_{};
    Time next_mark_{};
    std::chrono::milliseconds mark_interval_{first_interval};
    Phase phase_ = Phase::environment;
    Need need_ = Need::done;
    Then then_ = Then::request;
    bool runs_ = false;
    bool timed_ = false;  ///< By the order.
    bool asks_ = false;
    bool stopped_ = false;
    bool echoed_ = false;  ///< One of the marks, but not the latest.
    bool plain_ = false;   ///< The reply is there, and for the command alone to read.
};

}}  // namespace agi::v0
