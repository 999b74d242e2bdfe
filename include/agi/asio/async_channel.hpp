// SPDX-License-Identifier: MIT
#pragma once
// The loop of an AsyncSession: moves the lines of an Exchange over a stream of Asio.

#include <agi/asio/deadline.hpp>
#include <agi/asio/net.hpp>
#include <agi/session/exchange.hpp>
#include <agi/stream/line_stream.hpp>
#include <agi/version.hpp>
#include <agi/wire/line_buffer.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

/// What an operation waits for.
enum class Wait : unsigned char {
    none,   ///< It is done.
    read,   ///< More bytes.
    write,  ///< To send the rest of a line.
};

/// A stream, what was read of it, and one operation at a time.
template <class AsyncStream>
class AsyncChannel {
  public:
    AsyncChannel(AsyncStream stream, SessionOptions options)
        : stream_{std::move(stream)},
          in_{options.environment.line, initial_size},
          exchange_{std::move(options)} {
        if constexpr (socket) {
            error_code ignored;
            stream_.non_blocking(true, ignored);
        }
    }

    /// Begins an operation, and goes on until it has to wait.
    Wait begin(Order order, std::string_view request = {}) {
        if (order.kind != Order::Kind::start) in_.limit(LineBuffer::default_limit);
        order.request = request;
        if (!exchange_.runs()) {
            request_.assign(request).append(1, '\n');
            order.request = std::string_view{request_}.substr(0, request.size());
        }
        exchange_.begin(order);
        reason_ = nullptr;
        rest_ = {};
        return advance();
    }

    /// The bytes were written, or came, or did not. `cancelled`: the operation is to end.
    Wait resume(const error_code& error, std::size_t size, bool cancelled) {
        const bool late = std::exchange(late_, false) && error == net::error::operation_aborted;
        timer_.reset();
        if (late && !cancelled && !reason_) {
            exchange_.time_over();
        } else if (exchange_.need() == Need::write) {
            resume_write(error);
        } else {
            resume_read(error, size);
        }
        const Wait next = advance();
        // What was ended while the wait was over already, so that there was nothing to cancel.
        if (next != Wait::none && (cancelled || reason_)) interrupted(next == Wait::write);
        return next;
    }

