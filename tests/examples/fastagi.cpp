// SPDX-License-Identifier: MIT
// The FastAGI servers among the examples, as processes that the softphone calls.

#include "../connection.hpp"
#include "../server_process.hpp"
#include "catch.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#ifdef AGI_SOFTPHONE

namespace {

// What the softphone prints of a call.
std::string call(const ServerProcess& server, const std::string& path, const std::string& keys,
                 int status = 0) {
    const std::string command = std::string{AGI_SOFTPHONE} + " --keys '" + keys +
                                "' 'agi://127.0.0.1:" + std::to_string(server.port()) + path +
                                "' 2>&1 < /dev/null";
    std::FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    std::array<char, 512> bytes{};
    while (std::fgets(bytes.data(), bytes.size(), pipe) != nullptr) output += bytes.data();
    const int ended = pclose(pipe);
    CHECK((WIFEXITED(ended) && WEXITSTATUS(ended) == status));
    return output;
}

}  // namespace

#ifdef AGI_FASTAGI_SERVER

TEST_CASE("fastagi_server: menus, a route with a parameter and a query, any other path") {
    using Catch::Matchers::ContainsSubstring;
    ServerProcess server{{AGI_FASTAGI_SERVER, "0", "0"}};

    CHECK_THAT(call(server, "/menu", "1"), ContainsSubstring("MENU is now \"greeted\""));
    CHECK_THAT(call(server, "/menu", "9 1"), ContainsSubstring("MENU is now \"greeted\""));
    CHECK_THAT(call(server, "/menu", ""), ContainsSubstring("MENU is now \"nothing\""));
    const std::string message = call(server, "/menu", "2 # 2 1");
    CHECK_THAT(message, ContainsSubstring("/tmp/message"));
    CHECK_THAT(message, ContainsSubstring("vm-review"));
    const std::string account = call(server, "/account/42?greeting=hello", "");
    CHECK_THAT(account, ContainsSubstring("hello"));
    CHECK_THAT(account, ContainsSubstring("say digits 42"));
    const std::string nowhere = call(server, "/nowhere", "", 1);
    CHECK_THAT(nowhere, ContainsSubstring("FASTAGI_STATUS is now \"NOTFOUND\""));
    CHECK_THAT(nowhere, ContainsSubstring("it has no route for this script"));
    server.says("account/42): ended after ");

    server.send(SIGTERM);
    CHECK(server.wait() == 0);
}

TEST_CASE("fastagi_server: counters for Prometheus, whatever else connects to their port") {
    ServerProcess server{{AGI_FASTAGI_SERVER, "0", "0"}};
    call(server, "/menu", "1");

    const int port = server.port("metrics on port ");
    const Connection silent{port};
    Connection{port}.send("GET");
    const Connection scrape{port};
    scrape.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const std::string answer = scrape.read();
    CHECK(answer.find("HTTP/1.0 200 OK\r\n") == 0);
    CHECK(answer.find("\nfastagi_calls_total 1\n") != std::string::npos);
    CHECK(answer.find("\nfastagi_calls_active 0\n") != std::string::npos);
}

TEST_CASE("fastagi_server: takes the socket that systemd has opened, and leaves it open") {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const int port = listen_on_loopback(listener, 8);

    const std::string start = "exec 3<&" + std::to_string(listener) +
                              "; LISTEN_PID=$$ LISTEN_FDS=1 exec " AGI_FASTAGI_SERVER " 1 0";
    ServerProcess server{{"sh", "-c", start}};
    CHECK(server.port() == port);
    CHECK(call(server, "/menu", "1").find("MENU is now \"greeted\"") != std::string::npos);
    server.send(SIGTERM);
    CHECK(server.wait() == 0);

    // A call that comes while the service restarts waits for it.
    const Connection early{port};
    early.send("agi_network: yes\nagi_network_script: menu\n\n");
    const ServerProcess restarted{{"sh", "-c", start}};
    CHECK(early.line() == "ANSWER");
    ::close(listener);
}

