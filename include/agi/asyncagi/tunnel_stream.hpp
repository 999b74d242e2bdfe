// SPDX-License-Identifier: MIT
#pragma once
// A stream of Asio over which an AsyncSession speaks with a call that came over AMI.

#include <agi/asio/async_operation.hpp>
#include <agi/asyncagi/detail/session_end.hpp>
#include <agi/asyncagi/tunnel_options.hpp>
#include <agi/session/options.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

/// Both ends in memory: see TunnelStream. On the thread of the context.
class StreamEnd final : public SessionEnd {
  public:
    explicit StreamEnd(NewCall call)
        : executor{call.context.get_executor()},
          changed_{call.context, net::steady_timer::time_point::max()},
          on_line_{std::move(call.on_line)},
          on_closed_{std::move(call.on_closed)} {}

    void give(std::string_view bytes) override {
        unread_ += bytes;
        changed_.cancel();
    }
    void close() override {
        closed_ = true;
        changed_.cancel();
    }

    // For the stream.

    std::size_t read(net::mutable_buffer to) {
        const std::size_t size = net::buffer_copy(to, net::buffer(unread_));
        unread_.erase(0, size);
        return size;
    }
    void write(std::string_view bytes) {
        unsent_ += bytes;
        for (;;) {
            const std::size_t end = unsent_.find('\n');
            if (end == std::string::npos || closed_) return;
            const std::string line = unsent_.substr(0, end);
            unsent_.erase(0, end + 1);
            on_line_(line);
        }
    }
    /// By the session.
    void leave() {
        if (!std::exchange(closed_, true)) on_closed_();
    }
    void cancel() {
        ++cancelled;
        changed_.cancel();
    }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    [[nodiscard]] bool readable() const noexcept { return closed_ || !unread_.empty(); }
    template <class Handler>
    void when_changed(Handler handler) {
        changed_.async_wait(std::move(handler));
    }

    const net::io_context::executor_type executor;
    unsigned cancelled = 0;

  private:
    net::steady_timer changed_;  ///< Never over: each change ends the waits for it.
    std::function<void(std::string_view)> on_line_;
    std::function<void()> on_closed_;
    std::string unread_;
    std::string unsent_;
    bool closed_ = false;
};

/// A socket without a socket: reads what Asterisk says to the call, writes lines for it. For
/// `AsyncSession<TunnelStream>`; from the thread that runs the context of its source. Its end is that of
/// the session: the dialplan goes on.
class TunnelStream {
  public:
    using executor_type = net::io_context::executor_type;
    using lowest_layer_type = TunnelStream;
    enum wait_type { wait_read, wait_write };

    explicit TunnelStream(std::shared_ptr<StreamEnd> end) noexcept : end_{std::move(end)} {}
    TunnelStream(TunnelStream&&) noexcept = default;
    TunnelStream& operator=(TunnelStream&& other) noexcept {
        std::swap(end_, other.end_);
        return *this;
    }
    TunnelStream(const TunnelStream&) = delete;
    TunnelStream& operator=(const TunnelStream&) = delete;
    ~TunnelStream() {
        if (end_) end_->leave();
    }

    /// For the session: lines that AMI does not take are refused before they are sent.
    [[nodiscard]] static SessionOptions options(SessionOptions options = {}) {
        options.line_limit = asyncagi::line_limit;
        return options;
    }

    [[nodiscard]] executor_type get_executor() const noexcept { return end_->executor; }
    [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
    void non_blocking(bool /*mode*/) noexcept {}
    void non_blocking(bool /*mode*/, error_code& error) noexcept { error.clear(); }

    std::size_t read_some(net::mutable_buffer to, error_code& error) {
        error.clear();
        const std::size_t size = end_->read(to);
        if (size == 0) error = end_->closed() ? error_code{net::error::eof} : would_block();
        return size;
    }
    std::size_t write_some(net::const_buffer from, error_code& error) {
        error.clear();
        if (end_->closed()) {
            error = net::error::broken_pipe;
            return 0;
        }
        end_->write({static_cast<const char*>(from.data()), from.size()});
        return from.size();
    }
    /// Completes with void(error_code).
    template <class Token>
    auto async_wait(wait_type what, Token&& token) {
        return net::async_compose<Token, void(error_code)>(Wait{end_, what, end_->cancelled}, token,
                                                           end_->executor);
    }
    /// Ends the waits, as those of a socket.
    void cancel(error_code& error) noexcept {
        error.clear();
        end_->cancel();
    }

  private:
    static error_code would_block() noexcept { return net::error::would_block; }

    struct Wait {
        std::shared_ptr<StreamEnd> end;
        wait_type what;
        unsigned cancelled;
        bool begun = false;

        template <class Self>
        void operator()(Self& self, error_code /*error*/ = {}) {
            const std::shared_ptr<StreamEnd> at = end;  // which moves with `self`
            if (!std::exchange(begun, true)) {  // nothing completes in the call that begins it
                return net::post(at->executor, std::move(self));
            }
            if (cancelled != at->cancelled || wire::is_cancelled(self, 0)) {
                return self.complete(net::error::operation_aborted);
            }
            if (what == wait_write || at->readable()) return self.complete({});
            at->when_changed(std::move(self));
        }
    };

    std::shared_ptr<StreamEnd> end_;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
