// SPDX-License-Identifier: MIT
#pragma once
// What every session does apart from waiting for bytes: hooks, policies, the meaning of a reply.

#include <agi/session/conversation.hpp>
#include <agi/session/options.hpp>
#include <agi/version.hpp>
#include <agi/wire/command_traits.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 {

/// Whether a command is sent when HangupPolicy says that it should throw.
enum class Urgency : bool { normal, after_hangup };

/// A Conversation with the hooks and policies of SessionOptions. A session of any kind owns one,
/// and moves the bytes.
class SessionCore {
  public:
    explicit SessionCore(SessionOptions options)
        : trace_{std::move(options.trace)},
          on_hangup_{std::move(options.on_hangup)},
          on_reply_{std::move(options.on_reply)},
          policy_{options.hangup_policy},
          conversation_{options.environment, options.reply_limit} {
        conversation_.server(options.server);
        conversation_.line_limit(options.line_limit);
    }

    /// Takes a line of the environment. True when it is complete.
    bool take_environment(std::string_view line) {
        trace_received(line);
        return conversation_.push_environment(line);
    }

    /// @throws AGIArgumentError  an argument cannot be sent, or this Asterisk does not know it
    template <class Command>
    [[nodiscard]] wire::Request request_of(const Command& command) const {
        if constexpr (wire::has_check_server<Command>::value) {
            command.check_server(conversation_.server());
        }
        return command.request();
    }

    /// A request is about to be sent: see Conversation::begin.
    void begin(std::string_view request, ReplyForm form, wire::Redaction redaction) {
        conversation_.begin(request, form);
        redaction_ = redaction;
    }

    /// @throws AGIHangup  HangupPolicy::throw_at_command, and the call is known to be over
    void check_policy(std::string_view request, Urgency urgency) const {
        if (policy_ == HangupPolicy::throw_at_command && urgency == Urgency::normal) {
            throw_if_hung_up(request);
        }
    }

    /// A mark is about to be sent: see Conversation::begin_mark.
    const std::string& begin_mark() {
        const std::string& request = conversation_.begin_mark();
        redaction_.request = false;
        return request;
    }

    /// The request has been sent. Called when all is done, so that an exception of the trace leaves
    /// the session in order.
    void sent(std::string_view request) {
        if (on_reply_) sent_ = std::chrono::steady_clock::now();
        if (!trace_) return;
        trace_(Direction::sent,
               redaction_.request ? wire::redacted_request(request) : std::string{request});
    }

    /// Takes a line. True when the reply is complete.
    bool take(std::string_view line) {
        const bool complete = conversation_.push(line);
        trace_received(line);
        tell_hangup();
        if (complete && on_reply_) on_reply_(std::chrono::steady_clock::now() - sent_);
        return complete;
    }

    /// The next line was too long for the stream, and is lost.
    void lose_line() { conversation_.lose_line(); }

    /// What the reply means.
    template <class Command>
    auto result_of(const Command& command, std::string_view request, const Reply& reply) {
        if (wire::reply_form(command) != ReplyForm::none) wire::throw_on_error(request, reply);
        if constexpr (wire::has_says_hangup<Command>::value) {
            if (Command::says_hangup(reply)) note_hangup(HangupSource::reply);
        }
        return command.parse(reply);
    }

    /// The peer has closed after this part of a line, while a request had no reply.
    [[noreturn]] void lost(std::string_view request, std::string_view partial) {
        if (!partial.empty()) trace_received(partial, Direction::received_part);
        const bool cut = conversation_.close(partial);
        tell_hangup();
        if (cut) {
            throw AGIUnknownError(request, conversation_.reply(),
                                  "the stream closed in the middle of the reply");
        }
        throw AGISIGPIPEHangup(request, "the stream closed before the reply");
    }

    /// The peer had closed when the request was written.
    void close() {
        conversation_.close();
        tell_hangup();
    }

    /// The call is over, as told by something that is not a line.
    void note_hangup(HangupSource source) {
        conversation_.note_hangup(source);
        tell_hangup();
    }

    [[nodiscard]] Conversation& conversation() noexcept { return conversation_; }
    [[nodiscard]] const Conversation& conversation() const noexcept { return conversation_; }

    /// From now on every line goes to this hook; an empty one ends the trace.
    void trace(TraceHook hook) noexcept { trace_ = std::move(hook); }

  private:
    void tell_hangup() {
        if (conversation_.hangup_source() == HangupSource::none || !on_hangup_) return;
        Hook<HangupSource> told = std::move(on_hangup_);  // once, whatever it does
        told(conversation_.hangup_source());
    }

    void trace_received(std::string_view line, Direction direction = Direction::received) const {
        if (!trace_) return;
        const bool secret = redaction_.reply && !conversation_.echoes_mark(line);
        trace_(direction, secret ? wire::redacted_reply(line) : std::string{line});
    }

    void throw_if_hung_up(std::string_view request) const {
        constexpr const char* why = "not sent, the call is over";
        switch (conversation_.hangup_source()) {
            case HangupSource::none: return;
            case HangupSource::signal: throw AGISIGHUPHangup(request, why);
            case HangupSource::closed_stream: throw AGISIGPIPEHangup(request, why);
            default: throw AGIResultHangup(request, why);
        }
    }

    TraceHook trace_;
    Hook<HangupSource> on_hangup_;
    Hook<std::chrono::nanoseconds> on_reply_;
    std::chrono::steady_clock::time_point sent_;
    HangupPolicy policy_;
    wire::Redaction redaction_;  ///< Of the lines that are traced now.
    Conversation conversation_;
};

}}  // namespace agi::v0
