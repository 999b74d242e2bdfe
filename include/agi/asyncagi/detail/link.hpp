// SPDX-License-Identifier: MIT
#pragma once
// A tunnel with its end of a connection to the server: what a handler writes, and what it is told.

#include <agi/asyncagi/control.hpp>
#include <agi/asyncagi/detail/socket_pair.hpp>
#include <agi/asyncagi/tunnel.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/version.hpp>
#include <agi/wire/line_buffer.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

namespace net = wire::net;
using wire::error_code;

/// One call of a source. On the source's thread.
struct Link : std::enable_shared_from_this<Link> {
    Link(net::io_context& context, std::uint64_t number_in_source, Tunnel with, std::string id)
        : number{number_in_source},
          tunnel{std::move(with)},
          uniqueid{std::move(id)},
          socket_{context},
          in_{wire::LineBuffer::default_limit, 1024} {}

    /// `line` is called for each line, `closed` at the end.
    template <class OnLine, class OnClosed>
    void start(int fd, OnLine line, OnClosed closed) {
        on_line_ = std::move(line);
        on_closed_ = std::move(closed);
        error_code error;
        socket_.assign(net::ip::tcp::v4(), fd, error);
        socket_.non_blocking(true, error);
        read();
    }

    void give(std::string_view bytes) {
        out_ += bytes;
        write();
    }

    /// Nothing more comes; what was given goes out first.
    void close() {
        closing_ = true;
        write();
    }

    const std::uint64_t number;
    Tunnel tunnel;
    const std::string uniqueid;
    std::shared_ptr<Control> control{};
    fastagi::Server::Handler handler{};
    std::string place{};  ///< Where in the dialplan AGI() is.
    bool served = false;  ///< The server has it.

  private:
    void read() {
        socket_.async_wait(socket_.wait_read, [self = shared_from_this()](const error_code& error) {
            if (!error && !self->closing_) self->take();
        });
    }
    void take() {
        error_code error;
        char* const to = in_.prepare();
        in_.commit(socket_.read_some(net::buffer(to, in_.room()), error));
        // They may end with what they are told.
        const auto told_line = on_line_;
        const auto told_closed = on_closed_;
        std::string_view line;
        while (!closing_ && next(line)) told_line(line);
        in_.release();
        if (closing_) return;
        if (error && error != net::error::would_block && error != net::error::try_again) {
            return told_closed();
        }
        read();
    }
    bool next(std::string_view& line) {
        try {
            return in_.next(line);
        } catch (const AGIUnknownError&) {  // over the limit of all lines
            line = too_long_;
            return true;
        }
    }
    void write() {
        while (!out_.empty() && !waiting_) {
            const ssize_t size = ::send(socket_.native_handle(), out_.data(), out_.size(),
                                        MSG_NOSIGNAL | MSG_DONTWAIT);
            if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                waiting_ = true;
                socket_.async_wait(socket_.wait_write,
                                   [self = shared_from_this()](const error_code& error) {
                                       self->waiting_ = false;
                                       if (!error) self->write();
                                   });
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
            on_line_ = nullptr;
            on_closed_ = nullptr;
        }
    }

    /// Longer than AMI takes, so that the tunnel says so.
    inline static const std::string too_long_ = std::string(line_limit + 1, ' ');

    net::ip::tcp::socket socket_;
    wire::LineBuffer in_;
    std::string out_;
    std::function<void(std::string_view)> on_line_;
    std::function<void()> on_closed_;
    bool waiting_ = false;
    bool closing_ = false;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
