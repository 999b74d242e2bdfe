// SPDX-License-Identifier: MIT
#pragma once
// A session of a server: the other end of a connection inside this process.

#include <agi/asyncagi/detail/session_end.hpp>
#include <agi/asyncagi/detail/socket_pair.hpp>
#include <agi/asyncagi/tunnel_options.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/version.hpp>
#include <agi/wire/line_buffer.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

class SocketEnd final : public SessionEnd, public std::enable_shared_from_this<SocketEnd> {
  public:
    explicit SocketEnd(NewCall call)
        : socket_{call.context},
          on_line_{std::move(call.on_line)},
          on_closed_{std::move(call.on_closed)} {}

    /// Takes our end of it.
    void start(SocketPair& pair) {
        socket_.assign(net::ip::tcp::v4(), pair.ours);
        pair.ours = -1;
        socket_.non_blocking(true);
        read();
    }
    void give(std::string_view bytes) override {
        out_ += bytes;
        write();
    }
    void close() override {
        closing_ = true;
        write();
    }

  private:
    void read() {
        socket_.async_wait(socket_.wait_read, [self = shared_from_this()](const error_code& error) {
            if (!error && !self->closing_) self->or_close([&] { self->take(); });
        });
    }
    /// A connection that cannot be served ends, so that the handler does not wait for ever.
    template <class Work>
    void or_close(const Work& work) {
        try {
            work();
        } catch (const std::exception&) {
            on_closed_();
        }
    }
    void take() {
        error_code error;
        char* const to = in_.prepare();
        in_.commit(socket_.read_some(net::buffer(to, in_.room()), error));
        std::string_view line;
        while (!closing_ && next(line)) on_line_(line);
        in_.release();
        if (closing_) return;
        if (error && error != net::error::would_block && error != net::error::try_again) {
            return on_closed_();
        }
        read();
    }
    bool next(std::string_view& line) {
        try {
            return in_.next(line);
        } catch (const AGIUnknownError&) {  // over the limit of all lines
            line = {too_long, sizeof too_long};
            return true;
        }
    }
    void write() {
        while (!out_.empty() && !waiting_) {
            const ssize_t size = ::send(socket_.native_handle(), out_.data(), out_.size(),
                                        MSG_NOSIGNAL | MSG_DONTWAIT);
            if (size < 0 && wire::would_block(errno)) {
                socket_.async_wait(socket_.wait_write,
                                   [self = shared_from_this()](const error_code& error) {
                                       self->waiting_ = false;
                                       if (!error) self->or_close([&] { self->write(); });
                                   });
                waiting_ = true;
                return;
            }
            if (size < 0) {
                out_.clear();  // it has closed, which is read, too
            } else {
                out_.erase(0, static_cast<std::size_t>(size));
            }
        }
        if (closing_ && out_.empty()) {
            error_code ignored;
            socket_.close(ignored);
        }
    }

    /// Longer than AMI takes, so that the tunnel says so.
    static constexpr char too_long[line_limit + 1] = {};

    net::ip::tcp::socket socket_;
    wire::LineBuffer in_{wire::LineBuffer::default_limit, 1024};
    std::string out_;
    const std::function<void(std::string_view)> on_line_;
    const std::function<void()> on_closed_;
    bool waiting_ = false;
    bool closing_ = false;
};

/// Gives calls to a server. `handler`: in place of their routes'.
inline BeginCall on_server(fastagi::Server& server, std::string label,
                           fastagi::Server::Handler handler = {}) {
    return [&server, label = std::move(label),
            handler = std::move(handler)](NewCall call) -> std::shared_ptr<SessionEnd> {
        fastagi::Origin origin{label, line_limit, &Control::kind, call.control};
        const auto end = std::make_shared<SocketEnd>(std::move(call));
        SocketPair pair;
        if (!pair.open()) return nullptr;
        end->start(pair);
        bool taken = false;
        try {
            taken = server.adopt(pair.theirs, std::move(origin), handler);
        } catch (const std::exception&) {  // there is no memory for it
        }
        if (!taken) {
            end->close();
            return nullptr;
        }
        pair.theirs = -1;
        return end;
    };
}

}}}}  // namespace agi::v0::asyncagi::AGI_NET