TEST_CASE("fastagi_server: a port that is taken is a message and a failure") {
    const ServerProcess first{{AGI_FASTAGI_SERVER, "0", "0"}};
    ServerProcess second{{AGI_FASTAGI_SERVER, std::to_string(first.port()), "0"}};
    second.says("fastagi_server: ");
    CHECK(second.wait() == EXIT_FAILURE);
}

TEST_CASE("fastagi_server: what is no port is a line of usage") {
    const std::string port = GENERATE("--help", "abc", "70000", "-1", "", "80x");
    CAPTURE(port);
    ServerProcess server{{AGI_FASTAGI_SERVER, port}};
    server.says("usage: fastagi_server [port");
    CHECK(server.wait() == 2);
    CHECK(server.log().find("'" + port + "' is no port") != std::string::npos);
}

#endif
#ifdef AGI_FASTAGI_SECRET

TEST_CASE("fastagi_secret: who does not know the secret is denied") {
    ::setenv("FASTAGI_SECRET", "correct-horse", 1);
    const ServerProcess server{{AGI_FASTAGI_SECRET, "0"}};
    ::unsetenv("FASTAGI_SECRET");
    const std::string denied = call(server, "/hello", "", 1);
    CHECK(denied.find("FASTAGI_STATUS is now \"DENIED\"") != std::string::npos);
    CHECK(denied.find("hello-world") == std::string::npos);

    const Connection wrong{server.port()};
    wrong.send("agi_network: yes\nagi_network_script: hello\n\n");
    CHECK(wrong.line().find("GET FULL VARIABLE \"${SHA1(") == 0);
    wrong.send("200 result=1 (0123456789abcdef0123456789abcdef01234567)\n");
    CHECK(wrong.line().find("VERBOSE ") == 0);
}

TEST_CASE("fastagi_secret: does not start without a secret") {
    ServerProcess server{{AGI_FASTAGI_SECRET, "0"}};
    server.says("FASTAGI_SECRET is not set");
    CHECK(server.wait() == EXIT_FAILURE);
}

#endif
#ifdef AGI_FASTAGI_COROUTINES

TEST_CASE("fastagi_coroutines: a menu, and a prompt that plays until the database answers") {
    ServerProcess server{{AGI_FASTAGI_COROUTINES, "0"}};
    CHECK(call(server, "/menu", "1").find("hello-world") != std::string::npos);
    CHECK(call(server, "/menu", "2").find("say digits ") != std::string::npos);

    const std::string balance = call(server, "/balance/42?ms=20", "");
    CHECK(balance.find("pls-hold-while-try") != std::string::npos);
    CHECK(balance.find("BALANCE is now \"balance of 42\"") != std::string::npos);
    CHECK(balance.find("auth-thankyou") != std::string::npos);
    server.send(SIGTERM);
    CHECK(server.wait() == 0);
}

#endif

TEST_CASE("fastagi_poll: what is no port is a line of usage") {
    ServerProcess server{{AGI_FASTAGI_POLL, "70000"}};
    server.says("usage: fastagi_poll [port]");
    CHECK(server.wait() == 2);
}

TEST_CASE("fastagi_poll: several calls at once") {
    ServerProcess server{{AGI_FASTAGI_POLL, "0"}};
    const Connection silent{server.port()};
    const Connection begun{server.port()};
    begun.send("agi_network: yes\n\n");
    CHECK(begun.line() == "GET DATA \"vm-enter-num-to-call\" 5000 4");
    { const Connection gone{server.port()}; }

    const std::string whole = call(server, "", "1234");
    CHECK(whole.find("say digits 1234") != std::string::npos);
    CHECK(whole.find("NUMBER is now \"1234\"") != std::string::npos);
    CHECK(call(server, "", "").find("vm-goodbye") != std::string::npos);

    begun.send("200 result=77\n");
    CHECK(begun.line() == "SAY DIGITS \"77\" \"\"");
    begun.send("HANGUP\n200 result=-1\n");
    CHECK(begun.read().empty());
    server.send(SIGTERM);
    CHECK(server.wait() == 0);
}

#endif
