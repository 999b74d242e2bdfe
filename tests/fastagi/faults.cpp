// SPDX-License-Identifier: MIT
// What peers and the system may do to a server. After each of them it serves as before, and the log
// has one line for each event.

#include "catch.hpp"
#include "fastagi/running.hpp"
#include <agi/command/call.hpp>
#include <agi/command/program.hpp>

#include <pthread.h>
#include <sys/resource.h>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

using namespace fastagi_tests;
using namespace agi::fastagi;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Lines = std::vector<std::string>;

namespace {

/// A server with a call that runs from before the fault to after it.
class Tried : public Running {
  public:
    explicit Tried(ServerOptions with = options()) : Running{std::move(with)} {
        server.route("good", [](Call& call) {
            agi::Noop{"one"}(call);
            agi::Noop{"two"}(call);
        });
        port = start();
    }

    /// Another call is not disturbed, and later ones are served. Returns the log.
    Lines during(const std::function<void()>& fault) {
        Peer before{port, "good"};
        CHECK(before.answer() == "NOOP \"one\"");
        CHECK(before.line() == "NOOP \"two\"");
        fault();
        before.send("200 result=0\n");
        CHECK(before.line() == "(closed)");
        Peer after{port, "good"};
        CHECK(after.answer() == "NOOP \"one\"");
        CHECK(after.answer() == "NOOP \"two\"");
        CHECK(after.line() == "(closed)");
        CHECK(eventually([&] { return server.counts().connections == 0; }));
        CHECK(server.counts().active == 0);
        return last_log();
    }

    std::uint16_t port;
};

ServerOptions hasty() {
    ServerOptions with = options();
    with.environment_time = with.farewell_time = 50ms;
    return with;
}

/// Closed one way or the other: a reset if something was not read.
bool is_end(const std::string& line) { return line == "(closed)" || line == "(reset)"; }

const std::string from = "connection from 127.0.0.1: ";

}  // namespace

TEST_CASE("Faults: an environment that comes byte by byte") {
    Tried tried;
    CHECK(tried
              .during([&] {
                  Peer peer{tried.port};
                  for (const char c : environment("good")) peer.send({&c, 1});
                  CHECK(peer.answer() == "NOOP \"one\"");
                  CHECK(peer.answer() == "NOOP \"two\"");
                  CHECK(peer.line() == "(closed)");
              })
              .empty());
}

TEST_CASE("Faults: an environment that does not come in time") {
    Tried tried{hasty()};
    const auto [sent, who] = GENERATE(table<std::string, std::string>({
        {"", "connection from 127.0.0.1"},
        {"agi_net", "connection from 127.0.0.1"},
        {"agi_network: yes\nagi_channel: SIP/1\x1b\n", "connection from 127.0.0.1 (SIP/1\\x1b, )"},
    }));
    CAPTURE(sent);
    CHECK(tried.during([&, sent = sent] {
        Peer peer{tried.port};
        peer.send(sent);
        CHECK(peer.line() == "(closed)");
    }) == Lines{"info: " + who + ": closed, as its environment was not complete in time"});
    CHECK(tried.server.counts().no_calls == 1);
}

TEST_CASE("Faults: bytes now and then do not extend the time for the environment") {
    Tried tried{hasty()};
    CHECK(tried.during([&] {
        Peer peer{tried.port};
        peer.send("agi_network: yes\n");
        while (peer.send("agi_x: 1\n")) std::this_thread::sleep_for(1ms);
        CHECK(is_end(peer.line()));
    }) == Lines{"info: " + from + "closed, as its environment was not complete in time"});
}

TEST_CASE("Faults: port scans and health checks are no event") {
    Tried tried;
    const bool resets = GENERATE(false, true);
    CHECK(tried
              .during([&] {
                  Peer peer{tried.port};
                  CHECK(eventually([&] { return tried.server.counts().connections == 2; }));
                  resets ? peer.reset() : peer.close();
                  CHECK(eventually([&] { return tried.server.counts().no_calls == 1; }));
              })
              .empty());
}

TEST_CASE("Faults: a connection that is gone before it is accepted") {
    Tried tried;
    CHECK(tried
              .during([&] {
                  for (int i = 0; i < 20; ++i) Peer{tried.port}.reset();
                  CHECK(eventually([&] { return tried.server.counts().no_calls == 20; }));
              })
              .empty());
}

