// SPDX-License-Identifier: MIT
// The server and blocking handlers; this test is Asterisk.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/asyncagi/detail/socket_pair.hpp>
#include <agi/command/call.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/fastagi/prometheus.hpp>
#include <agi/fastagi/regex.hpp>

#include <atomic>
#include <cerrno>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Says a text to Asterisk's console.
void say(Call& call, const std::string& text) { agi::Noop{text}(call); }

/// What a call says that is answered and then closed.
std::vector<std::string> said(std::uint16_t port, std::string_view script) {
    Peer peer{port, script};
    std::vector<std::string> lines;
    do lines.push_back(peer.answer());
    while (lines.back().front() != '(');
    return lines;
}

using Lines = std::vector<std::string>;

Lines told(const std::string& why, const std::string& status) {
    return {"VERBOSE \"FastAGI: " + why + "\" 0",
            "SET VARIABLE \"FASTAGI_STATUS\" \"" + status + '"', "(closed)"};
}

}  // namespace

TEST_CASE("Server: brings a call to the handler of its path") {
    Running running;
    running.server.route("pin", [](Call& call) { say(call, "pin"); });
    running.server.route("account/{id}", [](Call& call) {
        say(call, "account " + std::string{call.parameter("id").value_or("?")} + " of " +
                      std::string{call.path()} + ", page " + call.query("page").value_or("none"));
    });
    running.server.route(matching(std::regex{"menu-([a-z]+)"}), [](Call& call) {
        say(call, "menu " + std::string{call.parameter("1").value_or("?")});
    });
    running.server.fallback([](Call& call) { say(call, "fallback"); });
    const auto port = running.start();
    const auto [script, text] = GENERATE(table<std::string, std::string>({
        {"pin", "pin"},
        {"pin?x=1", "pin"},
        {"/pin", "pin"},
        {"account/a%20b?page=2%2F3", "account a b of account/a%20b, page 2/3"},
        {"account/1?page=", "account 1 of account/1, page "},
        {"account/1", "account 1 of account/1, page none"},
        {"menu-en", "menu en"},
        {"menu-12", "fallback"},
        {"", "fallback"},
    }));
    CHECK(said(port, script) == Lines{"NOOP \"" + text + '"', "(closed)"});
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.log().empty());
}

TEST_CASE("Server: a path that std::regex has no stack for has no route") {
    Running running;
    running.server.route(matching(std::regex{"([a-z]+)*"}), [](Call&) {});
    const auto port = running.start();
    const Lines lines = said(port, std::string(60'000, 'a'));
    REQUIRE(lines.size() == 3);
    CHECK_THAT(lines[1], ContainsSubstring("NOTFOUND"));
}

TEST_CASE("Server: an unknown route is told to Asterisk and to the log") {
    Running running;
    const auto port = running.start();
    CHECK(said(port, "no\x1b[1m\"where?a=1") ==
          told(R"(no route for \"no\\x1b[1m\\\"where\")", "NOTFOUND"));
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.server.counts().not_found == 1);
    CHECK(running.log() ==
          Lines{"warning: call 1 from 127.0.0.1 (PJSIP/100-00000001, no\\x1b[1m\"where): "
                "no route for \"no\\x1b[1m\\\"where\""});
}

TEST_CASE("Server: what an exception says is told, and the server goes on") {
    Running running;
    running.server.route("throws", [](Call&) { throw std::runtime_error{"no database\nfake"}; });
    running.server.route("odd", [](Call&) { throw 42; });
    running.server.route(
        [](std::string_view path, Parameters&) -> bool {
            if (path == "matcher") throw std::runtime_error{"bad"};
            return false;
        },
        [](Call&) {});
    running.server.route("good", [](Call& call) { say(call, "good"); });
    const auto port = running.start();
    const auto [path, why] = GENERATE(table<std::string, std::string>({
        {"throws", "the handler failed: no database\\nfake"},
        {"odd", "the handler failed with an exception of unknown type"},
        {"matcher", "its route failed: bad"},
    }));
    std::string quoted = why;
    if (const auto at = quoted.find('\\'); at != std::string::npos) quoted.insert(at, 1, '\\');
    CHECK(said(port, path) == told(quoted, "FAILED"));
    CHECK(said(port, "good") == Lines{"NOOP \"good\"", "(closed)"});
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.log() ==
          Lines{"error: call 1 from 127.0.0.1 (PJSIP/100-00000001, " + path + "): " + why});
    CHECK(running.server.counts().failed == 1);
    CHECK(running.server.counts().calls == 2);
    CHECK(running.server.counts().active == 0);
}

