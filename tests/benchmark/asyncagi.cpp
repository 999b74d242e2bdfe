// SPDX-License-Identifier: MIT
// Commands over AMI next to those over FastAGI, on a running Asterisk: `run-asyncagi` starts both.
//
//     asyncagi AMI_PORT PID_OF_ASTERISK        times
//     asyncagi AMI_PORT PID_OF_ASTERISK CALLS coroutine|thread AsyncAGI|FastAGI
//                                              memory of so many calls, all open

#include <agi/agi.hpp>
#include <agi/asyncagi/source.hpp>
#include <agi/asyncagi/together.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using agi::fastagi::AsyncCall;
using agi::fastagi::Call;

namespace {

constexpr int calls_at_once = 20;
constexpr int commands_of_each = 500;
constexpr int together_at_once = 20;

/// Counts to a number.
class Count {
  public:
    void one_more() {
        const std::lock_guard<std::mutex> lock{mutex_};
        ++count_;
        changed_.notify_all();
    }
    void wait_for(int number) {
        std::unique_lock<std::mutex> lock{mutex_};
        changed_.wait(lock, [&] { return count_ >= number; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int count_ = 0;
};

/// Processor time of a process, in milliseconds.
double processor_time(const std::string& pid) {
    std::ifstream file{"/proc/" + pid + "/stat"};
    std::string word;
    double ticks = 0;
    for (int i = 1; i <= 15 && file >> word; ++i) {
        if (i >= 14) ticks += std::stod(word);
    }
    return ticks * 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

/// Resident memory of this process, in KB.
double resident() {
    std::ifstream file{"/proc/self/status"};
    for (std::string word; file >> word;) {
        if (word != "VmRSS:") continue;
        double kilobytes = 0;
        file >> kilobytes;
        return kilobytes;
    }
    return 0;
}

agi::fastagi::ServerOptions quiet() {
    agi::fastagi::ServerOptions options;
    options.log = {};
    options.max_threads = 2'000;
    return options;
}

agi::asyncagi::SourceOptions source_options(const char* port) {
    agi::asyncagi::SourceOptions options;
    options.ami.port = static_cast<std::uint16_t>(std::atoi(port));
    options.ami.user = "ivr";
    options.ami.secret = "ivr secret";
    options.ami.events = "agi,call";
    options.ami.log = {};
    return options;
}

/// A server, with a source that has logged in.
class Bench {
  public:
    /// `set_up(server)` adds routes.
    template <class SetUp>
    Bench(char** arguments, SetUp set_up)
        : pid{arguments[2]}, pbx{server, source_options(arguments[1])} {
        set_up(server);
        server.listen("127.0.0.1", 0);
        Count logins;
        pbx.on_login([&](bool) { logins.one_more(); });
        pbx.start();
        serving_ = std::thread{[&] { server.run(); }};
        logins.wait_for(1);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;
    ~Bench() {
        server.stop(0ms);
        serving_.join();
    }

    /// `peer` is what the caller does.
    void call(bool over_ami, const std::string& script, const char* peer = "quiet") {
        const std::string fast = "agi://127.0.0.1:" + std::to_string(server.port()) + '/';
        pbx.send(agi::ami::Action{"Originate"}
                     .set("Channel", "Local/on@agi/n")
                     .set("Context", "peer")
                     .set("Exten", peer)
                     .set("Priority", "1")
                     .set("Async", "true")
                     .set_variable("AGI", (over_ami ? "agi:async," : fast) + script));
    }

    const std::string pid;  ///< Of Asterisk.
    agi::fastagi::Server server{quiet()};
    agi::asyncagi::Source pbx;

  private:
    std::thread serving_;
};

const char* kind(bool over_ami) { return over_ami ? "AsyncAGI" : "FastAGI"; }

template <std::size_t... Numbers>
void noops_together(Call& call, std::index_sequence<Numbers...> /*numbers*/) {
    const agi::Noop noop;
    agi::asyncagi::together(call, (static_cast<void>(Numbers), noop)...);
}

/// Times of `work`, sorted, in microseconds.
template <class Work>
std::vector<double> times_of(int number, std::chrono::milliseconds pause, Work work) {
    std::vector<double> times;
    for (int i = 0; i < number; ++i) {
        if (pause != 0ms) std::this_thread::sleep_for(pause);
        const auto begin = Clock::now();
        work();
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    std::sort(times.begin(), times.end());
    return times;
}

/// From the moment when a prompt is to end to its reply, sorted, in microseconds.
std::vector<double> stop_times(Call& call) {
    std::vector<double> times;
    for (int i = 0; i < 200; ++i) {
        Clock::time_point asked;
        int looked = 0;
        const auto stop = [&] {
            asked = Clock::now();
            return ++looked == 3;
        };
        call.execute_until(agi::StreamFile{"tt-weasels"}, stop, 10ms);
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - asked).count());
    }
    std::sort(times.begin(), times.end());
    return times;
}

/// One command after the other, stops, and several commands together.
void one_call(Call& call, const std::string& pid) {
    const bool over_ami = call.origin() != nullptr;
    const auto show = [&](const char* how, const std::vector<double>& times) {
        std::printf("%-8s %-14s p50 %5.0f us, p99 %5.0f us\n", kind(over_ami), how,
                    times[times.size() / 2], times[times.size() * 99 / 100]);
    };
    const auto single = [&] { agi::Noop{}(call); };
    show("back to back", times_of(2000, 0ms, single));
    show("with pauses", times_of(200, 10ms, single));
    if (!over_ami) return;
    show("stop to reply", stop_times(call));
    constexpr int rounds = 200;
    double used = processor_time(pid);
    const auto alone = times_of(rounds * together_at_once, 0ms, single);
    const double used_alone = processor_time(pid) - used;
    used = processor_time(pid);
    const auto all = times_of(
        rounds, 0ms, [&] { noops_together(call, std::make_index_sequence<together_at_once>{}); });
    const double used_together = processor_time(pid) - used;
    show("20 together", all);
    std::printf("%-8s for each of the 20, to one alone: time %.2f, Asterisk's processor %.2f\n",
                kind(over_ami), all[all.size() / 2] / together_at_once / alone[alone.size() / 2],
                used_together / used_alone);
}

void measure_times(char** arguments) {
    Count singles;
    Count ready;
    Count go;
    Count done;
    int round = 0;
    Bench bench{arguments, [&](agi::fastagi::Server& server) {
                    server.route("one", [&](Call& call) {
                        one_call(call, arguments[2]);
                        singles.one_more();
                    });
                    server.route("many", [&](Call& call) {
                        const int mine = round;
                        ready.one_more();
                        go.wait_for(mine + 1);
                        for (int i = 0; i < commands_of_each; ++i) agi::Noop{}(call);
                        done.one_more();
                    });
                }};
    for (int i = 0; i < 6; ++i) {
        bench.call(i % 2 == 1, "one");
        singles.wait_for(i + 1);
    }
    while (round < 4) {
        const bool over_ami = round % 2 == 1;
        for (int i = 0; i < calls_at_once; ++i) bench.call(over_ami, "many");
        ready.wait_for((round + 1) * calls_at_once);
        const double used = processor_time(bench.pid);
        const auto begin = Clock::now();
        ++round;
        go.one_more();
        done.wait_for(round * calls_at_once);
        constexpr int commands = calls_at_once * commands_of_each;
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        std::printf("%-8s %d calls: %5.0f commands/s, %.3f ms of Asterisk each\n", kind(over_ami),
                    calls_at_once, commands / seconds,
                    (processor_time(bench.pid) - used) / commands);
    }
}

/// Resident memory for each of so many calls that wait for a key. They have no audio, which would keep
/// Asterisk busy for minutes.
void measure_memory(char** arguments) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    const int number = std::atoi(arguments[3]);
    Count ready;
    Bench bench{arguments, [&](agi::fastagi::Server& server) {
                    server.route("thread", [&](Call& call) {
                        agi::Noop{}(call);
                        ready.one_more();
                        call.send("WAIT FOR DIGIT -1");
                    });
                    server.route("coroutine", [&](AsyncCall& call) -> agi::Task<> {
                        const agi::Noop noop;
                        co_await call(noop);
                        ready.one_more();
                        std::string wait = "WAIT FOR DIGIT -1";
                        co_await call.send(std::move(wait));
                    });
                }};
    const std::string handler = arguments[4];
    const bool over_ami = std::string{arguments[5]} == "AsyncAGI";
    int all = 0;
    const auto begin = [&](int calls) {
        for (int i = 0; i < calls; ++i) {
            bench.call(over_ami, handler, "still");
            if (++all % 20 == 0) ready.wait_for(all);
        }
        ready.wait_for(all);
    };
    begin(20);  // what the first ones cost
    const double before = resident();
    begin(number);
    std::printf("%-8s %d calls open, each a %s: %.1f KB each\n", kind(over_ami), number,
                handler.c_str(), (resident() - before) / number);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 6) return 2;
    argc == 3 ? measure_times(argv) : measure_memory(argv);
}
