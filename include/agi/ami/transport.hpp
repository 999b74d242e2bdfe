// SPDX-License-Identifier: MIT
#pragma once
// What carries the bytes of a manager connection: TCP here, TLS in tls.hpp.

#include <agi/asio/net.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/version.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace agi { inline namespace v0 { namespace ami { inline namespace AGI_NET {

namespace net = wire::net;
using wire::error_code;

/// One connection. All of it is on the thread of its context; what it is told to do may complete
/// after `close`, with an error.
class Transport {
  public:
    using Done = std::function<void(const error_code&)>;
    using Moved = std::function<void(const error_code&, std::size_t)>;

    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    [[nodiscard]] virtual net::ip::tcp::socket& socket() noexcept = 0;
    /// What follows once the socket is connected.
    virtual void handshake(const std::string& host, Done done) = 0;
    virtual void read(net::mutable_buffer to, Moved moved) = 0;
    virtual void write(net::const_buffer from, Moved moved) = 0;

    void close() {
        error_code ignored;
        socket().close(ignored);
    }
};
using MakeTransport = std::function<std::shared_ptr<Transport>(net::io_context&)>;

class TcpTransport final : public Transport {
  public:
    explicit TcpTransport(net::io_context& context) : socket_{context} {}

    [[nodiscard]] net::ip::tcp::socket& socket() noexcept override { return socket_; }
    void handshake(const std::string& /*host*/, Done done) override { done({}); }
    void read(net::mutable_buffer to, Moved moved) override {
        socket_.async_read_some(to, std::move(moved));
    }
    void write(net::const_buffer from, Moved moved) override {
        net::async_write(socket_, from, std::move(moved));
    }

  private:
    net::ip::tcp::socket socket_;
};

/// Not encrypted.
inline std::shared_ptr<Transport> tcp(net::io_context& context) {
    return std::make_shared<TcpTransport>(context);
}

}}}}  // namespace agi::v0::ami::AGI_NET