TEST_CASE("Server: a reply that is an error leaves the handler as any exception") {
    Running running;
    running.server.route("x", [](Call& call) { agi::Answer{}(call); });
    Peer peer{running.start(), "x"};
    CHECK(peer.answer("200 result=-1\n") == "ANSWER");
    CHECK(peer.answer("200 result=6\n") == "CHANNEL STATUS");
    CHECK_THAT(peer.answer(), ContainsSubstring("the handler failed: ANSWER"));
    CHECK_THAT(peer.answer(), ContainsSubstring("FAILED"));
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Server: the status variable is set also where the console takes nothing") {
    Running running;
    running.server.route("x", [](Call&) { throw std::runtime_error{"no file"}; });
    const auto port = running.start();
    const std::string path = GENERATE("x", "no-route");
    Peer peer{port, path};
    CHECK_THAT(peer.answer("510 Invalid or unknown command\n"), ContainsSubstring("VERBOSE"));
    CHECK_THAT(peer.answer(), ContainsSubstring("SET VARIABLE"));
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Server: a hang-up explains a failure") {
    Running running;
    running.server.route("x", [](Call& call) { agi::Answer{}(call); });
    running.server.route("y", [](Call&) { throw std::runtime_error{"no file"}; });
    const auto port = running.start();
    SECTION("known when the handler failed") {
        Peer peer{port, "x"};
        CHECK(peer.answer("HANGUP\n511 Command Not Permitted on a dead channel\n") == "ANSWER");
        CHECK(peer.line() == "(closed)");
    }
    SECTION("the connection ended") {
        Peer peer{port, "x"};
        CHECK(peer.line() == "ANSWER");
        peer.close();
    }
    SECTION("learnt after the reply that says -1, before Asterisk is told") {
        Peer peer{port, "x"};
        CHECK(peer.answer("200 result=-1\nHANGUP\n") == "ANSWER");
        CHECK(peer.line() == "(closed)");  // no line on the console
    }
    SECTION("nothing tells of it: CHANNEL STATUS does") {
        Peer peer{port, "x"};
        CHECK(peer.answer("200 result=-1\n") == "ANSWER");
        CHECK(peer.answer("511 Command Not Permitted on a dead channel\n") == "CHANNEL STATUS");
        CHECK(peer.line() == "(closed)");
    }
    SECTION("learnt while Asterisk is told") {
        Peer peer{port, "y"};
        CHECK_THAT(peer.answer("HANGUP\n200 result=1\n"), ContainsSubstring("no file"));
        CHECK(peer.line() == "(closed)");  // no failure for the dialplan either
    }
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.server.counts().hung_up == 1);
    CHECK(running.server.counts().failed == 0);
    CHECK(running.log().empty());
}

TEST_CASE("Server: what came with the environment is not lost, and is no reply") {
    Running running;
    std::atomic<bool> hung_up{false};
    running.server.route("x", [&](Call& call) {
        say(call, "x");
        hung_up = call.hung_up();
    });
    Peer peer{running.start()};
    peer.send(environment("x") + "HANGUP\n200 res");
    const std::string mark = peer.line();
    CHECK(mark.substr(0, 28) == "GET FULL VARIABLE \"agi-mark-");
    peer.send("ult=0\n200 result=1 (" + mark.substr(19, mark.size() - 20) + ")\n");
    CHECK(peer.answer() == "NOOP \"x\"");
    CHECK(peer.line() == "(closed)");
    CHECK(hung_up);
}

