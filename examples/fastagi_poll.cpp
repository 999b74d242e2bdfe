// FastAGI in an event loop of one's own, here with ppoll: the library's Exchange knows the
// protocol and moves no bytes. Any number of calls in one thread. Dialplan: [fastagi_poll] in
// extensions.conf.
//
//     fastagi_poll [port]

#include <agi/agi.hpp>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

// One call. Owns its socket.
class Caller {
  public:
    explicit Caller(int fd) : fd_{fd} {
        agi::Order start;
        start.kind = agi::Order::Kind::start;
        exchange_.begin(start);
    }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    ~Caller() { ::close(fd_); }

    [[nodiscard]] int fd() const { return fd_; }

    // Takes what has come. False when the call is over.
    bool readable() {
        char* const to = in_.prepare();
        const ssize_t size = ::recv(fd_, to, in_.room(), MSG_DONTWAIT);
        if (size < 0) return errno == EAGAIN || errno == EINTR;
        if (size == 0) return false;
        in_.commit(static_cast<std::size_t>(size));
        try {
            std::string_view line;
            while (in_.next(line)) take(line);
        } catch (const agi::AGIException& error) {  // the caller has hung up, most likely
            std::fprintf(stderr, "%d: %s\n", fd_, error.what());
            return false;
        }
        return !done_;
    }

  private:
    // Goes on until the exchange waits for a line.
    void take(std::string_view line) {
        exchange_.line(line);
        if (exchange_.need() != agi::Exchange::Need::done) return;
        exchange_.end();
        const auto go_on = std::exchange(go_on_, nullptr);
        go_on ? go_on() : begin();
    }

    // Sends a command. Its result goes to `next`, in a later turn of the loop.
    template <class Command, class Next>
    void run(const Command& command, Next next) {
        request_ = command.request().view();
        exchange_.begin(agi::wire::order_of(command, request_, agi::Urgency::normal));
        go_on_ = [this, command, next] {
            if constexpr (std::is_void_v<decltype(exchange_.result_of(command))>) {
                exchange_.result_of(command);
                next();
            } else {
                next(exchange_.result_of(command));
            }
        };
        exchange_.nothing();
        // One request at a time and none over 8 KB: a socket's buffer always has room for it.
        const std::string line = std::string{exchange_.output()} + '\n';
        if (::send(fd_, line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
            static_cast<ssize_t>(line.size())) {
            exchange_.write_closed();
        }
        exchange_.written();
    }

    // What the caller hears: a number, read back. Each step begins the next one.

    void begin() {
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
    bool done_ = false;
    agi::wire::LineBuffer in_;
    agi::Exchange exchange_;
    std::string request_;
    std::function<void()> go_on_;
};

// A socket that listens on 127.0.0.1, or -1.
int listen_on(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
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

volatile std::sig_atomic_t stopping = 0;

int main(int argc, char** argv) {
    const int listener =
        listen_on(static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 4573));
    if (listener < 0) {
        std::perror("fastagi_poll");
        return EXIT_FAILURE;
    }
    // Signals come during ppoll only: one that came just before it would be missed.
    struct sigaction stop {};
    stop.sa_handler = [](int) { stopping = 1; };
    sigaction(SIGTERM, &stop, nullptr);
    sigaction(SIGINT, &stop, nullptr);
    sigset_t stops;
    sigset_t during_poll;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, &during_poll);

    std::list<Caller> callers;
    while (stopping == 0) {
        std::vector<pollfd> waiting{{listener, POLLIN, 0}};
        for (const Caller& caller : callers) waiting.push_back({caller.fd(), POLLIN, 0});
        if (::ppoll(waiting.data(), waiting.size(), nullptr, &during_poll) < 0) continue;

        auto ready = waiting.begin();
        const bool calls_come = ready->revents != 0;
        for (auto caller = callers.begin(); caller != callers.end();) {
            const bool over = (++ready)->revents != 0 && !caller->readable();
            caller = over ? callers.erase(caller) : std::next(caller);
        }
        if (calls_come) {
            const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd >= 0) callers.emplace_back(fd);
        }
    }
    ::close(listener);
}
