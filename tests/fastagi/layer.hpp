// SPDX-License-Identifier: MIT
#pragma once
// A stream of Asio that is no socket, as one of TLS is none.

#include <agi/fastagi/net.hpp>

#include <asio/local/connect_pair.hpp>
#include <asio/local/stream_protocol.hpp>

#include <utility>

namespace fastagi_tests {

using LocalSocket = agi::fastagi::net::local::stream_protocol::socket;

/// Reads and writes through a socket.
template <class Socket = LocalSocket>
class Layer {
  public:
    using executor_type = typename Socket::executor_type;
    using lowest_layer_type = typename Socket::lowest_layer_type;

    explicit Layer(Socket socket) : socket_{std::move(socket)} {}

    executor_type get_executor() { return socket_.get_executor(); }
    lowest_layer_type& lowest_layer() { return socket_.lowest_layer(); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return socket_.async_read_some(buffers, std::forward<Token>(token));
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return socket_.async_write_some(buffers, std::forward<Token>(token));
    }

  private:
    Socket socket_;
};

}  // namespace fastagi_tests