    template <class Token>
    auto async_write(Token&& token) {
        if constexpr (socket) {
            return stream_.async_wait(AsyncStream::wait_write, std::forward<Token>(token));
        } else {
            return net::async_write(stream_, net::buffer(rest_), std::forward<Token>(token));
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

    /// Takes what has come, without waiting.
    void look() {
        if (exchange_.runs()) return;
        Order order;
        order.kind = Order::Kind::look;
        exchange_.begin(order);
        try {
            advance();
        } catch (...) {
            exchange_.end();
            throw;
        }
        exchange_.end();
    }

    /// Ends the operation that runs, if one does: it throws this.
    void interrupt(std::exception_ptr reason) {
        if (!exchange_.runs()) return;
        reason_ = std::move(reason);
        cancel();
    }

    [[nodiscard]] AsyncStream& stream() noexcept { return stream_; }
    [[nodiscard]] Exchange& exchange() noexcept { return exchange_; }
    [[nodiscard]] const Exchange& exchange() const noexcept { return exchange_; }

    /// What came and was not used yet.
    [[nodiscard]] std::string_view unread() const noexcept { return in_.rest(); }

  private:
    using Need = Exchange::Need;

    /// Most requests fit into a socket's buffer: no wait is needed. And a session that waits for a
    /// socket to be readable needs no buffer of its own meanwhile. To wait for both in the same way
    /// halves what the compiler has to do for each command.
    static constexpr bool socket = is_socket<AsyncStream>::value;
    static constexpr std::size_t initial_size = 1024;

    Wait advance() {
        for (;;) {
            switch (exchange_.need()) {
                case Need::peek: take_arrived(false); break;
                case Need::poll: take_arrived(true); break;
                case Need::write:
                    if (!write()) return Wait::write;
                    break;
                case Need::read:
                    if (!take_line() && wait()) return Wait::read;
                    break;
                case Need::done: return Wait::none;
            }
        }
    }

    /// Whether a line was there, or what was left of one that was too long.
    bool take_line() {
        std::string_view line;
        try {
            if (!in_.next(line)) return false;
        } catch (const AGIUnknownError& error) {
            exchange_.lost_line(error.what());
            return true;
        }
        exchange_.line(line);
        return true;
    }

    void take_arrived(bool ask_system) {
        if (take_line()) return;
        if constexpr (socket) {
            if (ask_system || in_.filled()) {
                error_code error;
                if (read_some(error)) return;
                if (is_closed(error)) return exchange_.closed(in_.rest());
            }
            exchange_.nothing(!in_.rest().empty());
        } else {
            exchange_.nothing(!in_.rest().empty() || in_.filled());
        }
    }

    /// Gets ready to wait for bytes. False when the time for that is over already.
    bool wait() {
        const auto until = exchange_.until();
        if (!until) return true;
        const auto time =
            std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
        if constexpr (has_wait_line<AsyncStream>::value) {
            if (stream_.wait_line(time)) return true;
            exchange_.time_over();
            return false;
        } else {
            timer_ = std::make_unique<Deadline>(stream_.get_executor(), time, [this] {
                late_ = true;
                cancel();
            });
            return true;
        }
    }

    /// False when nothing was there after all.
    bool read_some(error_code& error) {
        char* const to = in_.prepare();
        const std::size_t size = stream_.read_some(net::buffer(to, in_.room()), error);
        in_.commit(size);
        if (error == net::error::would_block || error == net::error::try_again) error.clear();
        return size > 0;
    }

    void resume_read(error_code error, std::size_t size) {
        if constexpr (socket) {
            if (!error) read_some(error);
        } else {
            in_.commit(size);
        }
        if (!error) return;
        if (error == net::error::operation_aborted) interrupted(false);
        if (is_closed(error)) return exchange_.closed(in_.rest());
        throw AGIError(exchange_.subject(), "read: " + error.message());
    }

    /// False when the rest has to wait.
    bool write() {
        const std::string_view output = exchange_.output();
        if (rest_.empty()) rest_ = {output.data(), output.size() + 1};  // with its LF
        if constexpr (socket) {
            error_code error;
            rest_.remove_prefix(stream_.write_some(net::buffer(rest_), error));
            if (error && error != net::error::would_block && error != net::error::try_again) {
                write_failed(error);
            }
            if (!rest_.empty()) return false;
            exchange_.written();
            return true;
        } else {
            return false;
        }
    }

    void resume_write(const error_code& error) {
        if (error) write_failed(error);
        if constexpr (!socket) {
            rest_ = {};
            exchange_.written();
        }
    }

    [[noreturn]] void write_failed(const error_code& error) {
        if (is_closed(error)) exchange_.write_closed();
        if (error == net::error::operation_aborted) interrupted(true);
        exchange_.write_failed();
        throw AGIError(exchange_.subject(), "write: " + error.message());
    }

    [[noreturn]] void interrupted(bool writing) {
        if (writing) {
            const bool untouched = socket && rest_.size() == exchange_.output().size() + 1;
            untouched ? exchange_.write_cancelled() : exchange_.write_failed();
        }
        if (reason_) std::rethrow_exception(std::exchange(reason_, nullptr));
        throw AGIError(exchange_.subject(), "cancelled, the reply is still owed");
    }

    void cancel() {
        error_code ignored;
        stream_.lowest_layer().cancel(ignored);
    }

    AsyncStream stream_;
    LineBuffer in_;
    Exchange exchange_;
    std::string request_;      ///< With its LF.
    std::string_view rest_{};  ///< What is left to write.
    std::unique_ptr<Deadline> timer_;
    std::exception_ptr reason_;
    bool late_ = false;
};

}}}}  // namespace agi::v0::wire::AGI_NET
