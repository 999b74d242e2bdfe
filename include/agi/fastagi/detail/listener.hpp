// SPDX-License-Identifier: MIT
#pragma once
// Accepts connections, whatever happens.

#include <agi/fastagi/detail/ending.hpp>
#include <agi/fastagi/detail/listening_socket.hpp>
#include <agi/fastagi/detail/loop.hpp>
#include <agi/fastagi/detail/owned_socket.hpp>
#include <agi/fastagi/detail/seldom.hpp>
#include <agi/fastagi/detail/strangers.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/process/not_in_children.hpp>
#include <agi/version.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// One listening socket. Lives on the first loop, and deals connections out to all.
class Listener {
  public:
    /// A connection that was accepted; called on the thread of its loop.
    using Accepted = std::function<void(Loop&, OwnedSocket, CallFacts)>;
    using Loops = std::vector<std::unique_ptr<Loop>>;

    /// `inherited`: other processes listen on the socket, too.
    Listener(Loop& loop, ListeningSocket socket, bool inherited)
        : acceptor_{loop.context()}, pause_{loop.context()}, inherited_{inherited} {
        acceptor_.assign(socket.protocol(), socket.fd());
        static_cast<void>(socket.release());
        acceptor_.non_blocking(true);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() {
        if (acceptor_.is_open()) wire::NotInChildren::remove(acceptor_.native_handle());
    }

    [[nodiscard]] net::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// Accepts from now on, as long as `tend` is called after what throws in its loop. Children that
    /// are forked from now on do not have the socket: one that was forked before may be the server.
    void start(std::shared_ptr<ServerState> state, Strangers& strangers, const Loops& loops,
               Accepted accepted) {
        state_ = std::move(state);
        strangers_ = &strangers;
        loops_ = &loops;
        accepted_ = std::move(accepted);
        wire::NotInChildren::add(acceptor_.native_handle());
        const auto at = endpoint();
        state_->log(Severity::info,
                    "listening on " + text_of(at) + (inherited_ ? ", inherited" : ""));
    }

    /// Waits for the next connection, unless it does already.
    ///
    /// @throws std::bad_alloc
    void tend() {
        if (waits_ || !accepted_ || !acceptor_.is_open()) return;
        if (is_full()) {
            if (full_()) {
                state_->log(Severity::warning, "max_connections (" +
                                                   std::to_string(state_->options.max_connections) +
                                                   ") are open, more of them have to wait");
            }
            return wait();
        }
        acceptor_.async_wait(net::socket_base::wait_read, [this](const error_code& error) {
            waits_ = false;
            if (!acceptor_.is_open()) return;
            error ? wait() : accept_some();
        });
        waits_ = true;
    }

    /// The port refuses from now on, also where somebody else has the socket. Connections that only the
    /// kernel knows would be reset: they are taken. Those of an inherited socket wait for the next process.
    void close() noexcept {
        if (!acceptor_.is_open()) return;
        if (accepted_ && !inherited_) {
            // Beyond `max_connections`, too: they are told that the server stops.
            const std::size_t most = state_->options.max_connections + spare_descriptors;
            for (std::size_t i = 0; i < most && state_->counters.connections < most; ++i) {
                if (accept() != Result::taken) break;
            }
        }
        error_code ignored;
        if (!inherited_) ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        const int fd = acceptor_.release(ignored);
        wire::NotInChildren::remove(fd);
        ::close(fd);
        pause_.cancel(ignored);
    }

  private:
    enum class Result : unsigned char { taken, nothing, failed };

    static constexpr std::chrono::milliseconds pause_time{20};
    static constexpr int most_at_once = 16;  ///< Before others have their turn.

    static std::string text_of(const net::ip::tcp::endpoint& at) {
        const std::string address = at.address().to_string();
        const bool v6 = at.address().is_v6();
        return (v6 ? '[' + address + ']' : address) + ':' + std::to_string(at.port());
    }

    [[nodiscard]] bool is_full() const noexcept {
        return state_->counters.connections >= state_->options.max_connections;
    }

    void accept_some() {
        for (int i = 0; i < most_at_once && !is_full(); ++i) {
            switch (accept()) {
                case Result::taken: break;
                case Result::nothing: return tend();
                case Result::failed: return wait();
            }
        }
        tend();
    }

    Result accept() noexcept {
        net::ip::tcp::endpoint peer;
        auto size = static_cast<socklen_t>(peer.capacity());
        const int fd = acceptor_.native_handle();
        OwnedSocket socket{wire::NotInChildren::made(
            [&] { return ::accept4(fd, peer.data(), &size, SOCK_CLOEXEC); })};
        const int error = errno;
        try {
            if (!socket) return failed(error);
            Counters::count(state_->counters.accepted);
            peer.resize(size);
            take(std::move(socket), peer);
        } catch (...) {  // it is closed, and the next one may have more luck
            state_->log(Severity::error,
                        ending_of(std::current_exception(), "to take a connection").why);
        }
        return Result::taken;
    }

    void take(OwnedSocket socket, const net::ip::tcp::endpoint& peer) {
        if (!is_admitted(peer)) return;
        const int on = 1;
        ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        ::setsockopt(socket.fd(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        CallFacts facts;
        facts.peer = peer;
        facts.server = state_;
        facts.connection = Gauge{state_->counters.connections};
        Loop& loop = *(*loops_)[next_++ % loops_->size()];
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
        strangers_->add(Severity::warning, why + peer.address().to_string());
        return false;
    }

    /// What is wrong with one connection has nothing to do with the next. Anything else, such as no
    /// descriptor left, may pass: the connection waits until then.
    Result failed(int error) {
        switch (error) {
            case EAGAIN:
#if EAGAIN != EWOULDBLOCK
            case EWOULDBLOCK:
#endif
                return Result::nothing;
            case EINTR:
            case ECONNABORTED:
            case EPERM:  // a firewall
            case EPROTO:
            case ENOPROTOOPT:
            case ENETDOWN:
            case ENETUNREACH:
            case EHOSTDOWN:
            case EHOSTUNREACH:
            case EOPNOTSUPP: return Result::taken;
            default: break;
        }
        if (failed_()) {
            rlimit files{};
            ::getrlimit(RLIMIT_NOFILE, &files);
            state_->log(
                Severity::error,
                "cannot accept: " + error_code{error, net::error::get_system_category()}.message() +
                    "; this process may have " + std::to_string(files.rlim_cur) +
                    " descriptors (ulimit -n). Trying again");
        }
        return Result::failed;
    }

    void wait() {
        pause_.expires_after(pause_time);
        pause_.async_wait([this](const error_code&) {
            waits_ = false;
            tend();
        });
        waits_ = true;
    }

    net::basic_socket_acceptor<net::ip::tcp, net::io_context::executor_type> acceptor_;
    net::steady_timer pause_;
    std::shared_ptr<ServerState> state_;
    Strangers* strangers_ = nullptr;
    const Loops* loops_ = nullptr;
    Accepted accepted_;
    std::size_t next_ = 0;
    bool waits_ = false;
    const bool inherited_;
    Seldom full_;
    Seldom failed_;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