TEST_CASE("Server: middlewares go around handlers, the first one outermost, whatever came first") {
    Running running;
    const auto around = [](std::string name) {
        return [name](Call& call, const Next& next) {
            say(call, name + " begins");
            next();
            say(call, name + " ends");
        };
    };
    const auto closed = [](Call& call, const Next&) { say(call, "closed today"); };
    running.server.route("x", [](Call& call) { say(call, "x"); });
    running.server.use(around("a"));
    auto inner = running.server.group(around("c"), around("d"));
    inner.route("y", [](Call& call) { say(call, "y"); });
    auto innermost = inner.group();
    innermost.route("z/{id}", [](Call& call) { say(call, "z"); });
    innermost.use(closed);
    running.server.use(around("b"));
    inner.fallback([](Call& call) { say(call, "fallback"); });
    const auto port = running.start();
    const auto within = [](const Lines& names, const std::string& text) {
        Lines lines;
        for (const std::string& name : names) lines.push_back("NOOP \"" + name + " begins\"");
        lines.push_back("NOOP \"" + text + '"');
        for (auto name = names.rbegin(); name != names.rend(); ++name) {
            lines.push_back("NOOP \"" + *name + " ends\"");
        }
        lines.push_back("(closed)");
        return lines;
    };
    CHECK(said(port, "x") == within({"a", "b"}, "x"));
    CHECK(said(port, "y") == within({"a", "b", "c", "d"}, "y"));
    CHECK(said(port, "z/1") == within({"a", "b", "c", "d"}, "closed today"));
    CHECK(said(port, "other") == within({"a", "b", "c", "d"}, "fallback"));
}

TEST_CASE("Server: counts calls, and tells each end to its hook") {
    ServerOptions with = options();
    std::mutex mutex;
    Lines ends;
    with.on_end = [&](const CallReport& report) {
        const std::lock_guard<std::mutex> lock{mutex};
        ends.push_back(std::to_string(report.id) + ' ' + std::string{report.path} + ' ' +
                       std::to_string(static_cast<int>(report.outcome)));
        if (report.path == "odd") throw 42;
    };
    Running running{std::move(with)};
    running.server.route("good", [](Call& call) {
        for (int i = 0; i < 3; ++i) say(call, "x");
    });
    running.server.route("odd", [](Call&) {});
    running.server.route("bad", [](Call&) { throw std::runtime_error{"no"}; });
    const auto port = running.start();
    const auto ended = [&](std::size_t count) {
        return eventually([&] {
            const std::lock_guard<std::mutex> lock{mutex};
            return ends.size() == count;
        });
    };
    said(port, "good");
    CHECK(ended(1));
    said(port, "odd");
    CHECK(ended(2));
    said(port, "bad");
    CHECK(ended(3));
    said(port, "none");
    CHECK(ended(4));
    CHECK(ends == Lines{"1 good 0", "2 odd 0", "3 bad 2", "4 none 4"});
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.logged("on_end failed with an exception of unknown type") == 1);
    const Counts counts = running.server.counts();
    CHECK(counts.accepted == 4);
    CHECK(counts.calls == 4);
    CHECK(counts.active == 0);
    CHECK(counts.failed == 1);
    CHECK(counts.not_found == 1);
    CHECK(counts.commands == 7);
    CHECK(counts.command_times.count() == 7);
    CHECK(counts.call_times.count() == 4);
    const std::string text = prometheus_text(counts);
    CHECK_THAT(text, ContainsSubstring("\nfastagi_calls_total 4\n"));
    CHECK_THAT(text, ContainsSubstring("\nfastagi_command_seconds_count 7\n"));
}

TEST_CASE("Server: says who calls") {
    Running running;
    std::atomic<int> seen{0};
    running.server.route("x", [&](Call& call) {
        if (call.id() == 1 && call.peer().address().is_loopback() && !call.server_stopping())
            ++seen;
        call.log(Severity::info, "hello\nworld");
    });
    CHECK(said(running.start(), "x") == Lines{"(closed)"});
    CHECK(seen == 1);
    CHECK(running.log() ==
          Lines{"info: call 1 from 127.0.0.1 (PJSIP/100-00000001, x): hello\\nworld"});
}