TEST_CASE("Faults: a connection that closes in its environment") {
    Tried tried;
    const auto sent = GENERATE(std::string{"agi_net"}, std::string{"agi_network: yes\n"});
    const bool resets = GENERATE(false, true);
    CHECK(tried.during([&] {
        Peer peer{tried.port};
        peer.send(sent);
        CHECK(eventually([&] { return tried.server.counts().connections == 2; }));
        std::this_thread::sleep_for(10ms);  // so that a reset does not overtake the bytes
        resets ? peer.reset() : peer.close();
    }) == Lines{"info: " + from + "closed in the middle of its environment"});
}

TEST_CASE("Faults: an environment without an end") {
    Tried tried;
    const auto [piece, why] = GENERATE(table<std::string, std::string>({
        {std::string(100, 'a'), "a line is longer than 65536 bytes"},
        {std::string(100, 'a') + '\n',
         "the number of lines is over 512, at \"" + std::string(60, 'a') + '"'},
        {std::string(50'000, 'a') + '\n',
         "the total size is over 262144, at \"" + std::string(60, 'a') + '"'},
    }));
    CHECK(tried.during([&, piece = piece] {
        Peer peer{tried.port};
        peer.send("agi_network: yes\n");
        std::string block;
        while (block.size() < 100'000) block += piece;
        for (std::size_t sent = 0; sent < 10'000'000; sent += block.size()) {
            if (!peer.send(block)) break;
        }
        CHECK(is_end(peer.line()));
    }) == Lines{"warning: " + from + "closed: environment: " + why});
}

TEST_CASE("Faults: a reset in the middle of a command is a hang-up") {
    Tried tried;
    const bool half = GENERATE(false, true);
    CHECK(tried
              .during([&] {
                  Peer peer{tried.port, "good"};
                  CHECK(peer.line() == "NOOP \"one\"");
                  if (half) peer.send("200 res");
                  peer.reset();
                  CHECK(eventually([&] { return tried.server.counts().hung_up == 1; }));
              })
              .empty());
}

TEST_CASE("Faults: a reply without an end") {
    Tried tried;
    const Lines log = tried.during([&] {
        Peer peer{tried.port, "good"};
        CHECK(peer.line() == "NOOP \"one\"");
        peer.send(std::string(3'000'000, '2') + '\n');
        const std::string mark = peer.line();  // as what was cut may go on
        peer.send("200 result=1 (" + mark.substr(19, mark.size() - 20) + ")\n");
        CHECK_THAT(peer.answer(), ContainsSubstring("a line is longer than 1048576 bytes"));
        CHECK_THAT(peer.answer(), ContainsSubstring("FAILED"));
        CHECK(peer.line() == "(closed)");
    });
    REQUIRE(log.size() == 1);
    CHECK_THAT(log[0], ContainsSubstring("NOOP \"one\": a line is longer than"));
}

TEST_CASE("Faults: calls over the limit are told to be busy") {
    ServerOptions with = options();
    const bool threads = GENERATE(false, true);
    (threads ? with.max_threads : with.max_calls) = 1;
    Tried tried{std::move(with)};
    const std::string why = threads ? "all threads are taken" : "all calls that may run do";
    CHECK(tried.during([&] {
        Peer peer{tried.port, "good"};
        CHECK(peer.answer() == "VERBOSE \"FastAGI: " + why + "\" 0");
        CHECK(peer.answer() == "SET VARIABLE \"FASTAGI_STATUS\" \"BUSY\"");
        CHECK(peer.line() == "(closed)");
    }) == Lines{"warning: call 2 from 127.0.0.1 (PJSIP/100-00000001, good): " + why});
    CHECK(tried.server.counts().refused == 1);
}

TEST_CASE("Faults: connections over the limit wait") {
    ServerOptions with = options();
    with.max_connections = 2;
    Tried tried{std::move(with)};
    CHECK(tried.during([&] {
        Peer silent{tried.port};
        CHECK(eventually([&] { return tried.server.counts().connections == 2; }));
        Peer waits{tried.port, "good"};
        CHECK(eventually([&] { return tried.logged("max_connections") == 1; }));
        std::this_thread::sleep_for(50ms);  // it is not said again
        CHECK(tried.server.counts().accepted == 2);
        silent.close();
        CHECK(waits.answer() == "NOOP \"one\"");
        CHECK(waits.answer() == "NOOP \"two\"");
        CHECK(waits.line() == "(closed)");
    }) == Lines{"warning: max_connections (2) are open, more of them have to wait"});
}

TEST_CASE("Faults: no descriptors are left for a while") {
    Tried tried;
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const Lines log = tried.during([&] {
        const int next = ::dup(0);
        ::close(next);
        const rlimit one_more{static_cast<rlim_t>(next) + 1, before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &one_more);
        Peer peer{tried.port, "good"};
        // No CHECK meanwhile: UndefinedBehaviorSanitizer looks at its object through a pipe.
        const bool said = eventually([&] { return tried.logged("cannot accept") == 1; });
        std::this_thread::sleep_for(100ms);  // it is not said again
        ::setrlimit(RLIMIT_NOFILE, &before);
        CHECK(said);
        CHECK(peer.answer() == "NOOP \"one\"");
        CHECK(peer.answer() == "NOOP \"two\"");
        CHECK(peer.line() == "(closed)");
    });
    REQUIRE(log.size() == 1);
    CHECK_THAT(log[0], ContainsSubstring("error: cannot accept: Too many open files; this process "
                                         "may have "));
    CHECK_THAT(log[0], ContainsSubstring(" descriptors (ulimit -n). Trying again"));
}

TEST_CASE("Faults: no threads are left") {
    Tried tried;
    pthread_attr_t before{};
    REQUIRE(::pthread_getattr_default_np(&before) == 0);
    const Lines log = tried.during([&] {
        pthread_attr_t huge{};
        ::pthread_attr_init(&huge);
        ::pthread_attr_setstacksize(&huge, std::size_t{1} << 46U);
        REQUIRE(::pthread_setattr_default_np(&huge) == 0);
        ::pthread_attr_destroy(&huge);
        Peer peer{tried.port, "good"};
        CHECK(peer.line() == "SET VARIABLE \"FASTAGI_STATUS\" \"BUSY\"");
        CHECK(peer.line() == "(closed)");
        ::pthread_setattr_default_np(&before);
    });
    ::pthread_attr_destroy(&before);
    CHECK(log == Lines{"warning: call 2 from 127.0.0.1 (PJSIP/100-00000001, good): "
                       "the system has no thread for it"});
    CHECK(tried.server.counts().refused == 1);
}

TEST_CASE("Faults: a peer that does not read when it is told") {
    Running running{hasty()};
    running.server.route("x", [](Call& call) {
        fill(call.stream().fd());
        throw std::runtime_error{"no file"};
    });
    const Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return running.server.counts().failed == 1; }));
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.log().size() == 1);
    CHECK(running.logged("the handler failed: no file") == 1);
}

