// SPDX-License-Identifier: MIT
// FastAGI: many sessions at a time with one server.

#include "asterisk.hpp"
#include "clock.hpp"
#include "json.hpp"
#include "options.hpp"
#include "process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <deque>

namespace load {
namespace {

template <class Address>
const sockaddr* generic(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

void set_option(int fd, int level, int name) {
    const int on = 1;
    ::setsockopt(fd, level, name, &on, sizeof on);
}

/// A connected, non-blocking socket, or -1.
int dial(const Options& options, std::int64_t sequence) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    set_option(fd, IPPROTO_TCP, TCP_NODELAY);
    if (options.source_addresses > 0) {
        set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
        sockaddr_in source{};
        source.sin_family = AF_INET;
        source.sin_addr.s_addr =
            htonl(0x7f000002U + static_cast<unsigned>(sequence % options.source_addresses));
        if (::bind(fd, generic(source), sizeof source) != 0) {
            ::close(fd);
            return -1;
        }
    }
    const timeval limit{5, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(static_cast<std::uint16_t>(options.port));
    ::inet_pton(AF_INET, options.host.c_str(), &target.sin_addr);
    if (::connect(fd, generic(target), sizeof target) != 0) {
        ::close(fd);
        return -1;
    }
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

struct Connection {
    int fd = -1;
    std::size_t size = 0;
    std::int64_t requests = 0;
    bool hangup_seen = false;
    Nanoseconds opened = 0;
    Nanoseconds sent = 0;
    Nanoseconds due = 0;       ///< When the reply is sent that waits.
    std::string_view waiting;  ///< That reply.
    std::vector<std::string> lines;
    std::array<char, 1024> buffer{};
};

class FastAgiLoad {
  public:
    FastAgiLoad(const Options& options, bool idle)
        : options_{options},
          server_{static_cast<pid_t>(options.pid)},
          idle_{idle},
          environment_{environment(&options.script, options.arguments)},
          epoll_{::epoll_create1(EPOLL_CLOEXEC)},
          connections_(static_cast<std::size_t>(options.connections)),
          wanted_{idle ? options.connections : options.sessions} {
        for (std::size_t i = connections_.size(); i > 0; --i) free_.push_back(i - 1);
    }

    int run() {
        const Memory before = memory_of(server_);
        const long available = available_memory();
        peak_ = before;
        begin_ = progress_ = now();
        start_clocks();
        while (finished_ < wanted_ && !stuck_) {
            if (options_.seconds > 0 && now() - begin_ > options_.seconds * second) {
                wanted_ = std::min(wanted_, opened_);
            }
            open_sessions();
            open_gate();
            if (idle_ && held_ + finished_ >= options_.connections) break;
            wait();
            send_due_replies();
        }
        Json json;
        print(json, before);
        if (idle_) hold(json, before, available);
        json.print();
        return fails_ != 0 || stuck_ ? 1 : 0;
    }

  private:
    void start_clocks() {
        ticks_ = ticks_of(server_);
        server_time_ = processor_time_of(server_);
        switches_ = context_switches_of(server_);
        driver_time_ = own_processor_time();
        measured_from_ = now();
    }

    void open_sessions() {
        while (opened_ < wanted_ && !free_.empty() && silent_ < options_.burst && may_open()) {
            const Nanoseconds begin = now();
            const int fd = dial(options_, opened_++);
            if (fd < 0) {
                ++connect_fails_;
                ++fails_;
                ++finished_;
                continue;
            }
            const std::size_t index = free_.back();
            free_.pop_back();
            peak_open_ = std::max(peak_open_, options_.connections - free_count());
            Connection& connection = connections_[index];
            connection = {};
            connection.fd = fd;
            connection.opened = begin;
            ++silent_;
            send_environment(fd, environment_, options_.line_by_line);
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.u64 = index;
            ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
            progress_ = now();
        }
    }

    [[nodiscard]] bool may_open() const {
        return options_.rate == 0 || opened_ * second < options_.rate * (now() - begin_);
    }
    [[nodiscard]] std::int64_t free_count() const {
        return static_cast<std::int64_t>(free_.size());
    }
    [[nodiscard]] bool gated() const { return options_.gate && !gate_open_; }

    /// Once every session waits for its first reply, the measurement begins.
    void open_gate() {
        if (!gated() || opened_ < wanted_ || silent_ != 0) return;
        gate_open_ = true;
        open_phase_ = now() - begin_;
        requests_ = 0;
        round_trip_ = {};
        start_clocks();
        for (Connection& connection : connections_) {
            if (connection.fd >= 0 && !connection.waiting.empty()) send_waiting(connection);
        }
    }

    void wait() {
        int timeout_ms = options_.rate > 0 && opened_ < wanted_ ? 1 : 200;
        if (!thinking_.empty()) {
            const Nanoseconds left = connections_[thinking_.front()].due - now();
            timeout_ms = left <= 0
                             ? 0
                             : static_cast<int>(std::min<Nanoseconds>(200, left / millisecond + 1));
        }
        std::array<epoll_event, 512> events{};
        const int count =
            ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
        const Nanoseconds time = now();
        if (count > 0) {
            progress_ = time;
        } else if (time - progress_ > options_.timeout * second) {
            stuck_ = true;
        }
        if (server_ != 0 && time - sampled_ > 250 * millisecond) {
            sampled_ = time;
            peak_.keep_largest(memory_of(server_));
        }
        for (int i = 0; i < count; ++i) {
            receive(static_cast<std::size_t>(events[static_cast<std::size_t>(i)].data.u64));
        }
    }

    void receive(std::size_t index) {
        Connection& connection = connections_[index];
        if (connection.fd < 0) return;
        char* const begin = connection.buffer.data();
        const ssize_t size = ::read(connection.fd, begin + connection.size,
                                    connection.buffer.size() - connection.size);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (size <= 0) {
            finish(index, connection.hangup_seen);
            return;
        }
        const Nanoseconds received = now();
        std::string_view rest{begin, connection.size + static_cast<std::size_t>(size)};
        for (std::size_t end = rest.find('\n'); end != std::string_view::npos;
             end = rest.find('\n')) {
            if (!take(index, rest.substr(0, end), received)) {
                finish(index, false);
                return;
            }
            rest.remove_prefix(end + 1);
        }
        connection.size = rest.size();
        std::memmove(begin, rest.data(), rest.size());
        if (connection.size == connection.buffer.size()) finish(index, false);
    }

    /// False when the reply could not be sent.
    bool take(std::size_t index, std::string_view request, Nanoseconds received) {
        Connection& connection = connections_[index];
        if (connection.requests++ == 0) {
            start_.add(received - connection.opened);
            --silent_;
        } else {
            round_trip_.add(received - connection.sent);
        }
        ++requests_;
        if (options_.check) connection.lines.emplace_back(request);
        const Reply reply = reply_to(request);
        if (reply.to == Request::wait_for_digit) {
            ++held_;
            return true;
        }
        connection.waiting = reply.text;
        if (gated()) return true;
        if (reply.to == Request::unknown) ++unknown_;
        if (reply.to == Request::hangup) connection.hangup_seen = true;
        if (options_.think_ms > 0 && reply.to != Request::hangup) {
            connection.due = received + options_.think_ms * millisecond;
            thinking_.push_back(index);
            return true;
        }
        if (!send_waiting(connection)) return false;
        if (reply.to == Request::hangup && options_.hang_up) send_all(connection.fd, "HANGUP\n");
        return true;
    }

    static bool send_waiting(Connection& connection) {
        const std::string_view text = connection.waiting;
        connection.waiting = {};
        connection.sent = now();
        return ::write(connection.fd, text.data(), text.size()) ==
               static_cast<ssize_t>(text.size());
    }

    void send_due_replies() {
        const Nanoseconds time = now();
        while (!thinking_.empty() && connections_[thinking_.front()].due <= time) {
            Connection& connection = connections_[thinking_.front()];
            thinking_.pop_front();
            if (connection.fd >= 0 && !connection.waiting.empty()) send_waiting(connection);
        }
    }

    void finish(std::size_t index, bool ok) {
        Connection& connection = connections_[index];
        ::close(connection.fd);
        connection.fd = -1;
        if (connection.requests == 0) --silent_;
        if (options_.expected >= 0 && connection.requests != options_.expected) ok = false;
        if (!ok) ++fails_;
        session_.add(now() - connection.opened);
        ++finished_;
        free_.push_back(index);
        wire_.session(connection.lines);
    }

    void print(Json& json, const Memory& before) {
        const Nanoseconds wall = now() - measured_from_;
        const Nanoseconds driver = own_processor_time() - driver_time_;
        const Nanoseconds server = processor_time_of(server_) - server_time_;
        const Ticks ticks = ticks_of(server_);
        const auto user = static_cast<double>(ticks.user - ticks_.user);
        const auto system = static_cast<double>(ticks.system - ticks_.system);
        const std::uint64_t switches = context_switches_of(server_);
        const Memory after = memory_of(server_);
        peak_.keep_largest(after);
        const double requests = requests_ == 0 ? 1 : static_cast<double>(requests_);
        const bool counted = after.threads <= 64 && switches >= switches_;
        const auto in_s = [](Nanoseconds time) { return static_cast<double>(time) / 1e9; };
        const auto us_each = [&](Nanoseconds time) {
            return static_cast<double>(time) / 1e3 / requests;
        };
        json.add("mode", options_.mode);
        json.add("label", options_.label);
        json.add("conns", options_.connections);
        json.add("peak_open", peak_open_);
        json.add("sessions", wanted_);
        json.add("finished", finished_);
        json.add("requests", requests_);
        json.add("fails", fails_);
        json.add("connect_fails", connect_fails_);
        json.add("stuck", stuck_);
        json.add("unknown", unknown_);
        json.add("bad_wire", wire_.wrong());
        json.add("why", wire_.examples());
        json.add("open_phase_s", in_s(open_phase_));
        json.add("wall_s", in_s(wall));
        json.add("sess_per_s", static_cast<double>(finished_) / in_s(wall));
        json.add("req_per_s", static_cast<double>(requests_) / in_s(wall));
        json.add("srv_cpu_s", in_s(server));
        json.add("srv_cpu_pct", 100 * in_s(server) / in_s(wall));
        json.add("srv_cpu_us_per_req", us_each(server));
        json.add("srv_user_pct", user + system > 0 ? 100 * user / (user + system) : 0);
        json.add("srv_csw_per_req",
                 counted ? static_cast<double>(switches - switches_) / requests : -1);
        json.add("driver_cpu_pct", 100 * in_s(driver) / in_s(wall));
        json.add("driver_cpu_us_per_req", us_each(driver));
        json.add("rss0_kb", before.resident);
        json.add("rss1_kb", after.resident);
        json.add("rss_peak_kb", peak_.resident);
        json.add("pss0_kb", before.proportional);
        json.add("pss1_kb", after.proportional);
        json.add("vsz1_kb", after.address_space);
        json.add("thr_peak", peak_.threads);
        json.add("rtt_us", round_trip_);
        json.add("start_us", start_);
        json.add("session_us", session_);
    }

    void hold(Json& json, const Memory& before, long available_before) {
        const auto sleep_ms = [](std::int64_t ms) { ::usleep(static_cast<useconds_t>(ms * 1000)); };
        json.add("open_s", static_cast<double>(now() - begin_) / 1e9);
        sleep_ms(300);
        const Nanoseconds begin = processor_time_of(server_);
        sleep_ms(options_.hold_ms);
        const Nanoseconds used = processor_time_of(server_) - begin;
        const Memory held = memory_of(server_);
        const long available = available_memory();
        for (Connection& connection : connections_) {
            if (connection.fd >= 0) ::close(connection.fd);
        }
        sleep_ms(2500);
        const Memory after = memory_of(server_);
        const double sessions = held_ == 0 ? 1 : static_cast<double>(held_);
        const auto each = [&](long now_kb, long before_kb) {
            return static_cast<double>(now_kb - before_kb) / sessions;
        };
        json.add("held", held_);
        json.add("idle_cpu_ms_per_s",
                 static_cast<double>(used) / 1e3 / static_cast<double>(options_.hold_ms));
        json.add("rss_idle_kb", held.resident);
        json.add("pss_idle_kb", held.proportional);
        json.add("vsz_idle_kb", held.address_space);
        json.add("thr_idle", held.threads);
        json.add("kb_per_session", each(held.resident, before.resident));
        json.add("pss_kb_per_session", each(held.proportional, before.proportional));
        json.add("machine_kb_per_session", each(available_before, available));
        json.add("rss_after_kb", after.resident);
        json.add("thr_after", after.threads);
    }

    const Options& options_;
    const pid_t server_;
    bool idle_;
    std::string environment_;
    int epoll_;
    std::vector<Connection> connections_;
    std::vector<std::size_t> free_;
    std::deque<std::size_t> thinking_;  ///< By the time when they are due.
    WireCheck wire_;
    Histogram round_trip_;
    Histogram start_;
    Histogram session_;
    std::int64_t wanted_;
    std::int64_t opened_ = 0;
    std::int64_t finished_ = 0;
    std::int64_t silent_ = 0;  ///< Open, and no request has come.
    std::int64_t held_ = 0;    ///< In WAIT FOR DIGIT.
    std::int64_t peak_open_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t fails_ = 0;
    std::uint64_t connect_fails_ = 0;
    std::uint64_t unknown_ = 0;
    bool stuck_ = false;
    bool gate_open_ = false;
    Nanoseconds begin_ = 0;
    Nanoseconds progress_ = 0;
    Nanoseconds sampled_ = 0;
    Nanoseconds open_phase_ = 0;
    // Where the measurement began.
    Nanoseconds measured_from_ = 0;
    Nanoseconds driver_time_ = 0;
    Nanoseconds server_time_ = 0;
    Ticks ticks_;
    std::uint64_t switches_ = 0;
    Memory peak_;
};

}  // namespace

int run_fastagi(const Options& options, bool idle) {
    ::signal(SIGPIPE, SIG_IGN);
    pin(options.pin_driver);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    return FastAgiLoad{options, idle}.run();
}

}  // namespace load
