// SPDX-License-Identifier: MIT
#pragma once
// Accepts connections, whatever happens.

#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/detail/loop.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/version.hpp>

#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// One listening socket. Lives on the first loop, and deals connections out to all.
class Listener {
  public:
    /// A connection that was accepted; called on the thread of its loop.
    using Accepted = std::function<void(Loop&, LoopSocket, CallFacts)>;

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
    ///
    /// @throws system_error  it does not, or it is not one of TCP
    Listener(Loop& loop, int fd) : acceptor_{loop.context()}, pause_{loop.context()} {
        sockaddr_storage address{};
        socklen_t size = sizeof address;
        int listens = 0;
        socklen_t listens_size = sizeof listens;
        if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
            ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0) {
            refuse(errno);
        }
        const bool v6 = address.ss_family == AF_INET6;
        if (!v6 && address.ss_family != AF_INET) refuse(EAFNOSUPPORT);
        if (listens == 0) refuse(EINVAL);
        inherited_ = true;
        acceptor_.assign(v6 ? net::ip::tcp::v6() : net::ip::tcp::v4(), fd);
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
        if (!inherited_) take_waiting();
        error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

  private:
    static constexpr std::chrono::milliseconds pause_time{20};

    /// For what would fill a log: true once a minute at most.
    class Seldom {
      public:
        bool operator()() {
            const auto now = std::chrono::steady_clock::now();
            if (last_ && now - *last_ < std::chrono::minutes{1}) return false;
            last_ = now;
            return true;
        }

      private:
        std::optional<std::chrono::steady_clock::time_point> last_;
    };

    [[noreturn]] static void refuse(int error) {
        throw system_error{error_code{error, net::error::get_system_category()},
                           "the inherited socket"};
    }

    void accept() {
        if (!acceptor_.is_open()) return;
        const std::size_t most = state_->options.max_connections;
        if (state_->counters.connections >= most) {
            if (full_()) {
                state_->log(Severity::warning, "max_connections (" + std::to_string(most) +
                                                   ") are open, more of them have to wait");
            }
            return wait();
        }
        Loop& loop = next_loop();
        acceptor_.async_accept(loop.context(),
                               [this, &loop](const error_code& error, LoopSocket socket) {
                                   if (error) return failed(error);
                                   Counters::count(state_->counters.accepted);
                                   take(loop, std::move(socket));
                                   accept();
                               });
    }

    /// Connections that only the kernel knows would be reset. Those of an inherited socket wait for
    /// the next process.
    void take_waiting() {
        error_code error;
        acceptor_.non_blocking(true, error);
        while (!error && state_->counters.connections < state_->options.max_connections) {
            Loop& loop = next_loop();
            LoopSocket socket{loop.context()};
            acceptor_.accept(socket, error);
            if (error) break;
            Counters::count(state_->counters.accepted);
            take(loop, std::move(socket));
        }
    }

    Loop& next_loop() noexcept { return *(*loops_)[next_++ % loops_->size()]; }

    void take(Loop& loop, LoopSocket socket) {
        CallFacts facts;
        error_code error;
        facts.peer = socket.remote_endpoint(error);
        if (error) return Counters::count(state_->counters.no_calls);  // gone already
        if (!is_admitted(facts.peer)) return;
        socket.set_option(net::ip::tcp::no_delay{true}, error);
        socket.set_option(net::socket_base::keep_alive{true}, error);
        facts.server = state_;
        facts.connection = Gauge{state_->counters.connections};
        if (loops_->size() == 1) return accepted_(loop, std::move(socket), std::move(facts));
        net::post(loop.context(),
                  [this, &loop, facts = std::move(facts), socket = std::move(socket)]() mutable {
                      accepted_(loop, std::move(socket), std::move(facts));
                  });
    }

    [[nodiscard]] bool is_admitted(const net::ip::tcp::endpoint& peer) const {
        std::string why = "not admitted: ";
        try {
            if (!state_->options.admit || state_->options.admit(peer.address())) return true;
        } catch (...) {
            why = ending_of(std::current_exception(), "admit").why + ", for ";
        }
        Counters::count(state_->counters.refused);
        state_->log(Severity::warning, why + peer.address().to_string());
        return false;
    }

    /// No descriptor is left, most likely. The connection waits until there is one.
    void failed(const error_code& error) {
        if (error == net::error::operation_aborted) return;
        if (failed_()) {
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
    bool inherited_ = false;
    Seldom full_;
    Seldom failed_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
