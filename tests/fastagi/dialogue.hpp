// SPDX-License-Identifier: MIT
#pragma once
// An AsyncSession over a pair of sockets whose other end is the test. All in one thread.

#include "catch.hpp"
#include "fastagi/layer.hpp"
#include "fastagi/peer.hpp"
#include <agi/asio/async_session.hpp>
#include <agi/fastagi/net.hpp>

#include <poll.h>
#include <sys/ioctl.h>

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

namespace fastagi_tests {

using TcpSocket = agi::fastagi::net::ip::tcp::socket;

inline std::pair<TcpSocket, TcpSocket> connected(agi::fastagi::net::io_context& context,
                                                 const TcpSocket* /*kind*/) {
    using namespace agi::fastagi;
    net::ip::tcp::acceptor acceptor{context, {net::ip::address_v4::loopback(), 0}};
    TcpSocket ours{context};
    ours.connect(acceptor.local_endpoint());
    return {std::move(ours), acceptor.accept()};
}
inline std::pair<LocalSocket, LocalSocket> connected(agi::fastagi::net::io_context& context,
                                                     const LocalSocket* /*kind*/) {
    std::pair<LocalSocket, LocalSocket> sockets{context, context};
    agi::fastagi::net::local::connect_pair(sockets.first, sockets.second);
    return sockets;
}
inline std::pair<Layer<>, LocalSocket> connected(agi::fastagi::net::io_context& context,
                                                 const Layer<>* /*kind*/) {
    auto sockets = connected(context, static_cast<LocalSocket*>(nullptr));
    return {Layer<>{std::move(sockets.first)}, std::move(sockets.second)};
}

/// The name of the exception, and what it says.
inline std::string told(const std::exception_ptr& error) {
    if (!error) return {};
    try {
        std::rethrow_exception(error);
    } catch (const agi::AGIException& exception) {
        return std::string{typeid(exception).name()} + ": " + exception.what();
    } catch (const std::exception& exception) {
        return std::string{"not of AGI: "} + exception.what();
    }
}

/// What an operation has completed with.
template <class Result = std::nullptr_t>
struct Ended {
    std::optional<Result> result;
    std::exception_ptr error;
    int times = 0;
};

template <class Stream>
class Dialogue {
  public:
    explicit Dialogue(agi::SessionOptions options = {})
        : sockets_{connected(context_, static_cast<Stream*>(nullptr))},
          session{std::move(sockets_.first), std::move(options)},
          peer{sockets_.second.release()} {}

    /// Runs all that can run without more bytes.
    void poll() {
        context_.restart();
        while (context_.poll() > 0) {
        }
    }
    /// One step of that.
    void poll_one() {
        context_.restart();
        context_.poll_one();
    }

    /// Bytes from Asterisk, and what follows from them.
    void give(std::string_view bytes) {
        send(bytes);
        poll();
    }
    /// The same, but only to where they can be read.
    void send(std::string_view bytes) {
        const int wanted = unread() + static_cast<int>(bytes.size());
        REQUIRE(peer.send(bytes));
        REQUIRE(eventually([&] { return unread() == wanted; }));
    }
    /// Asterisk is gone, in either way, and what follows from that.
    void close() {
        end([&] { peer.close(); });
    }
    void reset() {
        end([&] { peer.reset(); });
    }
    void start(std::string_view environment = "agi_request: x\nagi_version: 22.10.1\n\n") {
        give(environment);
        Ended<> ended;
        session.async_start(into(ended));
        poll();
        REQUIRE(ended.times == 1);
        REQUIRE(told(ended.error).empty());
    }

    /// Asterisk's answer to the mark that is sent now.
    std::string echo() {
        const std::string mark = peer.line();
        constexpr std::size_t head = 19;
        REQUIRE(mark.compare(0, head + 9, "GET FULL VARIABLE \"agi-mark-") == 0);
        return "200 result=1 (" + mark.substr(head, mark.size() - head - 1) + ")\n";
    }

    /// Answers the marks that a slow machine has had the session send meanwhile.
    void echo_more_marks() {
        while (peer.has_line()) give(echo());
    }

    /// The next request, after the marks before it, which are answered.
    std::string request() {
        for (;;) {
            std::string line = peer.line();
            if (line.substr(0, 28) != "GET FULL VARIABLE \"agi-mark-") return line;
            give("200 result=1 (" + line.substr(19, line.size() - 20) + ")\n");
        }
    }

    /// A completion handler.
    static auto into(Ended<>& ended) {
        return [&ended](const std::exception_ptr& error) {
            ended.error = error;
            ++ended.times;
        };
    }
    template <class Result>
    static auto into(Ended<Result>& ended) {
        return [&ended](const std::exception_ptr& error, Result result) {
            ended.error = error;
            if (!error) ended.result = std::move(result);
            ++ended.times;
        };
    }

    [[nodiscard]] agi::fastagi::net::io_context& context() { return context_; }

  private:
    using Sockets = decltype(connected(std::declval<agi::fastagi::net::io_context&>(),
                                       static_cast<Stream*>(nullptr)));

    int fd() { return session.stream().lowest_layer().native_handle(); }
    int unread() {
        int size = 0;
        ::ioctl(fd(), FIONREAD, &size);
        return size;
    }
    template <class Close>
    void end(const Close& close) {
        close();
        pollfd wanted{fd(), POLLRDHUP, 0};
        ::poll(&wanted, 1, 1000 * Peer::guard_seconds);
        poll();
    }

    agi::fastagi::net::io_context context_;
    Sockets sockets_;

    /// With the way in that a server has.
    struct Session : agi::AsyncSession<Stream> {
        using agi::AsyncSession<Stream>::AsyncSession;
        auto& channel() { return this->channel_; }
    };

  public:
    Session session;
    Peer peer;
};

}  // namespace fastagi_tests