TEST_CASE("Server: says which address is taken, and why") {
    Running first;
    const auto port = first.start();
    Running second;
    try {
        second.server.listen("127.0.0.1", port);
        FAIL("it listens there, too");
    } catch (const system_error& taken) {
        CHECK(taken.code().value() == EADDRINUSE);
        CHECK_THAT(taken.what(), ContainsSubstring("listen on 127.0.0.1:" + std::to_string(port)) &&
                                     ContainsSubstring("Address already in use"));
    }
}

TEST_CASE("Server: listens on IPv6, and on several addresses") {
    std::optional<Running> both;
    for (bool listens = false; !listens;) {
        both.emplace();
        try {
            both->server.listen("::1", 0);
        } catch (const system_error&) {
            WARN("this machine has no IPv6");
            return;
        }
        try {
            both->server.listen("127.0.0.1", both->server.port());
            listens = true;
        } catch (const system_error& taken) {  // by another process: with another port, then
            REQUIRE(taken.code().value() == EADDRINUSE);
        }
    }
    Running& running = *both;
    running.server.fallback([](Call& call) { say(call, call.peer().address().to_string()); });
    running.run();
    CHECK(said(running.server.port(), "x") == Lines{"NOOP \"127.0.0.1\"", "(closed)"});
    const int fd = ::socket(AF_INET6, SOCK_STREAM, 0);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(running.server.port());
    to.sin6_addr = in6addr_loopback;
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    Peer peer{fd};
    peer.send(environment("x"));
    CHECK(peer.answer() == "NOOP \"::1\"");
}

TEST_CASE("Server: deals calls out to several loops") {
    ServerOptions with = options();
    with.loops = 3;
    Running running{std::move(with)};
    running.server.fallback([](Call& call) { say(call, "x"); });
    const auto port = running.start();
    std::vector<Peer> peers;
    for (int i = 0; i < 20; ++i) peers.emplace_back(port, "x");
    for (Peer& peer : peers) CHECK(peer.answer() == "NOOP \"x\"");
    for (Peer& peer : peers) CHECK(peer.line() == "(closed)");
    CHECK(running.server.counts().calls == 20);
}

TEST_CASE("Server: only admitted addresses may connect") {
    ServerOptions with = options();
    const bool throws = GENERATE(false, true);
    with.admit = [throws](const net::ip::address&) -> bool {
        if (throws) throw 42;
        return false;
    };
    Running running{std::move(with)};
    Peer peer{running.start()};
    CHECK(peer.line() == "(closed)");
    CHECK(eventually([&] { return running.log().size() == 1; }));
    CHECK(running.server.counts().refused == 1);
    CHECK(running.log() ==
          Lines{throws ? "warning: admit failed with an exception of unknown type, for 127.0.0.1"
                       : "warning: not admitted: 127.0.0.1"});
}

TEST_CASE("Server: what does not fit is refused at once") {
    Server server{options()};
    CHECK_THROWS_AS(server.port(), std::out_of_range);
    CHECK_THROWS_AS(server.listen("localhost"), system_error);
    CHECK_THROWS_AS(server.route("{x", [](Call&) {}), std::invalid_argument);
    server.listen("127.0.0.1", 0);
    CHECK_THROWS_AS(server.listen("127.0.0.1", server.port()), system_error);
}

