// SPDX-License-Identifier: MIT
// Servers behind HAProxy, with the configuration of the examples: the check that asks.

#include "../connection.hpp"
#include "../server_process.hpp"
#include "../temporary.hpp"
#include "catch.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#if defined(AGI_FASTAGI_SERVER) && defined(AGI_EXAMPLES_FOLDER)

namespace {

constexpr const char* haproxy = "/usr/sbin/haproxy";

template <class Condition>
bool soon(const Condition& condition) {
    for (int i = 0; i < 3000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

std::string configuration(int port, int first, int second, const std::string& admin) {
    std::ostringstream text;
    text << std::ifstream{AGI_EXAMPLES_FOLDER "/haproxy.cfg"}.rdbuf();
    std::string all = text.str();
    const auto replace = [&](const std::string& shown, const std::string& used) {
        const auto at = all.find(shown);
        if (at == std::string::npos) throw std::logic_error{"haproxy.cfg has no " + shown};
        all.replace(at, shown.size(), used);
    };
    replace("/run/haproxy/admin.sock", admin);
    replace("127.0.0.1:4573", "127.0.0.1:" + std::to_string(port));
    replace("10.0.0.11:4573", "127.0.0.1:" + std::to_string(first));
    replace("10.0.0.12:4573", "127.0.0.1:" + std::to_string(second));
    return all;
}

// What a call to a path without a route is told first, through this port.
std::string begin_of_call(int port) {
    const Connection call{port};
    call.send("agi_network: yes\nagi_network_script: nowhere\nagi_channel: x\n\n");
    return call.line();
}

}  // namespace

TEST_CASE("fastagi_server: says that it is there, to those who ask") {
    const ServerProcess server{{AGI_FASTAGI_SERVER, "0", "0"}};
    const Connection check{server.port()};
    check.send("agi_network: yes\n\n");
    CHECK(check.read() == "FASTAGI OK\n");
}

TEST_CASE("HAProxy: asks, and sends no call to a server that is stopped") {
    if (!std::filesystem::exists(haproxy)) {
        WARN("haproxy is not there");
        return;
    }
    const ServerProcess first{{AGI_FASTAGI_SERVER, "0", "0"}};
    const ServerProcess second{{AGI_FASTAGI_SERVER, "0", "0"}};
    const std::string file = temporary_path("haproxy.cfg");
    const std::string admin = temporary_path("haproxy.sock");
    const int port = free_port();
    std::ofstream{file} << configuration(port, first.port(), second.port(), admin);
    const ServerProcess proxy{{haproxy, "-db", "-f", file}};
    REQUIRE(soon([&] {
        try {
            return begin_of_call(port) == "SET VARIABLE \"FASTAGI_STATUS\" \"NOTFOUND\"";
        } catch (const std::system_error&) {
            return false;
        }
    }));

    first.send(SIGSTOP);
    proxy.says("Server fastagi/one is DOWN");
    for (int i = 0; i < 20; ++i) {
        CHECK(begin_of_call(port) == "SET VARIABLE \"FASTAGI_STATUS\" \"NOTFOUND\"");
    }
    first.send(SIGCONT);
    proxy.says("Server fastagi/one is UP");
    CHECK(first.log().find("closed") == std::string::npos);
    CHECK(second.log().find("closed") == std::string::npos);
}

#endif
