// SPDX-License-Identifier: MIT
#pragma once
// The sockets of a simulated manager interface: a port of the loopback, and its connections.

#include <agi/asio/net.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/testing/simulator/async_call.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator { inline namespace AGI_NET {

namespace net = wire::net;
using wire::error_code;

/// Moves bytes between the clients and the switchboard, in a thread of its own.
class ManagerSockets {
  public:
    /// @throws system_error  the port is not free
    ManagerSockets(ManagerState& state, std::uint16_t port)
        : state_{state}, acceptor_{context_, {net::ip::address_v4::loopback(), port}} {
        state_.board.on_out = [this] {
            if (std::exchange(flush_is_due_, true)) return;
            net::post(context_, [this] { flush(); });
        };
        accept();
        thread_ = std::thread{[this] { context_.run(); }};
    }
    ManagerSockets(const ManagerSockets&) = delete;
    ManagerSockets& operator=(const ManagerSockets&) = delete;
    ~ManagerSockets() {
        context_.stop();
        thread_.join();
        const std::lock_guard<std::mutex> lock{state_.mutex};
        state_.board.on_out = [] {};
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    struct Connection {
        explicit Connection(net::ip::tcp::socket from) : socket{std::move(from)} {}
        net::ip::tcp::socket socket;
        Switchboard::Client client;
        std::array<char, 8192> buffer{};
        std::string writing;
    };
    using Pointer = std::shared_ptr<Connection>;

    void accept() {
        acceptor_.async_accept([this](const error_code& error, net::ip::tcp::socket socket) {
            if (!error) take(std::move(socket));
            accept();
        });
    }
    void take(net::ip::tcp::socket socket) {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        if (state_.refuses) return;
        error_code ignored;
        socket.set_option(net::ip::tcp::no_delay{true}, ignored);
        auto connection = std::make_shared<Connection>(std::move(socket));
        connection->client = state_.board.connect();
        connections_.push_back(connection);
        read(connection);
    }

    void read(const Pointer& at) {
        at->socket.async_read_some(net::buffer(at->buffer),
                                   [this, at](const error_code& error, std::size_t size) {
                                       const std::lock_guard<std::mutex> lock{state_.mutex};
                                       if (error) return close(at);
                                       state_.board.receive(at->client, {at->buffer.data(), size});
                                       state_.look_who_is_there();
                                       read(at);
                                   });
    }

    void flush() {
        const std::lock_guard<std::mutex> lock{state_.mutex};
        flush_is_due_ = false;
        for (const Pointer& connection : std::vector<Pointer>{connections_}) write(connection);
    }
    void write(const Pointer& at) {
        if (at->client->cut) return close(at);
        if (!at->writing.empty()) return;
        if (at->client->out.empty()) {
            if (at->client->closing) close(at);
            return;
        }
        at->writing = std::exchange(at->client->out, {});
        net::async_write(at->socket, net::buffer(at->writing),
                         [this, at](const error_code& error, std::size_t /*size*/) {
                             const std::lock_guard<std::mutex> lock{state_.mutex};
                             at->writing.clear();
                             error ? close(at) : write(at);
                         });
    }
    void close(const Pointer& at) {
        error_code ignored;
        at->socket.close(ignored);
        state_.board.disconnect(at->client);
        connections_.erase(std::remove(connections_.begin(), connections_.end(), at),
                           connections_.end());
        state_.look_who_is_there();
    }

    ManagerState& state_;
    net::io_context context_{1};
    net::ip::tcp::acceptor acceptor_;
    std::vector<Pointer> connections_;
    bool flush_is_due_ = false;
    std::thread thread_;
};

}}}}  // namespace agi::v0::testing::simulator::AGI_NET
