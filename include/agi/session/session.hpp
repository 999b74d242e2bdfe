// SPDX-License-Identifier: MIT
#pragma once
// A blocking session: sends a request, waits for its reply.

#include <agi/session/after_hangup.hpp>
#include <agi/session/session_core.hpp>
#include <agi/stream/line_stream.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 {

/// One call, over any LineStream. Used by one thread at a time; there is no global state.
///
/// The hang-up is a state, not an end: `hung_up()` tells, commands that do not need the channel go
/// on working, and the others throw AGIDeadChannelError.
template <class Stream>
class Session {
    static_assert(wire::has_read_line<Stream>::value, "Stream needs  bool read_line(std::string&)");
    static_assert(wire::has_write_line<Stream>::value,
                  "Stream needs  void write_line(std::string_view)");
    static_assert(std::is_move_constructible_v<Stream>,
                  "Stream must be movable: the Session owns it");

  public:
    /// Reads the environment.
    ///
    /// @throws AGISIGPIPEHangup  the stream closed before the environment was complete
    /// @throws AGIError          the environment passes a limit
    explicit Session(Stream stream, SessionOptions options = {})
        : stream_{std::move(stream)}, core_{std::move(options)} {
        do {
            read_line("environment");
        } while (!core_.take_environment(line_));
    }

    /// Goes on with what another session has begun: its environment has been read.
    Session(Stream stream, SessionCore core) : stream_{std::move(stream)}, core_{std::move(core)} {}

    Session(Session&&) = default;
    Session& operator=(Session&&) = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    [[nodiscard]] const Environment& environment() const noexcept {
        return conversation().environment();
    }

    /// Sends a command and waits for its result.
    ///
    /// @throws AGIArgumentError  before anything is sent: the line is too long for this Asterisk
    /// @throws AGIHangup         the stream closed before the reply
    /// @throws AGIError          what the reply says; see the command
    template <class Command>
    auto execute(const Command& command) {
        constexpr bool complete =
            wire::has_request<Command>::value && wire::has_parse<Command>::value;
        static_assert(wire::has_request<Command>::value,
                      "A command needs  wire::Request request() const");
        static_assert(wire::has_parse<Command>::value,
                      "A command needs  parse(const agi::Reply&) const");
        if constexpr (complete) return execute_urgently(command, Urgency::normal);
    }

    /// The same as `execute`.
    template <class Command>
    auto operator()(const Command& command) {
        return execute(command);
    }

    /// Sends a line that was written elsewhere, as it is, and returns its reply, whatever that
    /// says: 510, 511 and 520 are no exceptions here.
    ///
    /// @throws AGIArgumentError  LF, NUL or CR in it; too long; too many words; or it begins
    ///                           with `failure`
    /// @throws AGIHangup         the stream closed before the reply
    Reply send(std::string_view line) {
        return exchange(wire::Request::raw(line), wire::form_of(line), {}, Urgency::normal);
    }

