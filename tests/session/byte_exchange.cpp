// SPDX-License-Identifier: MIT
// ByteExchange: what bytes add to an Exchange: requests that go in parts, and a buffer that is full.

#include "catch.hpp"
#include <agi/command/program.hpp>
#include <agi/session/byte_exchange.hpp>

#include <chrono>
#include <string>
#include <string_view>

using namespace agi;
using Need = ByteExchange::Need;
using State = Conversation::State;

namespace {

/// A session whose environment has been read.
struct Talk {
    Talk() {
        session.start();
        give("agi_version: 22.10.1\n\n");
        REQUIRE(session.need() == Need::done);
        session.end();
    }
    void give(std::string_view bytes) {
        char* const to = session.prepare();
        const std::size_t size = bytes.copy(to, session.room());
        REQUIRE(size == bytes.size());
        session.received(size);
    }
    /// Begins the command, with nothing there that nobody has asked for.
    void begin(const Noop& command) {
        session.send(command);
        if (session.need() == Need::poll) session.nothing();
        REQUIRE(session.need() == Need::write);
    }
    /// All that is to be sent, without its LF, which is sent.
    std::string sent() {
        REQUIRE(session.need() == Need::write);
        const std::string line{session.output()};
        session.sent(line.size());
        return line.substr(0, line.size() - 1);
    }
    /// What a mark's echo would be; the mark is sent.
    std::string echo() {
        const std::string line = sent();
        REQUIRE(line.substr(0, 28) == "GET FULL VARIABLE \"agi-mark-");
        return "200 result=1 (" + line.substr(19, line.size() - 20) + ")\n";
    }

    ByteExchange session;
};

std::string thrown_by_begin(Talk& talk) {
    try {
        talk.session.send(Noop{});
    } catch (const AGIError& error) {
        return error.what();
    }
    return "nothing";
}

}  // namespace

TEST_CASE("ByteExchange: a request goes in parts, and is sent once") {
    Talk talk;
    talk.begin(Noop{"abc"});
    std::string all;
    while (talk.session.need() == Need::write) {
        all += talk.session.output().front();
        talk.session.sent(1);
    }
    CHECK(all == "NOOP \"abc\"\n");
    CHECK(talk.session.need() == Need::read);
}

TEST_CASE("ByteExchange: what is given up in the middle of a request ends the session") {
    Talk talk;
    talk.begin(Noop{"abc"});
    CHECK(talk.session.untouched());
    talk.session.sent(3);
    CHECK(talk.session.need() == Need::write);
    CHECK_FALSE(talk.session.untouched());
    talk.session.abandon();
    CHECK(talk.session.conversation().state() == State::out_of_step);
    CHECK(thrown_by_begin(talk) == "NOOP: not sent, an earlier request may have been sent in part");
}

TEST_CASE("ByteExchange: what is given up before or after its request goes on with a mark") {
    Talk talk;
    talk.begin(Noop{"abc"});
    SECTION("before it") {
        talk.session.abandon();
        CHECK(talk.session.conversation().state() == State::ready);
        talk.session.send(Noop{});
        if (talk.session.need() == Need::poll) talk.session.nothing();
        talk.give(talk.echo());
    }
    SECTION("after it, the reply is owed") {
        CHECK(talk.sent() == "NOOP \"abc\"");
        talk.session.abandon();
        CHECK(talk.session.conversation().state() == State::awaiting);
        talk.session.send(Noop{});
        CHECK(talk.session.need() == Need::read);
        talk.give("200 result=0\n");
    }
    CHECK(talk.sent() == "NOOP");
    talk.give("200 result=0\n");
    CHECK(talk.session.need() == Need::done);
    CHECK_NOTHROW(talk.session.result_of(Noop{}));
}

TEST_CASE("ByteExchange: where the last bytes have filled the buffer, more may wait") {
    Talk talk;
    talk.begin(Noop{});
    talk.sent();
    const std::string reply = "200 result=0\n";
    static_cast<void>(talk.session.prepare());
    talk.give(std::string(talk.session.room() - reply.size(), '\n') + reply);
    CHECK(talk.session.need() == Need::done);
    CHECK_NOTHROW(talk.session.result_of(Noop{}));
    talk.session.send(Noop{});
    REQUIRE(talk.session.need() == Need::poll);
    SECTION("the system says that nothing does") {
        talk.session.nothing();
        CHECK(talk.sent() == "NOOP");
    }
    SECTION("it cannot be found out") {
        talk.session.nothing(true);
        talk.give(talk.echo());
        CHECK(talk.sent() == "NOOP");
    }
    SECTION("something does") {
        talk.give("200 result=1 (another's)\n");
        if (talk.session.need() == Need::poll) talk.session.nothing();
        talk.give(talk.echo());
        CHECK(talk.sent() == "NOOP");
        CHECK(talk.session.conversation().dropped() == 1);
    }
}

TEST_CASE("ByteExchange: the deadline counts for a request that cannot be sent, too") {
    Talk talk;
    talk.session.send_within(Noop{"abc"}, std::chrono::milliseconds{0});
    if (talk.session.need() == Need::poll) talk.session.nothing();
    REQUIRE(talk.session.need() == Need::write);
    REQUIRE(talk.session.until());
    CHECK(*talk.session.until() <= std::chrono::steady_clock::now());
    const bool in_part = GENERATE(false, true);
    const bool unknown = GENERATE(false, true);
    if (in_part) talk.session.sent(1);
    CHECK_THROWS_MATCHES(talk.session.time_over(unknown), AGITimeoutError,
                         Catch::Matchers::Message("NOOP \"abc\": not sent within the deadline"));
    CHECK_FALSE(talk.session.runs());
    CHECK(talk.session.conversation().state() ==
          (in_part || unknown ? State::out_of_step : State::ready));
}
