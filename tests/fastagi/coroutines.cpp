// SPDX-License-Identifier: MIT
// Coroutines: AsyncSession, and handlers of the server.

#include "catch.hpp"
#include "fastagi/dialogue.hpp"
#include "fastagi/running.hpp"

#ifdef AGI_HAS_COROUTINES

#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>

#ifdef AGI_BOOST_ASIO
#include <boost/asio/experimental/awaitable_operators.hpp>
namespace operators = boost::asio::experimental::awaitable_operators;
#else
#include <asio/experimental/awaitable_operators.hpp>
namespace operators = asio::experimental::awaitable_operators;
#endif

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace agi;
using namespace agi::fastagi;
using namespace fastagi_tests;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Lines = std::vector<std::string>;

namespace {

/// Runs a coroutine that this dialogue's session is used in.
template <class Stream, class Work>
void begin(Dialogue<Stream>& talk, Ended<>& ended, Work work) {
    net::co_spawn(talk.context(), std::move(work), Dialogue<Stream>::into(ended));
    talk.poll();
}

/// Waits until it is cancelled.
Task<> wait_for_ever() {
    net::steady_timer timer{co_await net::this_coro::executor, std::chrono::hours{1}};
    co_await timer.async_wait(net::use_awaitable);
}

Task<> say(AsyncCall& call, std::string text) {
    const Noop noop{std::move(text)};
    co_await call(noop);
}

ServerOptions hasty() {
    ServerOptions with = options();
    with.environment_time = with.farewell_time = 50ms;
    return with;
}

const std::string stopped = "SET VARIABLE \"FASTAGI_STATUS\" \"STOPPED\"";

}  // namespace

#define STREAMS TcpSocket, LocalSocket, Layer<>

TEMPLATE_TEST_CASE("Coroutines: commands one after the other", "", STREAMS) {
    Dialogue<TestType> talk;
    Ended<> ended;
    std::string digits;
    begin(talk, ended, [&]() -> Task<> {
        auto& call = talk.session;
        co_await call.start();
        const Answer answer;
        co_await call(answer);
        const GetData ask{"pin", 5s, 4};
        const auto entry = co_await call(ask);
        digits = entry.digits;
        const Reply reply = co_await call.send("NOOP x");
        CHECK(reply.code() == 511);
        CHECK(call.hung_up());
        co_await call.resync();
        const DatabasePut put{"a", "b", "c"};
        co_await call.after_hangup([&](auto& rest) -> Task<> {
            CHECK(rest.environment().channel() == "SIP/1");
            co_await rest(put);
        });
    });
    talk.give("agi_channel: SIP/1\n\n");
    CHECK(talk.peer.line() == "ANSWER");
    talk.give("200 result=0\n");
    CHECK(talk.peer.line() == "GET DATA \"pin\" 5000 4");
    talk.give("200 result=12\n");
    CHECK(digits == "12");
    CHECK(talk.peer.line() == "NOOP x");
    talk.give("511 Command Not Permitted on a dead channel\n");
    CHECK(talk.request() == "DATABASE PUT \"a\" \"b\" \"c\"");
    talk.give("200 result=1\n");
    CHECK(ended.times == 1);
    CHECK(told(ended.error).empty());
}

TEMPLATE_TEST_CASE("Coroutines: || cancels a command, and the next one gets its own reply", "",
                   STREAMS) {
    using operators::operator||;
    Dialogue<TestType> talk;
    talk.start();
    Ended<> ended;
    std::optional<std::string> value;
    const bool cancel = GENERATE(false, true);
    net::steady_timer timer{talk.context(), cancel ? 1ms : std::chrono::milliseconds{1h}};
    begin(talk, ended, [&]() -> Task<> {
        const StreamFile play{"long"};
        const auto first = co_await(talk.session(play) || timer.async_wait(net::use_awaitable));
        CHECK(first.index() == (cancel ? 1 : 0));
        const GetVariable get{"X"};
        value = co_await talk.session(get);
    });
    CHECK_THAT(talk.peer.line(), ContainsSubstring("STREAM FILE"));
    if (cancel) {
        CHECK(eventually([&] {
            talk.poll();
            return timer.expiry() < std::chrono::steady_clock::now();
        }));
        talk.poll();
    }
    talk.give("200 result=0 endpos=800\n");
    CHECK(talk.peer.line() == "GET VARIABLE \"X\"");
    talk.give("200 result=1 (its own)\n");
    CHECK(ended.times == 1);
    CHECK(told(ended.error).empty());
    CHECK(value == "its own");
}

