// SPDX-License-Identifier: MIT
#pragma once
// The machinery of AsyncSession: a stream, what was read of it, and one operation at a time.

#include <agi/asio/interrupt.hpp>
#include <agi/asio/net.hpp>
#include <agi/session/session_core.hpp>
#include <agi/version.hpp>
#include <agi/wire/line_buffer.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

/// What an operation needs next.
enum class Step : unsigned char {
    read,   ///< More bytes.
    write,  ///< To send the rest of the request.
    done,   ///< Nothing.
};

/// Turns of one stream: says what to wait for, and takes what came of it.
template <class AsyncStream>
class AsyncChannel {
  public:
    AsyncChannel(AsyncStream stream, SessionOptions options)
        : stream_{std::move(stream)},
          in_{options.environment.line, initial_size},
          core_{std::move(options)} {
        if constexpr (socket) {
            error_code ignored;
            stream_.non_blocking(true, ignored);
        }
    }

    Step read_environment() {
        phase_ = Phase::environment;
        return take_lines();
    }
    template <class Command>
    Step begin(const Command& command, Urgency urgency) {
        return begin(core_.request_of(command), wire::reply_form(command), wire::redaction(command),
                     urgency);
    }
    Step begin_raw(std::string_view line) {
        return begin(wire::Request::raw(line), wire::form_of(line), {}, Urgency::normal);
    }
    Step begin_mark() {
        interruption_.begin("mark", Urgency::normal);
        set_request(core_.begin_mark());
        return write();
    }

    /// Before it waits once more: what was ended while the last wait was over already, so that
    /// there was nothing to cancel, ends now.
    void check_wait(Step next, bool cancelled) {
        if (next == Step::done || (!cancelled && !interruption_.pending())) return;
        if (next == Step::write) core_.conversation().lose_step();
        interruption_.end(subject());
    }

    /// The bytes were written, or came, or did not.
    Step advance(const error_code& error, std::size_t size) {
        if (phase_ == Phase::write) {
            if (error) write_failed(error);
            if constexpr (socket) return write();
            return written();
        }
        if constexpr (socket) {
            if (!error && !read_some()) return Step::read;
        } else {
            in_.commit(size);
        }
        if (error) read_failed(error);
        return take_lines();
    }

    /// More of the reply is wanted: it was not the last one.
    Step go_on() { return take_lines(); }

    template <class Token>
    auto async_write(Token&& token) {
        if constexpr (socket) {
            return stream_.async_wait(AsyncStream::wait_write, std::forward<Token>(token));
        } else {
            return net::async_write(stream_, net::buffer(request_), std::forward<Token>(token));
        }
    }
    template <class Token>
    auto async_read(Token&& token) {
        if constexpr (socket) {
            in_.release();
            return stream_.async_wait(AsyncStream::wait_read, std::forward<Token>(token));
        } else {
            char* const to = in_.prepare();
            return stream_.async_read_some(net::buffer(to, in_.room()), std::forward<Token>(token));
        }
    }

    template <class Command>
    auto result_of(const Command& command) {
        return core_.result_of(command, request(), reply());
    }
    [[nodiscard]] const Reply& reply() const noexcept { return core_.conversation().reply(); }
    [[nodiscard]] bool at_mark() const noexcept { return core_.conversation().at_mark(); }

    /// Ends the operation that waits now: it throws what the reason says. When the server stops,
    /// later commands do so too, apart from those for after a hang-up.
    void interrupt(Interrupt reason) {
        interruption_.tell(reason);
        error_code ignored;
        stream_.lowest_layer().cancel(ignored);
    }

    [[nodiscard]] AsyncStream& stream() noexcept { return stream_; }
    [[nodiscard]] const AsyncStream& stream() const noexcept { return stream_; }
    [[nodiscard]] SessionCore& core() noexcept { return core_; }
    [[nodiscard]] const SessionCore& core() const noexcept { return core_; }

    /// What came and was not used yet.
    [[nodiscard]] const wire::LineBuffer& input() const noexcept { return in_; }

