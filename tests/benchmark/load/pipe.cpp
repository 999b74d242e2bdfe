// SPDX-License-Identifier: MIT
// AGI: a process for each session, on pipes.

#include "asterisk.hpp"
#include "clock.hpp"
#include "json.hpp"
#include "options.hpp"
#include "process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace load {
namespace {

volatile sig_atomic_t timed_out = 0;
volatile pid_t current_child = 0;

void on_alarm(int /*signal*/) {
    timed_out = 1;
    if (current_child > 0) ::kill(current_child, SIGKILL);
}

struct Child {
    pid_t pid;
    int to;
    int from;
};

Child start(const Options& options) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0) {
        die("cannot make a pipe");
    }
    std::vector<char*> argv;
    for (const std::string& word : options.program) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) die("cannot fork");
    if (pid == 0) {
        ::dup2(in[0], STDIN_FILENO);
        ::dup2(out[1], STDOUT_FILENO);
        ::signal(SIGPIPE, SIG_DFL);
        if (options.pin_client >= 0) {
            pin(options.pin_client);
        } else if (options.pin_driver >= 0) {
            unpin();
        }
        ::execvp(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(in[0]);
    ::close(out[1]);
    return {pid, in[1], out[0]};
}

/// The requests as they come from the pipe.
class Requests {
  public:
    void open(int fd) {
        fd_ = fd;
        size_ = taken_ = 0;
        overlong_ = false;
    }

    /// Views last until the next call. Nothing: the end, or a line that does not fit.
    std::optional<std::string_view> next() {
        std::memmove(buffer_.data(), buffer_.data() + taken_, size_ - taken_);
        size_ -= taken_;
        taken_ = 0;
        for (std::size_t searched = 0;;) {
            const void* const end = std::memchr(buffer_.data() + searched, '\n', size_ - searched);
            if (end != nullptr) {
                const auto size =
                    static_cast<std::size_t>(static_cast<const char*>(end) - buffer_.data());
                taken_ = size + 1;
                return std::string_view{buffer_.data(), size};
            }
            searched = size_;
            const ssize_t size = ::read(fd_, buffer_.data() + size_, buffer_.size() - size_);
            if (size > 0) {
                size_ += static_cast<std::size_t>(size);
            } else if (size == 0 || errno != EINTR || timed_out != 0) {
                overlong_ = size_ == buffer_.size();
                return std::nullopt;
            }
        }
    }
    [[nodiscard]] bool overlong() const { return overlong_; }

  private:
    int fd_ = -1;
    std::array<char, 65536> buffer_{};
    std::size_t size_ = 0;
    std::size_t taken_ = 0;
    bool overlong_ = false;
};

class PipeLoad {
  public:
    explicit PipeLoad(const Options& options)
        : options_{options}, environment_{environment(nullptr, options.arguments)} {}

    int run() {
        const Nanoseconds begin = now();
        const Nanoseconds driver = own_processor_time();
        for (std::int64_t i = 0; i < options_.sessions; ++i) session(i == 0);
        print(now() - begin, own_processor_time() - driver);
        return bad_sessions_ != 0 || wire_.wrong() != 0 ? 1 : 0;
    }

  private:
    void session(bool first) {
        timed_out = 0;
        ::alarm(static_cast<unsigned>(options_.timeout));
        const Nanoseconds begin = now();
        const Child child = start(options_);
        current_child = child.pid;
        send_environment(child.to, environment_, options_.line_by_line);

        requests_.open(child.from);
        std::vector<std::string> lines;
        std::int64_t count = 0;
        Nanoseconds sent = begin;
        while (const auto request = requests_.next()) {
            (count++ == 0 ? start_ : round_trip_).add(now() - sent);
            if (options_.check) lines.emplace_back(*request);
            const Reply reply = reply_to(*request);
            if (reply.to == Request::unknown) ++unknown_;
            if (reply.to == Request::hangup && first) memory_ = memory_of(child.pid);
            sent = now();
            send_all(child.to, reply.text);
            if (reply.to == Request::hangup && options_.hang_up) ::kill(child.pid, SIGHUP);
        }
        ::close(child.to);
        ::close(child.from);
        const bool ok = reap(child.pid) && !requests_.overlong() &&
                        (options_.expected < 0 || count == options_.expected);
        if (!ok) ++bad_sessions_;
        const Nanoseconds end = now();
        count_ += static_cast<std::uint64_t>(count);
        session_.add(end - begin);
        exit_.add(end - sent);
        wire_.session(lines);
    }

    /// Whether it ended in time and with status 0.
    bool reap(pid_t pid) {
        rusage usage{};
        while (::wait4(pid, &last_status_, 0, &usage) < 0 && errno == EINTR) {
        }
        ::alarm(0);
        current_child = 0;
        user_ += nanoseconds(usage.ru_utime);
        system_ += nanoseconds(usage.ru_stime);
        voluntary_switches_ += static_cast<double>(usage.ru_nvcsw);
        involuntary_switches_ += static_cast<double>(usage.ru_nivcsw);
        page_faults_ += static_cast<double>(usage.ru_minflt);
        return timed_out == 0 && WIFEXITED(last_status_) && WEXITSTATUS(last_status_) == 0;
    }

    void print(Nanoseconds wall, Nanoseconds driver) const {
        const double requests = count_ == 0 ? 1 : static_cast<double>(count_);
        const auto in_ms = [](Nanoseconds time) { return static_cast<double>(time) / 1e6; };
        const auto us_each = [&](Nanoseconds time) {
            return static_cast<double>(time) / 1e3 / requests;
        };
        Json json;
        json.add("mode", options_.mode);
        json.add("label", options_.label);
        json.add("sessions", options_.sessions);
        json.add("requests", count_);
        json.add("bad_sessions", bad_sessions_);
        json.add("last_status", last_status_);
        json.add("unknown", unknown_);
        json.add("bad_wire", wire_.wrong());
        json.add("why", wire_.examples());
        json.add("wall_ms", in_ms(wall));
        json.add("req_per_s", requests / static_cast<double>(wall) * 1e9);
        json.add("cli_user_ms", in_ms(user_));
        json.add("cli_sys_ms", in_ms(system_));
        json.add("cli_cpu_us_per_req", us_each(user_ + system_));
        json.add("vcsw_per_req", voluntary_switches_ / requests);
        json.add("icsw_per_req", involuntary_switches_ / requests);
        json.add("minflt", page_faults_ / static_cast<double>(options_.sessions));
        json.add("hwm_kb", memory_.peak);
        json.add("pss_kb", memory_.proportional);
        json.add("driver_cpu_ms", in_ms(driver));
        json.add("driver_cpu_us_per_req", us_each(driver));
        json.add("rtt_us", round_trip_);
        json.add("start_us", start_);
        json.add("session_us", session_);
        json.add("exit_us", exit_);
        json.print();
    }

    const Options& options_;
    std::string environment_;
    Requests requests_;
    WireCheck wire_;
    Histogram round_trip_;
    Histogram start_;
    Histogram session_;
    Histogram exit_;
    Memory memory_;
    std::uint64_t count_ = 0;
    std::uint64_t bad_sessions_ = 0;
    std::uint64_t unknown_ = 0;
    Nanoseconds user_ = 0;
    Nanoseconds system_ = 0;
    double voluntary_switches_ = 0;
    double involuntary_switches_ = 0;
    double page_faults_ = 0;
    int last_status_ = 0;
};

}  // namespace

int run_pipe(const Options& options) {
    if (options.program.empty()) die("pipe: no program");
    ::signal(SIGPIPE, SIG_IGN);
    struct sigaction action {};
    action.sa_handler = on_alarm;
    ::sigaction(SIGALRM, &action, nullptr);
    pin(options.pin_driver);
    return PipeLoad{options}.run();
}

}  // namespace load
