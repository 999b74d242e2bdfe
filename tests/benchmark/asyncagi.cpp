// SPDX-License-Identifier: MIT
// NOOP over AMI next to NOOP over FastAGI, on a running Asterisk: `run-asyncagi` starts both.
//
//     asyncagi AMI_PORT PID_OF_ASTERISK

#include <agi/agi.hpp>
#include <agi/asyncagi/source.hpp>

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
#include <vector>

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using agi::fastagi::Call;

namespace {

constexpr int calls_at_once = 20;
constexpr int commands_of_each = 500;

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

const char* kind(const Call& call) { return call.origin() ? "AsyncAGI" : "FastAGI"; }

void one_call(Call& call) {
    for (const auto pause : {0ms, 10ms}) {
        std::vector<double> times;
        for (int i = 0; i < (pause == 0ms ? 2000 : 200); ++i) {
            if (pause != 0ms) std::this_thread::sleep_for(pause);
            const auto begin = Clock::now();
            agi::Noop{}(call);
            times.push_back(
                std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
        }
        std::sort(times.begin(), times.end());
        std::printf("%-8s %-12s p50 %5.0f us, p99 %5.0f us\n", kind(call),
                    pause == 0ms ? "back to back" : "with pauses", times[times.size() / 2],
                    times[times.size() * 99 / 100]);
    }
}

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

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    agi::fastagi::ServerOptions quiet;
    quiet.log = {};
    agi::fastagi::Server server{quiet};
    Count singles;
    Count ready;
    Count go;
    Count done;
    server.route("one", [&](Call& call) {
        one_call(call);
        singles.one_more();
    });
    int round = 0;
    server.route("many", [&](Call& call) {
        const int mine = round;
        ready.one_more();
        go.wait_for(mine + 1);
        for (int i = 0; i < commands_of_each; ++i) agi::Noop{}(call);
        done.one_more();
    });
    server.listen("127.0.0.1", 0);
    agi::asyncagi::SourceOptions options;
    options.ami.port = static_cast<std::uint16_t>(std::atoi(argv[1]));
    options.ami.user = "ivr";
    options.ami.secret = "ivr secret";
    options.ami.events = "agi,call";
    options.ami.log = {};
    agi::asyncagi::Source pbx{server, options};
    Count logins;
    pbx.on_login([&](bool) { logins.one_more(); });
    pbx.start();
    std::thread serving{[&] { server.run(); }};
    logins.wait_for(1);

    const auto call = [&](const std::string& program) {
        pbx.send(agi::ami::Action{"Originate"}
                     .set("Channel", "Local/on@agi/n")
                     .set("Context", "peer")
                     .set("Exten", "quiet")
                     .set("Priority", "1")
                     .set("Async", "true")
                     .set_variable("AGI", program));
    };
    const std::string fast = "agi://127.0.0.1:" + std::to_string(server.port()) + '/';
    const std::string async = "agi:async,";
    for (int i = 0; i < 3; ++i) {
        call(fast + "one");
        singles.wait_for(2 * i + 1);
        call(async + "one");
        singles.wait_for(2 * i + 2);
    }
    for (; round < 4;) {
        const bool over_ami = round % 2 == 1;
        for (int i = 0; i < calls_at_once; ++i) call((over_ami ? async : fast) + "many");
        ready.wait_for((round + 1) * calls_at_once);
        const double used = processor_time(argv[2]);
        const auto begin = Clock::now();
        ++round;
        go.one_more();
        done.wait_for(round * calls_at_once);
        constexpr int commands = calls_at_once * commands_of_each;
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        std::printf("%-8s %d calls: %5.0f commands/s, %.3f ms of Asterisk each\n",
                    over_ami ? "AsyncAGI" : "FastAGI", calls_at_once, commands / seconds,
                    (processor_time(argv[2]) - used) / commands);
    }
    server.stop(0ms);
    serving.join();
}
