// SPDX-License-Identifier: MIT
#pragma once
// The stream of a blocking call of a server.

#include <agi/fastagi/detail/owned_socket.hpp>
#include <agi/fastagi/server_stopping.hpp>
#include <agi/process/not_in_children.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/version.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// A connected socket that it owns. Another thread may end a wait for a line.
class CallStream {
  public:
    /// `read`: what has come already.
    CallStream(OwnedSocket socket, std::string_view read)
        : socket_{std::make_unique<Socket>(std::move(socket))}, stream_{fd(), read} {
        ::fcntl(fd(), F_SETFL, ::fcntl(fd(), F_GETFL) & ~O_NONBLOCK);
    }

    /// @throws ServerStopping   `interrupt` was called
    /// @throws AGITimeoutError  the deadline is over
    bool read_line(std::string& line) {
        if (deadline_ && !stream_.wait_line(time_left())) {
            throw AGITimeoutError("FastAGI", "no reply in time");
        }
        while (!stream_.read_line(line)) {
            if (!socket_->interrupted || peer_has_closed()) return false;
            if (!std::exchange(told_, true)) std::rethrow_exception(server_stopping());
            // What `interrupt` has shut reads no more than what is there already.
            if (deadline_ && time_left().count() == 0) {
                throw AGITimeoutError("FastAGI", "no reply in time");
            }
            std::this_thread::sleep_for(std::chrono::milliseconds{2});
        }
        return true;
    }
    Arrived read_arrived(std::string& line, bool ask_system) {
        const Arrived what = stream_.read_arrived(line, ask_system);
        const bool ours = what == Arrived::end && socket_->interrupted && !peer_has_closed();
        return ours ? Arrived::nothing : what;
    }
    /// @throws AGITimeoutError  the deadline is over
    void write_line(std::string_view line) {
        if (deadline_ && !wait_room(time_left())) {
            throw AGITimeoutError("FastAGI", "the peer does not read");
        }
        stream_.write_line(line);
    }
    bool wait_line(std::chrono::milliseconds time) { return stream_.wait_line(time); }
    bool wait_room(std::chrono::milliseconds time) const { return stream_.wait_room(time); }

    /// Why nothing is to be sent any more, if the server ends.
    [[nodiscard]] std::exception_ptr interruption() const {
        if (!socket_->interrupted) return nullptr;
        told_ = true;
        return server_stopping();
    }

    /// From now on a child that is forked has the connection, too, and no other one of the server: for
    /// a handler that leaves the call to a child. It must wait for the child, as its own return ends
    /// the call for everyone; and so would that of the child, which ends by `_exit`.
    void keep_in_children() const noexcept { wire::NotInChildren::remove(fd()); }

    /// Lines must come, and be taken, by then.
    void deadline(std::chrono::steady_clock::time_point time) noexcept { deadline_ = time; }

    /// Ends a wait for a line, now or later. From any thread.
    void interrupt() const noexcept {
        socket_->interrupted = true;
        ::shutdown(fd(), SHUT_RD);
    }

    [[nodiscard]] int fd() const noexcept { return socket_->owned.fd(); }

  private:
    struct Socket {
        explicit Socket(OwnedSocket socket) noexcept : owned{std::move(socket)} {}
        const OwnedSocket owned;
        std::atomic<bool> interrupted{false};
    };

    [[nodiscard]] std::chrono::milliseconds time_left() const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            *deadline_ - std::chrono::steady_clock::now());
        return left.count() > 0 ? left : std::chrono::milliseconds{0};
    }
    /// Our own end is shut for reading, so that a read does not tell.
    [[nodiscard]] bool peer_has_closed() const noexcept {
        tcp_info info{};
        socklen_t size = sizeof info;
        if (::getsockopt(fd(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return true;
        // No state is 0: a system that is only imitated does not know (qemu-s390x).
        return info.tcpi_state != 0 && info.tcpi_state != TCP_ESTABLISHED &&
               info.tcpi_state != TCP_FIN_WAIT1 && info.tcpi_state != TCP_FIN_WAIT2;
    }

    std::unique_ptr<Socket> socket_;
    FdStream stream_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    mutable bool told_ = false;  ///< Whether the handler knows that the server ends.
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
