// SPDX-License-Identifier: MIT
#pragma once
// A blocking session: sends a request, waits for its reply.

#include <agi/session/conversation.hpp>
#include <agi/session/hook.hpp>
#include <agi/stream/line_stream.hpp>
#include <agi/version.hpp>
#include <agi/wire/reply_form.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 {

/// Which way a traced line went.
enum class Direction : unsigned char { sent, received };

/// Sees every line of a session, without its LF.
using TraceHook = Hook<Direction, std::string_view>;

/// What may be set before a session reads its first line.
struct SessionOptions {
    TraceHook trace{};           ///< Called for every line, those of the environment too.
    ServerVersion server{};      ///< Which Asterisk it is, where agi_version is not to be believed.
    std::size_t line_limit = 0;  ///< Longest request line in bytes; 0: what that Asterisk takes.
    wire::EnvironmentLimits environment{};
    std::size_t reply_limit = wire::ReplyReader::default_limit;  ///< Bytes of one reply.
};

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
        : stream_{std::move(stream)},
          trace_{std::move(options.trace)},
          conversation_{options.environment, options.reply_limit} {
        conversation_.server(options.server);
        conversation_.line_limit(options.line_limit);
        do {
            read_line("environment");
        } while (!conversation_.push_environment(line_));
    }

    Session(Session&&) = default;
    Session& operator=(Session&&) = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() = default;

    [[nodiscard]] const Environment& environment() const noexcept {
        return conversation_.environment();
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
        if constexpr (complete) {
            const wire::Request request = command.request();
            if constexpr (wire::has_check_server<Command>::value) command.check_server(server());
            const ReplyForm form = wire::reply_form(command);
            const Reply& reply = exchange(request, form);
            if (form != ReplyForm::none) wire::throw_on_error(request, reply);
            if constexpr (wire::has_says_hangup<Command>::value) {
                if (Command::says_hangup(reply)) conversation_.note_hangup();
            }
            return command.parse(reply);
        }
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
        return exchange(wire::Request::raw(line), wire::form_of(line));
    }

    /// Whether the call is known to be over, and how that was learnt.
    [[nodiscard]] bool hung_up() const noexcept { return hangup_source() != HangupSource::none; }
    [[nodiscard]] HangupSource hangup_source() const noexcept {
        return conversation_.hangup_source();
    }

    /// Which Asterisk this is.
    [[nodiscard]] const ServerVersion& server() const noexcept { return conversation_.server(); }

    [[nodiscard]] Conversation::State state() const noexcept { return conversation_.state(); }

    /// The longest request line in bytes, without its LF.
    [[nodiscard]] std::size_t line_limit() const noexcept { return conversation_.line_limit(); }
    void line_limit(std::size_t bytes) noexcept { conversation_.line_limit(bytes); }

    /// From now on every line goes to this hook; an empty one ends the trace.
    void trace(TraceHook hook) noexcept { trace_ = std::move(hook); }

    [[nodiscard]] Stream& stream() noexcept { return stream_; }
    [[nodiscard]] const Stream& stream() const noexcept { return stream_; }

  private:
    const Reply& exchange(std::string_view request, ReplyForm form) {
        // An earlier command was left by an exception while its reply was owed: that reply is read
        // and dropped, so that this command gets its own.
        while (conversation_.state() == Conversation::State::awaiting) await(request);
        conversation_.begin(request, form);
        write_line(request);
        if (form == ReplyForm::none) {
            conversation_.finish();
            return conversation_.reply();
        }
        while (!await(request)) {
        }
        return conversation_.reply();
    }

    bool await(std::string_view request) {
        read_line(request);
        return conversation_.push(line_);
    }

    void read_line(std::string_view request) {
        bool open = false;
        try {
            open = stream_.read_line(line_);
        } catch (const AGIUnknownError& error) {  // a line over the stream's limit
            throw AGIUnknownError(request, error.what());
        }
        if (!open) lost(request);
        if (trace_) trace_(Direction::received, line_);
    }

    void write_line(std::string_view request) {
        if (trace_) trace_(Direction::sent, request);
        try {
            stream_.write_line(request);
        } catch (const AGISIGPIPEHangup& error) {
            conversation_.close();
            throw AGISIGPIPEHangup(request, error.what());
        } catch (...) {
            conversation_.lose_step();
            throw;
        }
    }

    [[noreturn]] void lost(std::string_view request) {
        if (!line_.empty() && trace_) trace_(Direction::received, line_);
        if (conversation_.close(line_)) {
            throw AGIUnknownError(request, conversation_.reply(),
                                  "the stream closed in the middle of the reply");
        }
        throw AGISIGPIPEHangup(request, "the stream closed before the reply");
    }

    Stream stream_;
    TraceHook trace_;
    Conversation conversation_;
    std::string line_;
};

}}  // namespace agi::v0
