// SPDX-License-Identifier: MIT
// Handlers that leave children behind, and a server that is stopped or killed while they live. A child
// writes into a file that the test reads at last: whatever comes before that has not waited for it.

#include "../connection.hpp"
#include "../fifo.hpp"
#include "../server_process.hpp"
#include "../temporary.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include "live_server.hpp"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace live;
using namespace std::chrono_literals;
namespace fastagi = agi::fastagi;

namespace {

const std::vector<std::string> ways{"system", "popen", "fork"};

struct CloseFile {
    void operator()(std::FILE* file) const { ::pclose(file); }
};
using Children = std::vector<std::unique_ptr<std::FILE, CloseFile>>;

/// Starts what writes the way's name into the file.
void leave_a_child(Children& open, const std::string& way, const std::string& leash) {
    const std::string script = "echo " + way + " > " + leash;
    if (way == "system") {
        if (std::system((script + " &").c_str()) != 0) throw std::runtime_error{"no shell"};
        return;
    }
    if (way == "popen") {
        open.emplace_back(::popen(script.c_str(), "r"));
        return;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        if (::fork() == 0) std::ofstream{leash} << way << '\n';
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

#ifdef AGI_HAS_COROUTINES

agi::Task<> wait_for_key(fastagi::AsyncCall& call) {
    const agi::WaitForDigit wait{60s};
    co_await call(wait);
}

#endif

/// What runs beside a call that leaves a child: until a key is pressed.
void add_waiting_routes(fastagi::Server& server) {
    server.route("beside", [](fastagi::Call& call) { agi::WaitForDigit{60s}(call); });
#ifdef AGI_HAS_COROUTINES
    server.route("async/beside", wait_for_key);
#endif
}

bool refuses(int port) {
    try {
        const Connection connection{port};
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

}  // namespace

TEST_CASE("FastAGI children: the dialplan of the call, and of one beside it, goes on") {
    for (const std::string& way : ways) {
        for (const std::string& kind : kinds()) {
            CAPTURE(way, kind);
            const Fifo leash{temporary_path(way).string()};
            Children children;
            const LiveServer server{[&](fastagi::Server& set_up) {
                add_waiting_routes(set_up);
                set_up.route("leaves",
                             [&](fastagi::Call&) { leave_a_child(children, way, leash.path()); });
#ifdef AGI_HAS_COROUTINES
                set_up.route("async/leaves", [&](fastagi::AsyncCall&) -> agi::Task<> {
                    leave_a_child(children, way, leash.path());
                    co_return;
                });
#endif
            }};
            Call beside{going_on(server.url(kind + "beside"))};
            beside.wait_for_command("WAIT FOR DIGIT");
            Call leaves{going_on(server.url(kind + "leaves"))};
            CHECK(leaves.wait_for_variable("WENT_ON") == "SUCCESS/");
            beside.press("1");
            CHECK(beside.wait_for_variable("WENT_ON") == "SUCCESS/");
            CHECK(server.counts().failed == 0);
            CHECK(leash.read() == way + '\n');
        }
    }
}

TEST_CASE(
    "fastagi_background: calls go on while the work is done, also when the server is killed") {
    for (const char* way : {"spawn", "system", "fork"}) {
        for (const int signal : {SIGTERM, SIGKILL}) {
            CAPTURE(way, signal);
            const std::string folder = temporary_path("work").string();
            std::filesystem::create_directory(folder);
            {
                const Fifo first{folder + "/1.txt"};
                const Fifo second{folder + "/2.txt"};
                ServerProcess server{{AGI_FASTAGI_BACKGROUND, "0", folder}};
                const int port = server.port();
                Setup setup;
                setup.leg = "117@fastagi_background";
                setup.variables = {{"FASTAGI", "agi://127.0.0.1:" + std::to_string(port)},
                                   {"WAY", way}};
                Call ends{setup};
                ends.wait_for_application("Verbose", "1,The work has started");

                Call runs{setup};
                runs.wait_for_command("STREAM FILE");
                server.send(signal);
                runs.wait_for_application("Verbose", "1,The work has started");
                CHECK(server.wait() == (signal == SIGTERM ? EXIT_SUCCESS : -SIGKILL));
                CHECK(refuses(port));
                const ServerProcess next{{AGI_FASTAGI_BACKGROUND, std::to_string(port), folder}};
                CHECK(next.port() == port);
                CHECK(first.read() == "call 1\n");
                CHECK(second.read() == "call 2\n");
            }
            std::filesystem::remove(folder);
        }
    }
}
