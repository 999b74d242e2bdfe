// SPDX-License-Identifier: MIT
// The background example as a process, and the server with the same work. The work waits for the test:
// that the program ends and the call goes on is seen before.

#include "catch.hpp"
#include "connection.hpp"
#include "fifo.hpp"
#include "process/child.hpp"
#include "server_process.hpp"
#include "temporary.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#ifdef AGI_BACKGROUND

TEST_CASE("background: the call and the program end while the work is done") {
    const std::string way = GENERATE("fork", "spawn", "system", "");
    CAPTURE(way);
    const Fifo work{temporary_path("work").string()};
    const auto call =
        in_child("agi_request: background\nagi_callerid: O'Neill\nagi_arg_1: " + work.path() +
                     "\nagi_arg_2: " + way + "\n\n200 result=1\n",
                 [] { return ::execl(AGI_BACKGROUND, "background", nullptr); });
    CHECK(call.protocol == "SET VARIABLE \"WORK\" \"started\"\n");
    CHECK(call.errors.empty());
    CHECK(call.status == EXIT_SUCCESS);
    CHECK(work.read() == "call of O'Neill\n");
}

TEST_CASE("background: says what is wrong with its arguments, and starts nothing") {
    const auto [arguments, sentence] = GENERATE(table<std::string, std::string>(
        {{"", "argument 1, the file, is missing"},
         {"agi_arg_1: /nowhere/file\n", "cannot write /nowhere/file"},
         {"agi_arg_1: /tmp\n", "cannot write /tmp"},
         {"agi_arg_1: /dev/null\nagi_arg_2: thread\n", "and not thread"}}));
    const auto call = in_child("agi_request: background\n" + arguments + "\n200 result=1\n",
                               [] { return ::execl(AGI_BACKGROUND, "background", nullptr); });
    CAPTURE(call.errors, call.protocol);
    CHECK(call.errors.find(sentence) != std::string::npos);
    CHECK(call.protocol.find("WORK") == std::string::npos);
    CHECK(call.status == EXIT_FAILURE);
}

#endif
#ifdef AGI_FASTAGI_BACKGROUND

namespace {

bool refuses(int port) {
    try {
        const Connection connection{port};
        return false;
    } catch (const std::runtime_error&) {
        return true;
    }
}

/// Begins a call, whose work has been started then.
void begin(const Connection& call, const std::string& way) {
    call.send("agi_network: yes\nagi_network_script: " + way + "\n\n");
    CHECK(call.line() == "SET VARIABLE \"WORK\" \"started\"");
}
/// Answers it up to its end.
void end(const Connection& call) {
    call.send("200 result=1\n");
    CHECK(call.line() == "STREAM FILE \"beep\" \"\"");
    call.send("200 result=0 endpos=1\n");
    CHECK(call.read().empty());
}

}  // namespace

TEST_CASE("fastagi_background: calls and the server end while the work is done") {
    const std::string way = GENERATE("spawn", "system", "fork");
    const int signal = GENERATE(SIGTERM, SIGKILL);
    CAPTURE(way, signal);
    const std::string folder = temporary_path("work").string();
    std::filesystem::create_directory(folder);
    {
        const Fifo first{folder + "/1.txt"};
        const Fifo second{folder + "/2.txt"};
        ServerProcess server{{AGI_FASTAGI_BACKGROUND, "0", folder}};
        const int port = server.port();
        const Connection ends{port};
        begin(ends, way);
        const Connection beside{port};
        begin(beside, way);
        end(ends);
        server.send(signal);
        if (signal == SIGTERM) {
            server.says("stopping: 1 calls run");
            CHECK(refuses(port));
            end(beside);
        }
        CHECK(beside.read().empty());
        CHECK(server.wait() == (signal == SIGTERM ? EXIT_SUCCESS : -SIGKILL));
        CHECK(refuses(port));
        CHECK(first.read() == "call 1\n");
        CHECK(second.read() == "call 2\n");
    }
    std::filesystem::remove(folder);
}

#endif