    /// The same as `execute`, with a deadline: the time that the command itself may take (its
    /// timeout, where it has one) and `margin` for the rest: sounds, whose length nobody knows, and
    /// the way there and back. A command without an end has no deadline.
    ///
    /// @throws AGITimeoutError  the reply did not come in time. It is still owed: the next command
    ///                          waits for it, and drops it; `resync` may end what Asterisk does
    ///                          sooner
    template <class Command>
    auto execute_within(const Command& command, std::chrono::milliseconds margin) {
        static_assert(wire::has_wait_line<Stream>::value,
                      "A deadline needs  bool Stream::wait_line(std::chrono::milliseconds)");
        std::optional<std::chrono::milliseconds> longest{0};
        if constexpr (wire::has_longest<Command>::value) longest = command.longest();
        const wire::Request request = core_.request_of(command);
        send_request(request, wire::reply_form(command), wire::redaction(command), Urgency::normal);
        const auto end = std::chrono::steady_clock::now() +
                         longest.value_or(std::chrono::milliseconds{0}) + margin;
        do {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                end - std::chrono::steady_clock::now());
            if (longest &&
                !stream_.wait_line(left.count() > 0 ? left : std::chrono::milliseconds{0})) {
                throw AGITimeoutError(request.view(), "no reply within the deadline");
            }
        } while (!await(request));
        return core_.result_of(command, request, conversation().reply());
    }

    /// The same as `execute`, until `stop()` returns true: then the command is ended from outside,
    /// and its result says so. `stop` is asked every `interval` while the command runs; what it
    /// looks at may be set by another thread.
    ///
    /// For StreamFile, GetData, GetOption and WaitForDigit, and under EAGI for SayAlpha, SayDigits,
    /// SayNumber and SayPhonetic: Asterisk ends them when a new command comes, here GET FULL
    /// VARIABLE of a mark. All others run to their end whatever comes: they are refused when the
    /// program is compiled.
    ///
    /// @throws AGIArgumentError  SAY without EAGI
    template <class Command, class Condition>
    auto execute_until(const Command& command, Condition&& stop,
                       std::chrono::milliseconds interval = std::chrono::milliseconds{20}) {
        static_assert(wire::has_when_stopped<Command>::value,
                      "This command cannot be stopped: Asterisk does not look for a new one in it");
        static_assert(wire::has_wait_line<Stream>::value,
                      "Stopping needs  bool Stream::wait_line(std::chrono::milliseconds)");
        const wire::Request request = core_.request_of(command);
        if (wire::stops_in_eagi_only<Command>::value && !environment().enhanced()) {
            throw AGIArgumentError(request.view(), "can be stopped in EAGI only");
        }
        send_request(request, wire::reply_form(command), wire::redaction(command), Urgency::normal);
        do {
            while (!stream_.wait_line(interval)) {
                if (stop()) return stopped(command, request);
            }
        } while (!await(request));
        return core_.result_of(command, request, conversation().reply());
    }

    /// Makes sure that the next command gets its own reply: sends a line that Asterisk echoes, and
    /// drops every reply up to the echo. A command that still runs is ended if Asterisk allows it,
    /// and waited for if not. Works on a dead channel. Needed only where `in_step` is false.
    ///
    /// @throws AGISIGPIPEHangup  the stream is closed
    /// @throws AGIError          a request may have been sent in part: Asterisk waits for the rest
    ///                           of it, and what came next would become part of that command
    void resync() {
        const std::string request = core_.begin_mark();
        write_line(request);
        do {
            while (!await(request)) {
            }
        } while (!conversation().at_mark());
    }

    /// Whether the next reply is certain to belong to the next command. Not after an exception
    /// while a reply was owed, nor after a line that was no reply.
    [[nodiscard]] bool in_step() const noexcept { return conversation().in_step(); }

    /// Whether the call is known to be over, and how that was learnt.
    [[nodiscard]] bool hung_up() { return hangup_source() != HangupSource::none; }
    [[nodiscard]] HangupSource hangup_source() {
        look_for_hangup();
        return conversation().hangup_source();
    }

    /// Calls `work` with a session that takes only commands which work after a hang-up, and takes
    /// them under either HangupPolicy:
    ///
    ///     session.after_hangup([](auto& call) { DatabasePut{"calls", "last", "done"}(call); });
    template <class Work>
    auto after_hangup(Work&& work) {
        AfterHangup<Session> call{*this};
        return work(call);
    }

    /// Which Asterisk this is.
    [[nodiscard]] const ServerVersion& server() const noexcept { return conversation().server(); }

    [[nodiscard]] Conversation::State state() const noexcept { return conversation().state(); }

    /// The longest request line in bytes, without its LF.
    [[nodiscard]] std::size_t line_limit() const noexcept { return conversation().line_limit(); }
    void line_limit(std::size_t bytes) noexcept { core_.conversation().line_limit(bytes); }

    /// From now on every line goes to this hook; an empty one ends the trace.
    void trace(TraceHook hook) noexcept { core_.trace(std::move(hook)); }

    [[nodiscard]] Stream& stream() noexcept { return stream_; }
    [[nodiscard]] const Stream& stream() const noexcept { return stream_; }

  private:
    friend class AfterHangup<Session>;

    [[nodiscard]] const Conversation& conversation() const noexcept { return core_.conversation(); }

    template <class Command>
    auto execute_urgently(const Command& command, Urgency urgency) {
        const wire::Request request = core_.request_of(command);
        const Reply& reply =
            exchange(request, wire::reply_form(command), wire::redaction(command), urgency);
        return core_.result_of(command, request, reply);
    }

    /// Asterisk ends the command without a reply, unless it had just ended by itself.
    template <class Command>
    auto stopped(const Command& command, std::string_view request) {
        std::optional<Reply> reply;
        const std::string mark = core_.begin_mark();
        write_line(mark);
        for (;;) {
            if (!await(request)) continue;
            if (conversation().at_mark()) break;
            reply = conversation().reply();
        }
        if (!reply) return Command::when_stopped();
        auto result = core_.result_of(command, request, *reply);
        if constexpr (wire::has_stopped<decltype(result)>::value) result.stopped = true;
        return result;
    }

    const Reply& exchange(std::string_view request, ReplyForm form, wire::Redaction redaction,
                          Urgency urgency) {
        send_request(request, form, redaction, urgency);
        if (form == ReplyForm::none) {
            core_.conversation().finish();
        } else {
            while (!await(request)) {
            }
        }
        return conversation().reply();
    }

    void send_request(std::string_view request, ReplyForm form, wire::Redaction redaction,
                      Urgency urgency) {
        look_for_hangup();
        core_.check_policy(request, urgency);
        // An earlier command was left by an exception while its reply was owed: that reply is read
        // and dropped, so that this command gets its own.
        while (conversation().state() == Conversation::State::awaiting) await(request);
        core_.begin(request, form, redaction);
        write_line(request);
    }

    bool await(std::string_view request) {
        read_line(request);
        const bool complete = core_.take(line_);
        look_for_hangup();
        return complete;
    }

    void look_for_hangup() {
        if constexpr (wire::has_hangup_source<Stream>::value) {
            const HangupSource source = stream_.hangup_source();
            if (source != HangupSource::none) core_.note_hangup(source);
        }
    }

    void read_line(std::string_view request) {
        bool open = false;
        try {
            open = stream_.read_line(line_);
        } catch (const AGIUnknownError& error) {  // a line over the stream's limit
            core_.lose_line();
            throw AGIUnknownError(request, error.what());
        }
        if (!open) core_.lost(request, line_);
    }

    void write_line(std::string_view request) {
        try {
            stream_.write_line(request);
        } catch (const AGISIGPIPEHangup& error) {
            core_.close();
            throw AGISIGPIPEHangup(request, error.what());
        } catch (...) {
            core_.conversation().lose_step();
            throw;
        }
        core_.sent(request);
    }

    Stream stream_;
    SessionCore core_;
    std::string line_;
};

}}  // namespace agi::v0