TEMPLATE_TEST_CASE("Coroutines: execute_within has a deadline", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<> ended;
    std::string late;
    std::optional<std::string> value;
    begin(talk, ended, [&]() -> Task<> {
        const Answer answer;
        try {
            co_await talk.session.execute_within(answer, 1ms);
        } catch (const AGITimeoutError& error) {
            late = error.what();
        }
        co_await talk.session.execute_within(answer, 1h);
        co_await talk.session.execute_within(answer, std::chrono::milliseconds::max());
        const WaitForDigit for_ever;
        const auto key = co_await talk.session.execute_within(for_ever, 0ms);
        CHECK(key.digit == '1');
    });
    CHECK(talk.peer.line() == "ANSWER");
    CHECK(eventually([&] {
        talk.poll();
        return !late.empty();
    }));
    CHECK(late == "ANSWER: no reply within the deadline");
    talk.give("200 result=-1\n");
    CHECK(talk.peer.line() == "ANSWER");
    talk.give("200 result=0\n");
    CHECK(talk.peer.line() == "ANSWER");
    talk.give("200 result=0\n");
    CHECK(talk.peer.line() == "WAIT FOR DIGIT -1");
    talk.give("200 result=49\n");
    CHECK(ended.times == 1);
    CHECK(told(ended.error).empty());
}

TEST_CASE("Coroutines: handlers of the server") {
    Running running;
    running.server.use([](auto& call, const auto& next) -> Task<> {
        co_await say(call, "before");
        co_await next();
        co_await say(call, "after");
    });
    running.server.route("account/{id}", [](AsyncCall& call) -> Task<> {
        co_await say(call, std::string{call.parameter("id").value_or("?")});
    });
    // A lambda for calls of any kind is a coroutine all the same.
    running.server.fallback([](auto& call) -> Task<> { co_await say(call, "fallback"); });
    const auto port = running.start();
    const auto [path, text] = GENERATE(table<std::string, std::string>({
        {"account/42", "42"},
        {"else", "fallback"},
    }));
    Peer peer{port, path};
    CHECK(peer.answer() == "NOOP \"before\"");
    CHECK(peer.answer() == "NOOP \"" + text + '"');
    CHECK(peer.answer() == "NOOP \"after\"");
    CHECK(peer.line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.server.counts().commands == 3);
    CHECK(running.log().empty());
}

TEST_CASE("Coroutines: both kinds of handlers in one server, and several loops") {
    ServerOptions with = options();
    with.loops = 2;
    Running running{std::move(with)};
    running.server.route("async", [](AsyncCall& call) -> Task<> { co_await say(call, "async"); });
    running.server.route("blocking", [](Call& call) { Noop{"blocking"}(call); });
    const auto port = running.start();
    std::vector<Peer> peers;
    for (int i = 0; i < 20; ++i) peers.emplace_back(port, i % 2 == 0 ? "async" : "blocking");
    for (std::size_t i = 0; i < peers.size(); ++i) {
        CHECK(peers[i].answer() == (i % 2 == 0 ? "NOOP \"async\"" : "NOOP \"blocking\""));
        CHECK(peers[i].line() == "(closed)");
    }
}

TEST_CASE("Coroutines: a middleware goes around its kind only, and is not left out") {
    Server server{options()};
    server.use([](Call&, const Next& next) { next(); });
    server.route("a", [](Call&) {});
    CHECK_THROWS_AS(server.route("b", [](AsyncCall&) -> Task<> { co_return; }), std::logic_error);
    Server other{options()};
    other.use([](AsyncCall&, const AsyncNext& next) -> Task<> { co_await next(); });
    other.route("a", [](AsyncCall&) -> Task<> { co_return; });
    CHECK_THROWS_AS(other.route("b", [](Call&) {}), std::logic_error);
    Server late{options()};
    auto inner = late.group();
    inner.route("a", [](AsyncCall&) -> Task<> { co_return; });
    late.route("b", [](Call&) {});
    CHECK_THROWS_AS(inner.use([](Call&, const Next& next) { next(); }), std::logic_error);
    CHECK_THROWS_AS(late.use([](Call&, const Next& next) { next(); }), std::logic_error);
    CHECK_THROWS_AS(late.use([](AsyncCall&, const AsyncNext& next) -> Task<> { co_await next(); }),
                    std::logic_error);
}

TEST_CASE("Coroutines: a route that was refused is no handler that a middleware has to go around") {
    Server server{options()};
    CHECK_THROWS_AS(server.route("a/{", [](Call&) {}), std::invalid_argument);
    const auto coroutines = [](AsyncCall&, const AsyncNext& next) -> Task<> { co_await next(); };
    auto group = server.group(coroutines);
    CHECK_THROWS_AS(group.route("a", [](Call&) {}), std::logic_error);
    CHECK_NOTHROW(server.use(coroutines));
}

