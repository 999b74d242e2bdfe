// SPDX-License-Identifier: MIT
#pragma once
// Accepts connections, whatever happens.

#include <agi/fastagi/asio.hpp>
#include <agi/fastagi/loop.hpp>
#include <agi/version.hpp>

#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi {

/// One listening socket. Lives on the first loop, and deals connections out to all.
class Listener {
  public:
    /// A connection that was accepted; called on the thread of its loop.
    using Accepted = std::function<void(Loop&, LoopSocket, const net::ip::tcp::endpoint&)>;

    /// @throws system_error  the socket cannot listen there
    Listener(Loop& loop, const net::ip::tcp::endpoint& at)
        : acceptor_{loop.context()}, pause_{loop.context()} {
        acceptor_.open(at.protocol());
        acceptor_.set_option(net::socket_base::reuse_address{true});
        if (at.protocol() == net::ip::tcp::v6()) {
            acceptor_.set_option(net::ip::v6_only{true});
        }
        acceptor_.bind(at);
        acceptor_.listen(std::numeric_limits<int>::max());  // the kernel has its own limit
    }

    /// A socket that listens already.
    Listener(Loop& loop, int fd) : acceptor_{loop.context()}, pause_{loop.context()} {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw system_error{errno, net::error::get_system_category(), "the inherited socket"};
        }
        const auto protocol =
            address.ss_family == AF_INET6 ? net::ip::tcp::v6() : net::ip::tcp::v4();
        acceptor_.assign(protocol, fd);
    }

    [[nodiscard]] net::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// Accepts until `close`.
    void start(std::shared_ptr<ServerState> state, const std::vector<std::unique_ptr<Loop>>& loops,
               Accepted accepted) {
        state_ = std::move(state);
        loops_ = &loops;
        accepted_ = std::move(accepted);
        accept();
    }

    void close() {
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

  private:
    static constexpr std::chrono::milliseconds pause_time{20};

    void accept() {
        if (!acceptor_.is_open()) return;
        if (state_->counters.connections >= state_->options.max_connections) return wait();
        Loop& loop = *(*loops_)[next_++ % loops_->size()];
        acceptor_.async_accept(loop.context(),
                               [this, &loop](const error_code& error, LoopSocket socket) {
                                   if (error) return failed(error);
                                   out_of_resources_ = false;
                                   Counters::count(state_->counters.accepted);
                                   take(loop, std::move(socket));
                                   accept();
                               });
    }

    void take(Loop& loop, LoopSocket socket) {
        error_code error;
        const net::ip::tcp::endpoint peer = socket.remote_endpoint(error);
        if (error) return Counters::count(state_->counters.no_calls);  // gone already
        if (!is_admitted(peer)) return;
        socket.set_option(net::ip::tcp::no_delay{true}, error);
        socket.set_option(net::socket_base::keep_alive{true}, error);
        if (loops_->size() == 1) return accepted_(loop, std::move(socket), peer);
        net::post(loop.context(), [this, &loop, peer, socket = std::move(socket)]() mutable {
            accepted_(loop, std::move(socket), peer);
        });
    }

    [[nodiscard]] bool is_admitted(const net::ip::tcp::endpoint& peer) const {
        try {
            if (!state_->options.admit || state_->options.admit(peer.address())) return true;
        } catch (const std::exception& error) {
            state_->log(Severity::error, std::string{"admit failed: "} + error.what());
        }
        Counters::count(state_->counters.refused);
        state_->log(Severity::warning, "not admitted: " + peer.address().to_string());
        return false;
    }

    void failed(const error_code& error) {
        if (error == net::error::operation_aborted) return;
        const bool resources = error == net::error::no_descriptors ||
                               error == net::error::no_buffer_space ||
                               error == net::error::no_memory || error.value() == ENFILE;
        if (!resources) return accept();  // the peer gave up before it was accepted
        if (!std::exchange(out_of_resources_, true)) {
            rlimit files{};
            ::getrlimit(RLIMIT_NOFILE, &files);
            state_->log(Severity::error, "cannot accept: " + error.message() +
                                             "; this process may have " +
                                             std::to_string(files.rlim_cur) +
                                             " descriptors (ulimit -n). Trying again");
        }
        wait();
    }

    void wait() {
        pause_.expires_after(pause_time);
        pause_.async_wait([this](const error_code& error) {
            if (!error) accept();
        });
    }

    net::basic_socket_acceptor<net::ip::tcp, net::io_context::executor_type> acceptor_;
    net::steady_timer pause_;
    std::shared_ptr<ServerState> state_;
    const std::vector<std::unique_ptr<Loop>>* loops_ = nullptr;
    Accepted accepted_;
    std::size_t next_ = 0;
    bool out_of_resources_ = false;
};

}}}  // namespace agi::v0::fastagi
