// SPDX-License-Identifier: MIT
// FastAGI in an event loop of one's own, here with epoll: the library's ByteExchange knows the protocol
// and moves no bytes. Any number of calls in one thread. Dialplan: [fastagi_poll] in extensions.conf.
//
//     fastagi_poll [port]

#include <agi/agi.hpp>
#include <agi/session/byte_exchange.hpp>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// One call. Owns its socket, which does not block.
class Caller {
  public:
    explicit Caller(int fd) : fd_{fd} { session_.start(Clock::now() + 10s); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() { ::close(fd_); }

    // What the loop has to wait for, and until when at most.
    [[nodiscard]] std::uint32_t events() const { return events_; }
    [[nodiscard]] std::optional<Clock::time_point> until() const { return session_.until(); }

    // Goes on: the socket is ready, or the time is over. False when the call is.
    bool go_on() {
        try {
            if (until() && Clock::now() >= *until()) session_.time_over();
            while (moves_bytes()) {
                if (done_) return false;
                const auto next = std::exchange(next_, nullptr);
                next ? next() : begin();
            }
            return true;
        } catch (const std::exception& error) {  // the caller has hung up, most likely
            std::fprintf(stderr, "%d: %s\n", fd_, error.what());
            return false;
        }
    }

  private:
    ssize_t sends() {
        const std::string_view line = session_.output();
        const ssize_t size = ::send(fd_, line.data(), line.size(), MSG_NOSIGNAL);
        if (size >= 0) session_.sent(static_cast<std::size_t>(size));
        return size;
    }
    ssize_t receives() {
        char* const to = session_.prepare();
        const ssize_t size = ::recv(fd_, to, session_.room(), 0);
        if (size > 0) session_.received(static_cast<std::size_t>(size));
        if (size == 0) session_.closed();
        return size;
    }

    // The driver. True when the operation has ended, false when it has to wait for the socket.
    bool moves_bytes() {
        using Need = agi::ByteExchange::Need;
        for (;;) {
            const Need need = session_.need();
            if (need == Need::done) return true;
            const ssize_t size = need == Need::write ? sends() : receives();
            if (size >= 0 || errno == EINTR) continue;
            if (errno != EAGAIN) {
                need == Need::write ? session_.write_closed() : session_.closed();
            } else if (need == Need::poll) {
                session_.nothing();
            } else {
                events_ = need == Need::write ? EPOLLOUT : EPOLLIN;
                return false;
            }
        }
    }

    // Sends a command, with time for what its sounds take. Its result goes to `next`.
    template <class Command, class Next>
    void run(const Command& command, Next next) {
        session_.send_within(command, 1min);
        next_ = [this, command, next] {
            if constexpr (std::is_void_v<decltype(session_.result_of(command))>) {
                session_.result_of(command);
                next();
            } else {
                next(session_.result_of(command));
            }
        };
    }

    // What the caller hears: a number, read back. Each step begins the next one.

    void begin() {
        session_.end();  // of the environment
        run(agi::GetData{"vm-enter-num-to-call", 5s, 4}, [this](const agi::GetData::Result& entry) {
            entry.digits.empty() ? say_goodbye() : read_back(entry.digits);
        });
    }
    void read_back(const std::string& digits) {
        run(agi::SayDigits{digits}, [this, digits](auto) { store(digits); });
    }
    void store(const std::string& digits) {
        run(agi::SetVariable{"NUMBER", digits}, [this] { say_goodbye(); });
    }
    void say_goodbye() {
        run(agi::StreamFile{"vm-goodbye"}, [this](auto) { done_ = true; });
    }

    int fd_;
    std::uint32_t events_ = EPOLLIN;
    bool done_ = false;
    agi::ByteExchange session_;
    std::function<void()> next_;
};

// A socket that listens on 127.0.0.1, or -1.
int listen_on(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd, any, size) != 0 || ::listen(fd, SOMAXCONN) != 0) return -1;
    ::getsockname(fd, any, &size);
    std::fprintf(stderr, "port %d\n", ntohs(address.sin_port));
    return fd;
}

// SIGTERM and SIGINT as a descriptor.
int stop_signals() {
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, nullptr);
    return ::signalfd(-1, &stops, SFD_CLOEXEC);
}

class Loop {
  public:
    Loop(int listener, int stop) : stop_{stop}, listener_{listener} {
        watch(EPOLL_CTL_ADD, stop_, EPOLLIN);
        watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    }
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() { ::close(epoll_); }

    void run() {
        for (;;) {
            std::array<epoll_event, 64> events{};
            const int count = ::epoll_wait(epoll_, events.data(), events.size(), time_left());
            for (int i = 0; i < count; ++i) {
                const int fd = events[static_cast<std::size_t>(i)].data.fd;
                if (fd == stop_) return;
                fd == listener_ ? take_calls() : go_on(fd);
            }
            const auto now = Clock::now();
            std::vector<int> late;
            for (const auto& [fd, caller] : callers_) {
                if (caller->until() && *caller->until() <= now) late.push_back(fd);
            }
            for (const int fd : late) go_on(fd);
        }
    }

  private:
    // Milliseconds until the first deadline; -1: there is none.
    [[nodiscard]] int time_left() const {
        std::optional<Clock::time_point> first;
        for (const auto& [fd, caller] : callers_) {
            if (const auto until = caller->until())
                first = std::min(first.value_or(*until), *until);
        }
        if (!first) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*first - Clock::now());
        return static_cast<int>(std::clamp(left, 0ms, std::chrono::milliseconds{1min}).count());
    }

    void take_calls() {
        for (int fd = 0;
             (fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
            callers_[fd] = std::make_unique<Caller>(fd);
            watch(EPOLL_CTL_ADD, fd, EPOLLIN);
        }
    }

    void go_on(int fd) {
        Caller& caller = *callers_.at(fd);
        const auto before = caller.events();
        if (!caller.go_on()) {
            callers_.erase(fd);  // closes it, so that epoll forgets it
        } else if (caller.events() != before) {
            watch(EPOLL_CTL_MOD, fd, caller.events());
        }
    }

    void watch(int operation, int fd, std::uint32_t events) const {
        epoll_event event{};
        event.events = events;
        event.data.fd = fd;
        ::epoll_ctl(epoll_, operation, fd, &event);
    }

    int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    int stop_;
    int listener_;
    std::map<int, std::unique_ptr<Caller>> callers_;
};

// A number of a port, all of it.
std::uint16_t port_of(const std::string& text) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || text.size() > 5 || std::stoi(text) > 65535) {
        throw std::invalid_argument{"'" + text + "' is no port"};
    }
    return static_cast<std::uint16_t>(std::stoi(text));
}

int main(int argc, char** argv) try {
    const std::uint16_t port = argc > 1 ? port_of(argv[1]) : 4573;
    const int stop = stop_signals();
    const int listener = listen_on(port);
    if (listener < 0) {
        std::perror("fastagi_poll");
        return EXIT_FAILURE;
    }
    Loop{listener, stop}.run();
    ::close(listener);
} catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "fastagi_poll: %s\nusage: fastagi_poll [port]\n", error.what());
    return 2;
}