TEST_CASE("Coroutines: another stop does not end after_hangup") {
    Running running;
    std::atomic<bool> noted{false};
    running.server.fallback([&](AsyncCall& call) -> Task<> {
        const agi::Answer answer;
        try {
            co_await call(answer);
        } catch (const ServerStopping&) {
        }
        co_await call.after_hangup([&](auto& rest) -> Task<> {
            const agi::DatabasePut put{"calls", "last", "1"};
            co_await rest(put);
            noted = true;
        });
    });
    Peer peer{running.start(), "x"};
    CHECK(peer.line() == "ANSWER");
    running.server.stop(0ms);
    peer.send("200 result=0\n");
    std::string line = peer.line();
    while (line.find("DATABASE PUT") != 0 && line.front() != '(') {
        peer.send("200 result=0\n");
        line = peer.line();
    }
    CHECK(line.find("DATABASE PUT") == 0);
    running.server.stop(0ms);
    // The stop has been looked at when what was posted behind it has run.
    Gate gate;
    net::post(running.server.context(), [&] { gate.open(); });
    CHECK(eventually([&] { return gate.is_open(); }));
    peer.send("200 result=1\n");
    while (peer.answer().front() != '(') {
    }
    running.join();
    CHECK(noted);
}

TEST_CASE("Coroutines: a middleware that does not go on ends the call politely") {
    Running running;
    running.server.use(
        [](AsyncCall& call, const AsyncNext&) -> Task<> { co_await say(call, "closed"); });
    running.server.fallback([](AsyncCall& call) -> Task<> { co_await say(call, "open"); });
    Peer peer{running.start(), "x"};
    CHECK(peer.answer() == "NOOP \"closed\"");
    CHECK(peer.line() == "(closed)");
}

TEST_CASE("Coroutines: what an exception says is told, and the server goes on") {
    Running running;
    running.server.route("throws", [](AsyncCall&) -> Task<> {
        throw std::runtime_error{"no database"};
        co_return;
    });
    running.server.route("before", [](AsyncCall& call) -> Task<> {
        if (call.id() != 0) throw std::runtime_error{"no database"};
        return say(call, "never");
    });
    running.server.route("odd", [](AsyncCall&) -> Task<> {
        throw 42;
        co_return;
    });
    running.server.route("good", [](AsyncCall& call) -> Task<> { co_await say(call, "good"); });
    const auto port = running.start();
    const auto [path, why] = GENERATE(table<std::string, std::string>({
        {"throws", "the handler failed: no database"},
        {"before", "the handler failed: no database"},
        {"odd", "the handler failed with an exception of unknown type"},
    }));
    Peer peer{port, path};
    CHECK(peer.answer() == "VERBOSE \"FastAGI: " + why + "\" 0");
    CHECK(peer.answer() == "SET VARIABLE \"FASTAGI_STATUS\" \"FAILED\"");
    CHECK(peer.line() == "(closed)");
    Peer next{port, "good"};
    CHECK(next.answer() == "NOOP \"good\"");
    CHECK(next.line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.log() ==
          Lines{"error: call 1 from 127.0.0.1 (PJSIP/100-00000001, " + path + "): " + why});
    CHECK(running.server.counts().failed == 1);
    CHECK(running.server.counts().active == 0);
}

TEST_CASE("Coroutines: a hang-up explains a failure") {
    Running running;
    running.server.fallback([](AsyncCall& call) -> Task<> {
        const Answer answer;
        co_await call(answer);
    });
    Peer peer{running.start(), "x"};
    CHECK(peer.line() == "ANSWER");
    SECTION("in the reply") {
        peer.send("HANGUP\n511 Command Not Permitted on a dead channel\n");
        CHECK(peer.line() == "(closed)");
    }
    SECTION("after the reply") {
        peer.send("200 result=-1\nHANGUP\n");
        CHECK(peer.line() == "(closed)");  // no line on the console
    }
    SECTION("nothing tells of it: CHANNEL STATUS does") {
        peer.send("200 result=-1\n");
        CHECK(peer.answer("511 Command Not Permitted on a dead channel\n") == "CHANNEL STATUS");
        CHECK(peer.line() == "(closed)");
    }
    SECTION("the connection ended") { peer.reset(); }
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.server.counts().hung_up == 1);
    CHECK(running.log().empty());
}