TEST_CASE("Faults: a peer that does not answer when it is told") {
    Running running{hasty()};
    running.server.route("x", [](Call&) { throw std::runtime_error{"no file"}; });
    const auto port = running.start();
    Peer peer{port, GENERATE("x", "unknown")};
    CHECK(peer.line().find("VERBOSE") == 0);
    peer.send(GENERATE("", "200 res"));
    CHECK_THAT(peer.line(), ContainsSubstring("SET VARIABLE \"FASTAGI_STATUS\""));
    CHECK(is_end(peer.line()));
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
}

TEST_CASE("Faults: a peer that hangs up when it is told, and does not answer") {
    Running running{hasty()};
    running.server.route("x", [](Call&) { throw std::runtime_error{"no file"}; });
    Peer peer{running.start(), "x"};
    CHECK(peer.line().find("VERBOSE") == 0);
    peer.send("HANGUP\n");
    CHECK(is_end(peer.line()));
    CHECK(eventually([&] { return running.server.counts().hung_up == 1; }));
}

TEST_CASE("Faults: a deadline of a blocking handler, and a peer that does not read") {
    Running running{hasty()};
    running.server.fallback([](Call& call) {
        fill(call.stream().fd());
        call.execute_within(agi::Noop{"x"}, 50ms);
    });
    const Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return running.server.counts().failed == 1; }));
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));  // it is logged
    CHECK(running.logged("the handler failed: NOOP \"x\": not sent within the deadline") == 1);
}

TEST_CASE("Faults: a peer that does not read a command does not keep the server from stopping") {
    Running running{hasty()};
    running.server.route("x", [](Call& call) {
        fill(call.stream().fd());
        agi::Noop{"x"}(call);
    });
    const Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return running.server.counts().active == 1; }));
    running.server.stop(0ms);
    running.join();
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
}
