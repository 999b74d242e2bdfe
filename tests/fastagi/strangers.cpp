// SPDX-License-Identifier: MIT
// What connects to the port and is no call: other protocols, crowds that say nothing, health checks.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/program.hpp>
#include <agi/fastagi/prometheus.hpp>

#include <string>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Lines = std::vector<std::string>;

TEST_CASE("Strangers: what does not begin as Asterisk does is no call") {
    Running running;
    running.server.fallback([](Call& call) { agi::Noop{"x"}(call); });
    const auto port = running.start();
    const auto [sent, shown] = GENERATE(table<std::string, std::string>({
        {"GET / HTTP/1.1\r\nHost: pbx\r\n\r\n", R"("GET / HTTP/1.1\r")"},
        {"OPTIONS sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP x\r\n\r\n",
         R"("OPTIONS sip:100@127.0.0.1 SIP/2.0\r")"},
        {"\n", R"("")"},
        {"\r\n", R"("\r")"},
        {"agi_network: no\n\n", R"("agi_network: no")"},
        {"agi_channel: PJSIP/1\nagi_network: yes\n\n", R"("agi_channel: PJSIP/1")"},
        {"agi_network: yes, of course\n\n", R"("agi_network: yes, of course")"},
    }));
    Peer peer{port};
    peer.send(sent);
    CHECK(peer.line() == "(closed)");
    CHECK(running.last_log() ==
          Lines{"warning: connection from 127.0.0.1: closed: environment: the "
                "first line is not \"agi_network: yes\" but " +
                shown});
    CHECK(running.server.counts().calls == 0);
    CHECK(running.server.counts().no_calls == 1);
}

TEST_CASE("Strangers: a peer that ends its lines with CRLF is a call") {
    Running running;
    running.server.fallback([](Call& call) { agi::Noop{"x"}(call); });
    Peer peer{running.start()};
    peer.send("agi_network: yes\r\nagi_request: agi://h/x\r\n\r\n");
    CHECK(peer.answer() == "NOOP \"x\"");
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Strangers: 400 connections that say nothing are one line that counts them") {
    ServerOptions with = options();
    with.environment_time = 50ms;
    Running running{with};
    const auto port = running.start();
    for (int wave = 0; wave < 4; ++wave) {
        std::vector<Peer> peers;
        for (int i = 0; i < 100; ++i) peers.emplace_back(port);
        for (Peer& peer : peers) CHECK(peer.line() == "(closed)");
    }
    CHECK(eventually([&] { return running.server.counts().no_calls == 400; }));
    const Lines log = running.last_log();
    std::size_t counted = 0;
    for (const std::string& line : log) {
        CHECK_THAT(line, ContainsSubstring("connection from 127.0.0.1: closed, as its environment "
                                           "was not complete in time"));
        counted += line.find(" connections were no calls, the last one: ") == std::string::npos
                       ? 1
                       : std::stoul(line.substr(line.find(' ')));
    }
    CHECK(counted == 400);
    CHECK(log.size() <= 2);  // a machine that is busy takes more than the second of the first line
}

TEST_CASE("Strangers: the line comes while the server runs, with the worst that was seen") {
    Running running;
    const auto port = running.start();
    Peer{port}.send("agi_network: yes\n");
    Peer other{port};
    other.send("GET /\n");
    CHECK(other.line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().no_calls == 2; }));
    CHECK(eventually([&] { return running.logged("2 connections were no calls") == 1; }));
    CHECK(running.logged("warning: ") == 1);
}

TEST_CASE("Strangers: who asks for the health of the server is answered, and is no call") {
    ServerOptions with = options();
    with.loops = GENERATE(1U, 2U);
    (GENERATE(true, false) ? with.max_calls : with.max_threads) = 1;
    Running running{with};
    running.server.fallback([](Call& call) { agi::Noop{"x"}(call); });
    const auto port = running.start();
    const auto check = [&] {
        Peer asks{port};
        asks.send("agi_network: yes\n\n");
        const std::string answer = asks.line();
        CHECK(asks.line() == "(closed)");
        return answer;
    };
    CHECK(check() == "FASTAGI OK");
    Peer call{port, "x"};
    CHECK(call.line() == "NOOP \"x\"");
    CHECK(check() == "FASTAGI BUSY");
    call.send("200 result=0\n");
    CHECK(call.line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(check() == "FASTAGI OK");
    CHECK(running.last_log().empty());
    const Counts counts = running.server.counts();
    CHECK(counts.calls == 1);
    CHECK(counts.checks == 3);
    CHECK(counts.no_calls == 0);
    CHECK_THAT(prometheus_text(counts), ContainsSubstring("\nfastagi_checks_total 3\n"));
}

TEST_CASE("Strangers: a check hears that the server stops") {
    Running running;
    running.server.fallback([](Call& call) { agi::Noop{"x"}(call); });
    const auto port = running.start();
    Peer call{port, "x"};
    CHECK(call.line() == "NOOP \"x\"");
    Peer asks{port};
    CHECK(eventually([&] { return running.server.counts().connections == 2; }));
    running.server.stop(1h);
    CHECK(eventually([&] { return running.server.stopping(); }));
    asks.send("agi_network: yes\n\n");
    CHECK(asks.line() == "FASTAGI STOPPING");
    CHECK(asks.line() == "(closed)");
}

TEST_CASE("Strangers: the log says where the server listens") {
    Running running;
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(::listen(fd, 10) == 0);
    running.server.listen_on(fd);
    const auto inherited = running.server.port();
    const bool v6 = [&] {
        try {
            running.server.listen("::1", 0);
            return true;
        } catch (const system_error&) {
            return false;
        }
    }();
    running.start();
    CHECK(eventually([&] { return running.logged("info: listening on ") == (v6 ? 3 : 2); }));
    CHECK(running.logged("info: listening on 0.0.0.0:" + std::to_string(inherited) +
                         ", inherited") == 1);
    CHECK(running.logged("info: listening on 127.0.0.1:") == 1);
    CHECK(running.logged("info: listening on [::1]:") == (v6 ? 1 : 0));
}
