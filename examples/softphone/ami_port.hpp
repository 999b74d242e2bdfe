// SPDX-License-Identifier: MIT
// The softphone's manager interface: a port at which programs log in, as long as the softphone runs.
#pragma once

#include <agi/testing/simulator/manager_actions.hpp>
#include <agi/testing/simulator/origination.hpp>
#include <agi/testing/simulator/switchboard.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// `ami://[user[:secret]@][host][:port][/script]`, taken apart.
struct AmiUrl {
    std::string user;
    std::string secret;
    std::string host = "127.0.0.1";
    std::string port = "5038";
    std::string script;

    [[nodiscard]] std::string place() const { return host + ':' + port; }

    static std::optional<AmiUrl> of(std::string_view text) {
        constexpr std::string_view scheme = "ami://";
        if (text.substr(0, scheme.size()) != scheme) return std::nullopt;
        text.remove_prefix(scheme.size());
        AmiUrl url;
        std::string_view place = text.substr(0, text.find('/'));
        if (place.size() < text.size()) url.script = text.substr(place.size() + 1);
        if (const std::size_t at = place.rfind('@'); at != std::string_view::npos) {
            const std::string_view login = place.substr(0, at);
            url.user = login.substr(0, login.find(':'));
            if (url.user.size() < login.size()) url.secret = login.substr(url.user.size() + 1);
            place.remove_prefix(at + 1);
        }
        const std::size_t bracket = place.find(']');
        const std::size_t colon = place.find(':', bracket == std::string_view::npos ? 0 : bracket);
        std::string_view host = place.substr(0, colon);
        if (host.size() > 1 && host.front() == '[') host = host.substr(1, host.size() - 2);
        if (!host.empty()) url.host = host;
        if (colon != std::string_view::npos) url.port = place.substr(colon + 1);
        return url;
    }
};

class AmiPort {
  public:
    // The one at that address: several calls have the same clients.
    static std::shared_ptr<AmiPort> at(const AmiUrl& url) {
        static std::map<std::string, std::shared_ptr<AmiPort>> all;
        std::shared_ptr<AmiPort>& port = all[url.place()];
        if (!port) port = std::make_shared<AmiPort>(url);
        return port;
    }

    explicit AmiPort(const AmiUrl& url)
        : board{options_of(url), agi::testing::simulator::manager_actions()},
          listener_{listen_at(url)},
          epoll_{epoll_create1(EPOLL_CLOEXEC)} {
        watch(listener_);
    }
    AmiPort(const AmiPort&) = delete;
    AmiPort& operator=(const AmiPort&) = delete;
    ~AmiPort() {
        for (const Connection& one : connections_) close(one.fd);
        close(listener_);
        close(epoll_);
    }

    // Readable when something has come.
    [[nodiscard]] int fd() const { return epoll_; }

    // Moves all that can be moved now.
    void pump() {
        for (int fd = 0; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            watch(fd);
            const int on = 1;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            connections_.push_back({fd, board.connect()});
        }
        for (Connection& one : connections_) {
            if (!read(one) || !write(one)) {
                board.disconnect(one.client);
                close(std::exchange(one.fd, -1));
            }
        }
        connections_.erase(std::remove_if(connections_.begin(), connections_.end(),
                                          [](const Connection& one) { return one.fd < 0; }),
                           connections_.end());
    }
    // Whether something waits to be sent.
    [[nodiscard]] bool has_out() const {
        return std::any_of(connections_.begin(), connections_.end(),
                           [](const Connection& one) { return !one.client->out.empty(); });
    }

    agi::testing::simulator::Switchboard board;
    agi::testing::simulator::ChannelNames names;

  private:
    struct Connection {
        int fd;
        agi::testing::simulator::Switchboard::Client client;
    };

    static agi::testing::ManagerOptions options_of(const AmiUrl& url) {
        agi::testing::ManagerOptions options;
        options.user = url.user;
        options.secret = url.secret;
        return options;
    }

    static int listen_at(const AmiUrl& url) {
        addrinfo wanted{};
        wanted.ai_socktype = SOCK_STREAM;
        wanted.ai_flags = AI_PASSIVE;
        addrinfo* found = nullptr;
        const int error = getaddrinfo(url.host.c_str(), url.port.c_str(), &wanted, &found);
        if (error != 0) throw std::runtime_error{url.place() + ": " + gai_strerror(error)};
        const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        const int on = 1;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        const bool listens =
            bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0;
        const int reason = errno;
        freeaddrinfo(found);
        if (listens) return fd;
        close(fd);
        throw std::runtime_error{"cannot listen at " + url.place() + ": " +
                                 std::generic_category().message(reason)};
    }

    void watch(int fd) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = fd;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    }

    // False at its end.
    bool read(Connection& one) {
        std::array<char, 8192> bytes{};
        for (;;) {
            const ssize_t size = recv(one.fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
            if (size == 0) return false;
            if (size < 0) return errno == EAGAIN || errno == EINTR;
            board.receive(one.client, {bytes.data(), static_cast<std::size_t>(size)});
        }
    }
    static bool write(Connection& one) {
        std::string& out = one.client->out;
        while (!out.empty() && !one.client->cut) {
            const ssize_t size = send(one.fd, out.data(), out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            if (size < 0) return errno == EAGAIN || errno == EINTR;
            out.erase(0, static_cast<std::size_t>(size));
        }
        return !one.client->closing && !one.client->cut;
    }

    int listener_;
    int epoll_;
    std::vector<Connection> connections_;
};
