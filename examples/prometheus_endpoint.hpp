// SPDX-License-Identifier: MIT
#pragma once
// The counters of a server, for Prometheus and for health checks: http://127.0.0.1:<port>/

#include <agi/asio/deadline.hpp>
#include <agi/fastagi/prometheus.hpp>
#include <agi/fastagi/server.hpp>

#include <asio.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

// Answers every request with the counters, on the server's own loop. Not to be destroyed while the
// server runs.
class PrometheusEndpoint {
  public:
    // Port 0: any free one, see `port`.
    PrometheusEndpoint(agi::fastagi::Server& server, std::uint16_t port)
        : server_{server},
          acceptor_{server.context(), {asio::ip::address_v4::loopback(), port}},
          pause_{server.context()} {
        accept();
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  private:
    struct Request {
        explicit Request(asio::ip::tcp::socket accepted)
            : socket{std::move(accepted)},
              late{socket.get_executor(), std::chrono::seconds{5}, [this] { socket.close(); }} {}
        asio::ip::tcp::socket socket;
        agi::wire::Deadline late;
        std::string text;
    };

    void accept() {
        acceptor_.async_accept([this](const asio::error_code& error, asio::ip::tcp::socket socket) {
            if (error) return accept_later();  // no descriptors, perhaps
            answer(std::make_shared<Request>(std::move(socket)));
            accept();
        });
    }
    void accept_later() {
        pause_.expires_after(std::chrono::seconds{1});
        pause_.async_wait([this](const asio::error_code& error) {
            if (!error) accept();
        });
    }

    void answer(const std::shared_ptr<Request>& request) {
        constexpr std::size_t longest = 8192;
        asio::async_read_until(
            request->socket, asio::dynamic_buffer(request->text, longest), "\r\n\r\n",
            [this, request](const asio::error_code& error, std::size_t) {
                if (error) return;
                const std::string counters = agi::fastagi::prometheus_text(server_.counts());
                request->text =
                    "HTTP/1.0 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
                    "Content-Length: " +
                    std::to_string(counters.size()) + "\r\n\r\n" + counters;
                asio::async_write(request->socket, asio::buffer(request->text),
                                  [request](const asio::error_code&, std::size_t) {});
            });
    }

    agi::fastagi::Server& server_;
    asio::ip::tcp::acceptor acceptor_;
    asio::steady_timer pause_;
};