TEST_CASE("Coroutines: calls over the limit are told to be busy") {
    ServerOptions with = options();
    with.max_calls = 1;
    Running running{std::move(with)};
    running.server.fallback([](AsyncCall& call) -> Task<> { co_await say(call, "x"); });
    const auto port = running.start();
    Peer first{port, "x"};
    CHECK(first.line() == "NOOP \"x\"");
    Peer second{port, "x"};
    CHECK_THAT(second.answer(), ContainsSubstring("all calls that may run do"));
    CHECK(second.answer() == "SET VARIABLE \"FASTAGI_STATUS\" \"BUSY\"");
    CHECK(second.line() == "(closed)");
    first.send("200 result=0\n");
    CHECK(first.line() == "(closed)");
    CHECK(eventually([&] { return running.server.counts().active == 0; }));
    Peer third{port, "x"};
    CHECK(third.answer() == "NOOP \"x\"");
}

TEST_CASE("Coroutines: a stop lets calls end, and tells those that wait") {
    Running running;
    running.server.fallback([](AsyncCall& call) -> Task<> {
        co_await say(call, "one");
        co_await say(call, "two");
    });
    const auto port = running.start();
    Peer ends{port, "x"};
    Peer waits{port, "x"};
    CHECK(ends.line() == "NOOP \"one\"");
    CHECK(waits.line() == "NOOP \"one\"");
    running.server.stop(1h);
    CHECK(eventually([&] { return running.logged("stopping: 2 calls run") == 1; }));
    ends.send("200 result=0\n");
    CHECK(ends.answer() == "NOOP \"two\"");
    CHECK(ends.line() == "(closed)");
    running.server.stop(0ms);
    CHECK(waits.line() == stopped);
    CHECK(waits.line() == "(closed)");
    running.join();
    CHECK(running.server.counts().stopped == 1);
    CHECK(running.logged("(PJSIP/100-00000001, x): the server is stopping") == 1);
}

TEST_CASE("Coroutines: a call that is no command is told of the stop with its reply") {
    Running running;
    Gate gate;
    running.server.fallback([&](AsyncCall& call) -> Task<> {
        net::steady_timer timer{co_await net::this_coro::executor};
        while (!gate.is_open()) {
            timer.expires_after(1ms);
            co_await timer.async_wait(net::use_awaitable);
        }
        try {
            co_await say(call, "never sent");
        } catch (const ServerStopping&) {
        }
        const DatabasePut put{"a", "b", "c"};
        co_await call.after_hangup([&](auto& rest) -> Task<> { co_await rest(put); });
        co_await say(call, "never sent");
    });
    Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return running.server.counts().active == 1; }));
    running.server.stop(0ms);
    CHECK(eventually([&] { return running.logged("stopping: 1 calls run") == 1; }));
    std::this_thread::sleep_for(50ms);  // the end of the grace is not to be seen from outside
    gate.open();
    CHECK(peer.answer("200 result=1\n") == "DATABASE PUT \"a\" \"b\" \"c\"");
    CHECK_THAT(peer.answer(), ContainsSubstring("VERBOSE"));
    CHECK(peer.answer() == stopped);
    CHECK(peer.line() == "(closed)");
    running.join();
}

TEST_CASE("Coroutines: a call that never ends is left behind, and its dialplan goes on") {
    /// Uses what the handler holds.
    struct AtEnd {
        const std::string& held;
        std::size_t& sum;
        ~AtEnd() { sum += held.size(); }
    };
    std::size_t sum = 0;
    {
        ServerOptions with = hasty();
        with.loops = 2;
        Running running{std::move(with)};
        running.server.fallback([held = std::string(1000, 'x'), &sum](AsyncCall&) -> Task<> {
            const AtEnd at_end{held, sum};
            co_await wait_for_ever();
        });
        const auto port = running.start();
        Peer peer{port, "x"};
        Peer other{port, "x"};
        CHECK(eventually([&] { return running.server.counts().active == 2; }));
        running.server.stop(0ms);
        CHECK(peer.line() == stopped);
        CHECK(peer.line() == "(closed)");
        CHECK(other.line() == stopped);
        CHECK(other.line() == "(closed)");
        running.join();
        CHECK(running.log() == Lines{"info: stopping: 2 calls run",
                                     "error: 2 calls did not end, and are left behind"});
    }
    CHECK(sum == 2000);
}

TEST_CASE("Coroutines: a peer that does not read a command") {
    Running running{hasty()};
    running.server.fallback([](AsyncCall& call) -> Task<> {
        fill(call.stream().native_handle());
        const Noop command{"x"};
        co_await call.execute_within(command, 50ms);
    });
    const Peer peer{running.start(), "x"};
    CHECK(eventually([&] { return running.server.counts().failed == 1; }));
    CHECK(eventually([&] { return running.server.counts().connections == 0; }));
    CHECK(running.log().size() == 1);
    CHECK(running.logged("the handler failed: NOOP \"x\": not sent within the deadline") == 1);
}

#endif
