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
          socket{context},
          in{wire::LineBuffer::default_limit, 1024} {}

    /// `line` is called for each line, `closed` at the end.
    template <class OnLine, class OnClosed>
    void start(int fd, OnLine line, OnClosed closed) {
        on_line = std::move(line);
        on_closed = std::move(closed);
        error_code error;
        socket.assign(net::ip::tcp::v4(), fd, error);
        socket.non_blocking(true, error);
        read();
    }

    void give(std::string_view bytes) {
        out += bytes;
        write();
    }

    /// Nothing more comes; what was given goes out first.
    void close() {
        closing = true;
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
        socket.async_wait(socket.wait_read, [self = shared_from_this()](const error_code& error) {
            if (!error && !self->closing) self->take();
        });
    }
    void take() {
        error_code error;
        char* const to = in.prepare();
        in.commit(socket.read_some(net::buffer(to, in.room()), error));
        // They may end with what they are told.
        const auto told_line = on_line;
        const auto told_closed = on_closed;
        std::string_view line;
        while (!closing && next(line)) told_line(line);
        in.release();
        if (closing) return;
        if (error && error != net::error::would_block && error != net::error::try_again) {
            return told_closed();
        }
        read();
    }
    bool next(std::string_view& line) {
        try {
            return in.next(line);
        } catch (const AGIUnknownError&) {  // over the limit of all lines
            line = too_long;
            return true;
        }
    }
    void write() {
        while (!out.empty() && !waiting) {
            const ssize_t size =
                ::send(socket.native_handle(), out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                waiting = true;
                socket.async_wait(socket.wait_write,
                                  [self = shared_from_this()](const error_code& error) {
                                      self->waiting = false;
                                      if (!error) self->write();
                                  });
                return;
            }
            if (size < 0) {
                out.clear();  // it has closed, which is read, too
            } else {
                out.erase(0, static_cast<std::size_t>(size));
            }
        }
        if (closing && out.empty()) {
            error_code ignored;
            socket.close(ignored);
            on_line = nullptr;
            on_closed = nullptr;
        }
    }

    /// Longer than AMI takes, so that the tunnel says so.
    inline static const std::string too_long = std::string(line_limit + 1, ' ');

    net::ip::tcp::socket socket;
    wire::LineBuffer in;
    std::string out;
    std::function<void(std::string_view)> on_line;
    std::function<void()> on_closed;
    bool waiting = false;
    bool closing = false;
};

}}}}  // namespace agi::v0::asyncagi::AGI_NET