  private:
    /// Most requests fit into a socket's buffer: no wait is needed. And a session that waits for a
    /// socket to be readable needs no buffer of its own meanwhile. To wait for both in the same way
    /// halves what the compiler has to do for each command.
    static constexpr bool socket = is_socket<AsyncStream>::value;
    static constexpr std::size_t initial_size = 1024;

    enum class Phase : unsigned char {
        environment,
        owed,  ///< A reply to an earlier request is waited for, and dropped.
        write,
        reply,
    };

    [[nodiscard]] std::string_view request() const noexcept {
        return std::string_view{request_}.substr(0, request_.size() - 1);
    }
    void set_request(std::string_view request) {
        request_.assign(request).append(1, '\n');
        sent_ = 0;
    }

    Step begin(std::string_view request, ReplyForm form, wire::Redaction redaction,
               Urgency urgency) {
        core_.check_policy(request, urgency);
        interruption_.begin(request, urgency);
        set_request(request);
        form_ = form;
        redaction_ = redaction;
        if (core_.conversation().state() != Conversation::State::awaiting) return send();
        phase_ = Phase::owed;
        return take_lines();
    }

    Step send() {
        core_.begin(request(), form_, redaction_);
        return write();
    }

    Step write() {
        phase_ = Phase::write;
        if constexpr (socket) {
            error_code error;
            sent_ +=
                stream_.write_some(net::buffer(std::string_view{request_}.substr(sent_)), error);
            if (error && error != net::error::would_block && error != net::error::try_again) {
                write_failed(error);
            }
        }
        return sent_ == request_.size() ? written() : Step::write;
    }

    Step written() {
        core_.sent(request());
        if (form_ == ReplyForm::none) {
            core_.conversation().finish();
            return Step::done;
        }
        phase_ = Phase::reply;
        return take_lines();
    }

    /// The lines that are there.
    Step take_lines() {
        std::string_view line;
        while (next_line(line)) {
            const bool complete =
                phase_ == Phase::environment ? core_.take_environment(line) : core_.take(line);
            if (!complete) continue;
            if (phase_ == Phase::environment) in_.limit(wire::LineBuffer::default_limit);
            if (phase_ != Phase::owed) return Step::done;
            if (core_.conversation().state() != Conversation::State::awaiting) return send();
        }
        return Step::read;
    }

    /// False when nothing was there after all.
    bool read_some() {
        error_code error;
        char* const to = in_.prepare();
        in_.commit(stream_.read_some(net::buffer(to, in_.room()), error));
        if (error == net::error::would_block || error == net::error::try_again) return false;
        if (error) read_failed(error);
        return true;
    }

    bool next_line(std::string_view& line) {
        try {
            return in_.next(line);
        } catch (const AGIUnknownError& error) {  // a line over the limit
            core_.lose_line();
            throw AGIUnknownError(subject(), error.what());
        }
    }

    [[nodiscard]] std::string_view subject() const noexcept {
        return phase_ == Phase::environment ? "environment" : request();
    }

    [[noreturn]] void read_failed(const error_code& error) {
        if (error == net::error::operation_aborted) interruption_.end(subject());
        if (!is_closed(error)) throw AGIError(subject(), "read: " + error.message());
        core_.lost(subject(), in_.rest());
    }

    [[noreturn]] void write_failed(const error_code& error) {
        if (is_closed(error)) {
            core_.close();
            throw AGISIGPIPEHangup(request(), "the stream is closed");
        }
        core_.conversation().lose_step();
        if (error == net::error::operation_aborted) interruption_.end(subject());
        throw AGIError(request(), "write: " + error.message());
    }

    AsyncStream stream_;
    wire::LineBuffer in_;
    SessionCore core_;
    std::string request_;  ///< With its LF.
    std::size_t sent_ = 0;
    ReplyForm form_ = ReplyForm::tags;
    wire::Redaction redaction_;
    Phase phase_ = Phase::environment;
    Interruption interruption_;
};

}}}}  // namespace agi::v0::wire::AGI_NET
