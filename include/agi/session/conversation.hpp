// SPDX-License-Identifier: MIT
#pragma once
// What a session knows: whose turn it is, what is owed, and whether the call is over. No I/O.

#include <agi/session/marks.hpp>
#include <agi/session/on_demand.hpp>
#include <agi/session/options.hpp>
#include <agi/version.hpp>
#include <agi/wire/environment.hpp>
#include <agi/wire/redact.hpp>
#include <agi/wire/reply_reader.hpp>

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 {

class Exchange;

/// What lasts from one operation of a session to the next. Every line goes through it, and the hooks of
/// SessionOptions are called here; an Exchange decides what is sent and when.
class Conversation {
  public:
    enum class State : unsigned char {
        environment,  ///< The agi_* block is not complete.
        ready,        ///< A request may be sent.
        awaiting,     ///< A reply is owed.
        out_of_step,  ///< A request may have been sent in part: nothing more can be sent.
        closed,       ///< Asterisk has closed the stream.
    };

    explicit Conversation(SessionOptions options)
        : trace_{std::move(options.trace)},
          on_hangup_{std::move(options.on_hangup)},
          on_reply_{std::move(options.on_reply)},
          environment_{options.environment},
          reader_{options.reply_limit},
          server_{options.server},
          line_limit_{options.line_limit},
          hangup_policy_{options.hangup_policy},
          ask_after_failure_{options.ask_after_failure} {}

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] const Reply& reply() const noexcept { return reader_.reply(); }
    [[nodiscard]] const Environment& environment() const noexcept {
        return environment_.environment();
    }
    [[nodiscard]] HangupSource hangup_source() const noexcept { return hangup_; }

    /// Whether the next reply is certain to belong to the next request. Not while one is owed, nor
    /// after something that nobody had asked for: then a mark is sent first, to find out.
    [[nodiscard]] bool in_step() const noexcept { return state_ == State::ready && !doubtful_; }

    /// How many replies and other lines were dropped so far, as no command had asked for them any more
    /// or ever.
    [[nodiscard]] std::size_t dropped() const noexcept { return dropped_; }

    /// Which Asterisk this is: what agi_version says, unless the options said so.
    [[nodiscard]] const ServerVersion& server() const noexcept { return server_; }

    /// The longest request line, without its LF: what the server takes, unless it was set.
    [[nodiscard]] std::size_t line_limit() const noexcept { return line_limit_; }
    void line_limit(std::size_t bytes) noexcept { line_limit_ = bytes; }

    /// From now on every line goes to this hook; an empty one ends the trace.
    void trace(TraceHook hook) noexcept { trace_ = std::move(hook); }

    /// The call is over, as told by something that is not a line.
    void note_hangup(HangupSource source) {
        note(source);
        tell_hangup();
    }

    /// From now on every operation throws this, apart from those for after a hang-up.
    void refuse(std::exception_ptr reason) noexcept { refusal_ = std::move(reason); }

    /// A line that came while no reply is owed: it is never taken for the next one.
    void push_unasked(std::string_view line) {
        if (!reader_.skim(line)) {
            doubtful_ = true;
            ++dropped_;
        }
        received(line);
    }
    /// The same of a line that is not complete yet, or was too long.
    void doubt() noexcept { doubtful_ = true; }

    /// The peer has closed after this part of a line. True when a reply was cut: `reply()` then
    /// holds what came of it.
    bool close(std::string_view part = {}) {
        if (!part.empty()) trace_received(part, Direction::received_part);
        const bool cut = state_ == State::awaiting && reader_.cut(part);
        if (reader_.hung_up()) note(HangupSource::hangup_line);
        note(HangupSource::closed_stream);
        state_ = State::closed;
        tell_hangup();
        return cut;
    }

  private:
    friend class Exchange;

    /// A reply of up to so many bytes comes whole: no network splits it.
    static constexpr std::size_t one_piece = 500;

    bool push_environment(std::string_view line) {
        trace_received(line);
        if (!environment_.push(line)) return false;
        if (!server_.known()) server_ = environment().version();
        if (line_limit_ == 0) line_limit_ = server_.line_limit();
        state_ = State::ready;
        return true;
    }

    /// Whether `check` may throw.
    [[nodiscard]] bool has_policy() const noexcept {
        return refusal_ || hangup_policy_ != HangupPolicy::carry_on;
    }
    /// @throws AGIHangup  HangupPolicy::throw_at_command, and the call is known to be over
    void check(std::string_view subject) const {
        if (refusal_) std::rethrow_exception(refusal_);
        if (hangup_policy_ != HangupPolicy::throw_at_command) return;
        constexpr const char* why = "not sent, the call is over";
        switch (hangup_) {
            case HangupSource::none: return;
            case HangupSource::signal: throw AGISIGHUPHangup(subject, why);
            case HangupSource::closed_stream: throw AGISIGPIPEHangup(subject, why);
            case HangupSource::hangup_line:
            case HangupSource::dead_channel:
            case HangupSource::reply: throw AGIResultHangup(subject, why);
        }
    }

    /// A request is about to be sent, whose reply is read in this form.
    void begin(ReplyForm form, wire::Redaction redaction) noexcept {
        reader_.expect(form);
        form_ = form;
        redaction_ = redaction;
        state_ = State::awaiting;
    }
    const std::string& begin_mark() {
        if (state_ == State::ready) begin(ReplyForm::tags, {false, redaction_.reply});
        state_ = State::awaiting;
        return marks_.made().next();
    }

    /// Whether the latest mark's echo has not come yet.
    [[nodiscard]] bool marks_pending() const noexcept { return marks_ && marks_->pending(); }

    /// The request has been sent. Called when all is done, so that an exception of the trace leaves
    /// the session in order.
    void sent(std::string_view request, bool secret) const {
        if (!trace_) return;
        trace_(Direction::sent, secret ? wire::redacted_request(request) : std::string{request});
    }

    /// Takes a line while a reply is owed. True when that is complete.
    bool push(std::string_view line) {
        if (marks_pending()) return push_marked(line);
        const bool complete = reader_.push(line);
        if (complete) {
            is_plain() ? void(state_ = State::ready) : judge();
        }
        if (reader_.hung_up() || hangup_ != HangupSource::none || trace_) received(line);
        return complete;
    }

    /// The same while a mark's echo is waited for.
    [[gnu::noinline]] bool push_marked(std::string_view line) {
        const std::string_view text = wire::without_cr(line);
        const bool echo = marks_->is_echo(text);
        const bool complete = echo ? push_echo(text) : reader_.push(line);
        if (complete && !echo) judge();
        received(line, echo);
        return complete;
    }

    /// A reply that was cut ends here, and has the echo glued to it.
    bool push_echo(std::string_view line) {
        reader_.expect(ReplyForm::value);
        reader_.push(line.substr(line.rfind(wire::Marks::head)));
        reader_.expect(form_);
        if (!marks_->is_latest(line)) return true;
        marks_.made().clear();
        doubtful_ = false;
        state_ = State::ready;
        return true;
    }

    /// Whether the reply is one of many, and the next one is the next request's.
    [[nodiscard]] bool is_plain() const noexcept {
        const Reply& reply = reader_.reply();
        return reply.code() == 200 && !reply.truncated() && form_ != ReplyForm::application &&
               reply.raw().size() <= one_piece;
    }

    /// What any reply says of the replies after it.
    [[gnu::noinline]] void judge() {
        const Reply& reply = reader_.reply();
        if (reply.code() == 511) note(HangupSource::dead_channel);
        // EXEC hands the application's number to Asterisk as its own status: after a 1 a 520
        // follows, also where the 1 was cut. And what looks like the end of a large reply may be a
        // line of it.
        if (reply.code() == 0 || reply.truncated() ||
            (form_ == ReplyForm::application && reply.number().value_or(1) == 1) ||
            (reply.code() == 200 && reply.raw().size() > one_piece)) {
            doubtful_ = true;
        }
        if (marks_pending()) {
            reader_.expect(form_);
        } else {
            state_ = State::ready;
        }
    }

    /// The next line was too long for the stream, and is lost.
    void lose_line() {
        if (state_ == State::awaiting && reader_.lose_line()) judge();
        doubtful_ = true;
    }

    /// The request has no reply, and ends the session.
    void finish() noexcept { state_ = State::closed; }
    /// The request may have been sent in part.
    void lose_step() noexcept { state_ = State::out_of_step; }

    [[gnu::noinline]] void received(std::string_view line, bool echo = false) {
        if (reader_.hung_up()) note(HangupSource::hangup_line);
        trace_received(line, Direction::received, echo);
        tell_hangup();
    }
    void trace_received(std::string_view line, Direction direction = Direction::received,
                        bool echo = false) const {
        if (!trace_) return;
        const bool secret = redaction_.reply && !echo;
        trace_(direction, secret ? wire::redacted_reply(line) : std::string{line});
    }

    void note(HangupSource source) noexcept {
        if (hangup_ == HangupSource::none) hangup_ = source;
    }
    void tell_hangup() {
        if (hangup_ == HangupSource::none || !on_hangup_) return;
        Hook<HangupSource> told = std::move(on_hangup_);  // once, whatever it does
        told(hangup_);
    }

    TraceHook trace_;
    Hook<HangupSource> on_hangup_;
    Hook<std::chrono::nanoseconds> on_reply_;
    wire::EnvironmentReader environment_;
    wire::ReplyReader reader_;
    wire::OnDemand<wire::Marks> marks_{};
    ServerVersion server_;
    std::size_t line_limit_ = 0;
    std::size_t dropped_ = 0;
    std::exception_ptr refusal_{};
    State state_ = State::environment;
    ReplyForm form_ = ReplyForm::tags;
    HangupSource hangup_ = HangupSource::none;
    HangupPolicy hangup_policy_;
    bool ask_after_failure_;
    wire::Redaction redaction_{};  ///< Of the lines that are received now.
    bool doubtful_ = false;
    bool polled_ = false;  ///< Whether the system was asked once what has come unasked.
};

}}  // namespace agi::v0
