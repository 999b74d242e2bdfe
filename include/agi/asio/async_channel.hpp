// SPDX-License-Identifier: MIT
#pragma once
// The loop of an AsyncSession: moves the lines of an Exchange over a stream of Asio.

#include <agi/asio/deadline.hpp>
#include <agi/asio/net.hpp>
#include <agi/session/byte_exchange.hpp>
#include <agi/stream/line_stream.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

/// What an operation waits for.
enum class Wait : unsigned char {
    none,   ///< It is done.
    read,   ///< More bytes.
    write,  ///< To send the rest of a line.
};

/// When a read of this stream has waited too long: in virtual time, if the stream's is.
template <class AsyncStream, class = void>
struct DeadlineOf {
    using Type = Deadline;
};
template <class AsyncStream>
struct DeadlineOf<AsyncStream, std::void_t<typename AsyncStream::deadline_type>> {
    using Type = typename AsyncStream::deadline_type;
};

/// A stream, what was read of it, and one operation at a time.
template <class AsyncStream>
class AsyncChannel {
  public:
    AsyncChannel(AsyncStream stream, SessionOptions options)
        : stream_{std::move(stream)}, bytes_{std::move(options)} {
        if constexpr (socket) {
            error_code ignored;
            stream_.non_blocking(true, ignored);
        }
    }
    template <class... ForStream>
    AsyncChannel(std::in_place_t /*stream*/, SessionOptions options, ForStream&&... arguments)
        : stream_{std::forward<ForStream>(arguments)...}, bytes_{std::move(options)} {}

    /// Begins an operation, and goes on until it has to wait.
    Wait begin(const Order& order, std::string_view request = {}) {
        bytes_.begin(order, request, &time_of, this);
        reason_ = nullptr;
        return advance();
    }

    /// The bytes were written, or came, or did not. `cancelled`: the operation is to end.
    Wait resume(const error_code& error, std::size_t size, bool cancelled) {
        const bool late = std::exchange(late_, false) && error == net::error::operation_aborted;
        timer_.reset();
        if (late && !cancelled && !reason_) {
            bytes_.time_over(!socket);
        } else if (exchange().need() == Need::write) {
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
            return net::async_write(stream_, net::buffer(bytes_.output()),
                                    std::forward<Token>(token));
        }
    }
    template <class Token>
    auto async_read(Token&& token) {
        if constexpr (socket) {
            bytes_.release();
            return stream_.async_wait(AsyncStream::wait_read, std::forward<Token>(token));
        } else {
            char* const to = bytes_.prepare();
            return stream_.async_read_some(net::buffer(to, bytes_.room()),
                                           std::forward<Token>(token));
        }
    }

    /// Takes what has come, without waiting.
    void look() {
        if (bytes_.runs()) return;
        bytes_.look();
        advance();
        bytes_.end();
    }

    /// Ends the operation that runs, if one does: it throws this.
    void interrupt(std::exception_ptr reason) {
        if (!bytes_.runs()) return;
        reason_ = std::move(reason);
        cancel();
    }

    /// The time by which deadlines go.
    [[nodiscard]] Exchange::Time now() const {
        if constexpr (has_now<AsyncStream>::value) {
            return stream_.now();
        } else {
            return std::chrono::steady_clock::now();
        }
    }

    [[nodiscard]] AsyncStream& stream() noexcept { return stream_; }
    [[nodiscard]] Exchange& exchange() noexcept { return bytes_.exchange(); }
    [[nodiscard]] const Exchange& exchange() const noexcept { return bytes_.exchange(); }

    /// What came and was not used yet.
    [[nodiscard]] std::string_view unread() const noexcept { return bytes_.unread(); }

  private:
    using Need = Exchange::Need;
    using Timer = typename DeadlineOf<AsyncStream>::Type;

    /// Most requests fit into a socket's buffer: no wait is needed. And a session that waits for a
    /// socket to be readable needs no buffer of its own meanwhile. To wait for both in the same way
    /// halves what the compiler has to do for each command.
    static constexpr bool socket = is_socket<AsyncStream>::value;

    static Exchange::Time time_of(const void* self) {
        return static_cast<const AsyncChannel*>(self)->now();
    }

    Wait advance() {
        for (;;) {
            switch (bytes_.need()) {
                case Need::write:
                    if (write()) break;
                    set_timer();
                    return Wait::write;
                case Need::read: set_timer(); return Wait::read;
                case Need::done: return Wait::none;
                case Need::peek:
                case Need::poll: look_at_stream();
            }
        }
    }

    void look_at_stream() {
        if constexpr (socket) {
            error_code error;
            if (read_some(error)) return;
            is_closed(error) ? bytes_.closed() : bytes_.nothing();
        } else {
            // What is on its way through a layer such as TLS can't be read without waiting.
            error_code ignored;
            bytes_.nothing(bytes_.filled() || stream_.lowest_layer().available(ignored) > 0);
        }
    }

    void set_timer() {
        const auto until = bytes_.until();
        if (!until) return;
        const auto late = [this] {
            late_ = true;
            cancel();
        };
        if constexpr (std::is_same_v<Timer, Deadline>) {
            const auto time = std::chrono::ceil<std::chrono::milliseconds>(*until - now());
            timer_ = std::make_unique<Timer>(stream_.get_executor(), time, late);
        } else {
            timer_ = std::make_unique<Timer>(stream_, *until, late);
        }
    }

    /// False when nothing was there after all.
    bool read_some(error_code& error) {
        char* const to = bytes_.prepare();
        const std::size_t size = stream_.read_some(net::buffer(to, bytes_.room()), error);
        bytes_.received(size);
        if (error == net::error::would_block || error == net::error::try_again) error.clear();
        return size > 0;
    }

    void resume_read(error_code error, std::size_t size) {
        if constexpr (socket) {
            if (!error) read_some(error);
        } else {
            bytes_.received(size);
        }
        if (!error) return;
        if (error == net::error::operation_aborted) interrupted(false);
        if (is_closed(error)) return bytes_.closed();
        throw AGIError(exchange().subject(), "read: " + error.message());
    }

    /// False when the rest has to wait.
    bool write() {
        if constexpr (socket) {
            error_code error;
            const std::size_t size = stream_.write_some(net::buffer(bytes_.output()), error);
            if (error && error != net::error::would_block && error != net::error::try_again) {
                write_failed(error);
            }
            bytes_.sent(size);
            return bytes_.output().empty();
        } else {
            return false;
        }
    }

    void resume_write(const error_code& error) {
        if (error) write_failed(error);
        if constexpr (!socket) bytes_.sent(bytes_.output().size());
    }

    [[noreturn]] void write_failed(const error_code& error) {
        if (is_closed(error)) bytes_.write_closed();
        if (error == net::error::operation_aborted) interrupted(true);
        exchange().write_failed();
        throw AGIError(exchange().subject(), "write: " + error.message());
    }

    [[noreturn]] void interrupted([[maybe_unused]] bool writing) {
        if constexpr (socket) {
            bytes_.abandon();
        } else if (writing) {
            exchange().write_failed();  // how much was sent is not known
        }
        if (reason_) std::rethrow_exception(std::exchange(reason_, nullptr));
        throw AGIError(exchange().subject(), "cancelled, the reply is still owed");
    }

    void cancel() {
        error_code ignored;
        stream_.lowest_layer().cancel(ignored);
    }

    AsyncStream stream_;
    ByteExchange bytes_;
    std::unique_ptr<Timer> timer_;
    std::exception_ptr reason_;
    bool late_ = false;
};

}}}}  // namespace agi::v0::wire::AGI_NET