TEST_CASE("Server: accepts on a socket that listens already, and on no other") {
    Running running;
    running.server.fallback([](Call& call) { say(call, "x"); });
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    CHECK_THROWS_AS(running.server.listen_on(fd), system_error);
    int pair[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK_THROWS_AS(running.server.listen_on(pair[0]), system_error);
    CHECK_THROWS_AS(running.server.listen_on(-1), system_error);
    ::close(pair[0]);
    ::close(pair[1]);
    REQUIRE(::listen(fd, 10) == 0);
    running.server.listen_on(fd);
    running.run();
    CHECK(said(running.server.port(), "x") == Lines{"NOOP \"x\"", "(closed)"});
}

TEST_CASE("Server: a task of the user that throws does not end the loop") {
    Running running;
    running.server.fallback([](Call& call) { say(call, "x"); });
    const auto port = running.start();
    net::post(running.server.context(), [] { throw std::runtime_error{"bad task"}; });
    CHECK(said(port, "x") == Lines{"NOOP \"x\"", "(closed)"});
    CHECK(running.log() == Lines{"error: a task of the loop failed: bad task"});
}

TEST_CASE("Server: adopts a socket that was connected elsewhere") {
    Running running;
    running.server.route("x", [](Call& call) {
        if (call.origin() && call.origin()->label == "pbx") say(call, "x");
        call.log(Severity::info, "hello");
        CHECK_THROWS_AS(agi::Noop{std::string(100, 'y')}(call), agi::AGIArgumentError);
    });
    running.server.expect_adopted();
    const bool before = GENERATE(true, false);
    if (!before) running.run();
    std::vector<Peer> peers;
    for (const bool routed : {true, false}) {
        agi::asyncagi::SocketPair pair;
        REQUIRE(pair.open());
        peers.emplace_back(std::exchange(pair.ours, -1));
        Server::Handler handler;
        if (!routed) handler = running.server.make_handler([](Call& call) { say(call, "other"); });
        CHECK(
            running.server.adopt(std::exchange(pair.theirs, -1), {"pbx", 60}, std::move(handler)));
        peers.back().send(environment("x"));
    }
    if (before) running.run();
    CHECK(peers[0].answer() == "NOOP \"x\"");
    CHECK(peers[0].line() == "(closed)");
    CHECK(peers[1].answer() == "NOOP \"other\"");
    CHECK(peers[1].line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.server.counts().calls == 2);
    CHECK(running.logged("info: call 1 from pbx (PJSIP/100-00000001, x): hello") == 1);
    CHECK_THROWS_AS(running.server.port(), std::out_of_range);
}

TEST_CASE("Server: adopts no socket over its limit, nor when it has stopped") {
    ServerOptions with = options();
    with.max_connections = 1;
    Running running{std::move(with)};
    running.server.expect_adopted();
    running.server.route("x", [](Call& call) { say(call, "x"); });
    running.run();
    agi::asyncagi::SocketPair pair;
    agi::asyncagi::SocketPair more;
    REQUIRE(pair.open());
    REQUIRE(more.open());
    Peer peer{std::exchange(pair.ours, -1)};
    CHECK(running.server.adopt(std::exchange(pair.theirs, -1), {"pbx"}));
    CHECK_FALSE(running.server.adopt(more.theirs, {"pbx"}));
    peer.send(environment("x"));
    CHECK(peer.line() == "NOOP \"x\"");
    running.server.stop(std::chrono::milliseconds{0});
    CHECK(peer.line() == "SET VARIABLE \"FASTAGI_STATUS\" \"STOPPED\"");
    CHECK(peer.line() == "(closed)");
    peer.close();
    running.join();
    CHECK_FALSE(running.server.adopt(more.theirs, {"pbx"}));
}

TEST_CASE("Server: adopts nothing but an open socket of a stream") {
    Running running;
    running.server.expect_adopted();
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const int datagrams = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(datagrams >= 0);
    CHECK_THROWS_AS(running.server.adopt(-1, {"pbx"}), std::system_error);
    CHECK_THROWS_AS(running.server.adopt(pipe[0], {"pbx"}), std::system_error);
    CHECK_THROWS_WITH(running.server.adopt(datagrams, {"pbx"}),
                      ContainsSubstring("a connection to adopt"));
    // They are still the caller's.
    for (const int fd : {pipe[0], pipe[1], datagrams}) CHECK(::close(fd) == 0);
    CHECK(running.server.counts().accepted == 0);
    CHECK(running.server.counts().connections == 0);
}
