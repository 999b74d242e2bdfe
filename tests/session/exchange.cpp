// SPDX-License-Identifier: MIT
// The rules of a session as scripts of events: what an Exchange needs, and what it makes of what comes.

#include "catch.hpp"
#include <agi/command/call.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/exchange.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace agi;
using namespace std::chrono_literals;
using Need = Exchange::Need;
using State = Conversation::State;

namespace {

/// A clock that a test sets.
struct Clock {
    Exchange::Time time{1h};
    static Exchange::Time of(const void* clock) { return static_cast<const Clock*>(clock)->time; }
};

/// An Exchange, and the hand that feeds it.
struct Talk {
    explicit Talk(SessionOptions options = {}, std::string_view version = "22.10.1")
        : exchange{std::move(options)} {
        Order order;
        order.kind = Order::Kind::start;
        exchange.begin(order);
        REQUIRE(exchange.need() == Need::read);
        exchange.line("agi_version: " + std::string{version});
        exchange.line("");
        REQUIRE(exchange.need() == Need::done);
        exchange.end();
    }

    /// Begins a command, and says that nothing has come unasked.
    template <class Command>
    void begin(const Command& command, Order more = {}) {
        request = std::string{wire::request_of(command, exchange.conversation().server()).view()};
        Order order = wire::order_of(command, request, Urgency::normal);
        order.deadline = more.deadline;
        order.stop = more.stop;
        exchange.begin(order, &Clock::of, &clock);
    }
    /// The line that is to be sent, which is sent. Nothing more has come with a mark's echo.
    std::string sent() {
        if (exchange.need() == Need::peek) exchange.nothing();
        REQUIRE(exchange.need() == Need::write);
        std::string line{exchange.output()};
        exchange.written();
        return line;
    }
    /// Up to the reply.
    template <class Command>
    void send(const Command& command) {
        begin(command);
        REQUIRE((exchange.need() == Need::peek || exchange.need() == Need::poll));
        exchange.nothing();
        CHECK(sent() == request);
        REQUIRE(exchange.need() == Need::read);
    }
    /// A mark is sent; its echo.
    std::string mark() {
        const std::string line = sent();
        REQUIRE(line.substr(0, 28) == "GET FULL VARIABLE \"agi-mark-");
        return "200 result=1 (" + line.substr(19, line.size() - 20) + ')';
    }
    [[nodiscard]] const Conversation& talk() const { return exchange.conversation(); }

    Clock clock;
    std::string request;
    Exchange exchange;
};

template <class Exception, class Work>
std::string thrown_by(const Work& work) {
    try {
        work();
    } catch (const Exception& error) {
        return error.what();
    } catch (const std::exception& other) {
        return std::string{"another one: "} + other.what();
    }
    return "nothing";
}

}  // namespace

TEST_CASE("Exchange: the environment comes first, and once") {
    Exchange exchange;
    CHECK(exchange.conversation().state() == State::environment);
    Order noop;
    noop.request = "NOOP";
    CHECK(thrown_by<AGIError>([&] { exchange.begin(noop); }) ==
          "NOOP: not sent, the environment has not been read");
    Talk talk;
    CHECK(talk.talk().environment().version().line_limit() == 8190);
    Order again;
    again.kind = Order::Kind::start;
    CHECK(thrown_by<AGIError>([&] { talk.exchange.begin(again); }) ==
          "environment: has been read already");
}

TEST_CASE("Exchange: one request, one reply") {
    Talk talk;
    talk.send(GetData{"pin", 5s, 4});
    CHECK_FALSE(talk.exchange.until());
    CHECK_FALSE(talk.talk().in_step());
    talk.exchange.line("HANGUP");
    CHECK(talk.exchange.need() == Need::read);
    talk.exchange.line("100 result=0 Trying...");
    CHECK(talk.exchange.need() == Need::read);
    talk.exchange.line("200 result=1234");
    CHECK(talk.exchange.need() == Need::done);
    CHECK(talk.exchange.result_of(GetData{"pin", 5s, 4}).digits == "1234");
    CHECK(talk.talk().hangup_source() == HangupSource::hangup_line);
    CHECK(talk.talk().in_step());
}

TEST_CASE("Exchange: asks the system once what has come unasked, and then looks for nothing") {
    Talk talk;
    talk.begin(Noop{});
    CHECK(talk.exchange.need() == Need::poll);
    talk.exchange.nothing();
    talk.sent();
    talk.exchange.line("200 result=0");
    talk.exchange.end();
    talk.begin(Noop{});
    CHECK(talk.exchange.need() == Need::peek);
}

TEST_CASE("Exchange: what has come unasked is never a reply") {
    const std::string stray = GENERATE("200 result=1234", "b", "", "511 Command Not Permitted",
                                       "200 result=1 (agi-mark-1)", "HANGUPS");
    CAPTURE(stray);
    Talk talk;
    talk.begin(GetData{"pin"});
    talk.exchange.line(stray);
    talk.exchange.line("HANGUP");
    talk.exchange.nothing();
    const std::string echo = talk.mark();
    talk.exchange.line("200 result=5");
    talk.exchange.line(stray);
    CHECK(talk.exchange.need() == Need::read);
    talk.exchange.line(echo);
    CHECK(talk.sent() == "GET DATA \"pin\" 2000 255");
    talk.exchange.line("200 result=99");
    CHECK(talk.exchange.result_of(GetData{"pin"}).digits == "99");
    CHECK(talk.talk().in_step());
}

TEST_CASE("Exchange: what comes with a mark's echo is never a reply") {
    Talk talk;
    talk.begin(GetData{"pin"});
    talk.exchange.nothing(true);
    talk.exchange.line(talk.mark());
    CHECK(talk.exchange.need() == Need::peek);
    talk.exchange.line("200 result=1234");
    talk.exchange.nothing();
    talk.exchange.line(talk.mark());
    CHECK(talk.sent() == "GET DATA \"pin\" 2000 255");
    talk.exchange.line("200 result=99");
    CHECK(talk.exchange.result_of(GetData{"pin"}).digits == "99");
}

TEST_CASE("Exchange: what comes between the echoes of marks is not the stopped command's") {
    Talk talk;
    talk.send(GetData{"menu", 1s, 4});
    talk.exchange.stop();
    const std::string first = talk.mark();
    talk.clock.time += 50ms;
    talk.exchange.time_over();
    const std::string second = talk.mark();
    talk.exchange.line(first);
    talk.exchange.line("200 result=1234");
    talk.exchange.line(second);
    const auto result = talk.exchange.result_of(GetData{"menu", 1s, 4});
    CHECK(result.stopped);
    CHECK(result.digits.empty());
    CHECK(talk.talk().dropped() == 1);
}

TEST_CASE("Exchange: what comes before a mark's echo is not read as the last command's reply") {
    Talk talk;
    talk.send(GetVariable{"X"});
    talk.exchange.line("200 result=1 (x)");
    talk.exchange.end();
    talk.begin(Noop{});
    talk.exchange.nothing(true);
    const std::string echo = talk.mark();
    talk.exchange.line("200 result=1 (of a value with a line feed");
    talk.exchange.line("200 result=0");
    CHECK(talk.talk().dropped() == 2);
    talk.exchange.line(echo);
    CHECK(talk.sent() == "NOOP");
}

TEST_CASE("Exchange: HANGUP lines are nothing to wonder at") {
    Talk talk;
    talk.begin(Noop{});
    talk.exchange.line(GENERATE("HANGUP", "HANGUP\r", "HANGUPHANGUP"));
    CHECK(talk.talk().hangup_source() == HangupSource::hangup_line);
    talk.exchange.nothing();
    CHECK(talk.sent() == "NOOP");
}

TEST_CASE("Exchange: part of a line that nobody has asked for makes the session doubtful") {
    Talk talk;
    talk.begin(Noop{});
    talk.exchange.nothing(true);
    const std::string echo = talk.mark();
    // Asterisk has dropped the rest of it: the echo is glued to it.
    talk.exchange.line(GENERATE("200 res", "200 result=1 (a value that ends her") + echo);
    CHECK(talk.sent() == "NOOP");
}

TEST_CASE("Exchange: after what makes the next reply doubtful, a mark comes first") {
    struct Row {
        std::string name;
        ReplyForm form;
        std::string reply;
        bool doubtful;
    };
    const auto row = GENERATE(values<Row>({
        {"no reply", ReplyForm::tags, "garbage", true},
        {"EXEC that returned 1", ReplyForm::application, "200 result=1", true},
        {"EXEC whose 1 was cut", ReplyForm::application, "200 re520-Invalid command", true},
        {"EXEC whose 1 was cut, otherwise", ReplyForm::application, "200 result=520-Inv", true},
        {"EXEC that returned 0", ReplyForm::application, "200 result=0", false},
        {"another command's 1", ReplyForm::tags, "200 result=1", false},
        {"a value that may be one piece of it", ReplyForm::value,
         "200 result=1 (" + std::string(500, 'x') + ")", true},
        {"what was heard, which may be one piece of it", ReplyForm::tags,
         "200 result=1 (speech) text0=" + std::string(500, 'x'), true},
        {"a short value", ReplyForm::value, "200 result=1 (" + std::string(400, 'x') + ")", false},
        {"usage", ReplyForm::tags, "520 Invalid command syntax.", false},
    }));
    CAPTURE(row.name);
    Talk talk;
    Order order;
    order.request = "ANY";
    order.form = row.form;
    talk.exchange.begin(order);
    talk.exchange.nothing();
    talk.exchange.written();
    talk.exchange.line(row.reply);
    CHECK(talk.exchange.need() == Need::done);
    talk.exchange.end();
    CHECK(talk.talk().in_step() == !row.doubtful);
    talk.begin(Noop{});
    talk.exchange.nothing();
    if (row.doubtful) talk.exchange.line(talk.mark());
    CHECK(talk.sent() == "NOOP");
}

TEST_CASE("Exchange: two operations at a time are an error at once, and the first goes on") {
    Talk talk;
    talk.send(GetData{"pin"});
    Order second;
    second.request = "NOOP";
    CHECK(thrown_by<AGIError>([&] { talk.exchange.begin(second); }) ==
          "NOOP: not sent, another operation of this session runs");
    talk.exchange.line("200 result=5");
    CHECK(talk.exchange.result_of(GetData{"pin"}).digits == "5");
}

TEST_CASE("Exchange: so they are before anything is sent") {
    Talk talk;
    talk.begin(Noop{});
    REQUIRE(talk.exchange.need() == Need::poll);
    Order second;
    second.request = "ANSWER";
    CHECK(thrown_by<AGIError>([&] { talk.exchange.begin(second); }) ==
          "ANSWER: not sent, another operation of this session runs");
    talk.exchange.nothing();
    CHECK(talk.exchange.output() == "NOOP");
}

TEST_CASE("Exchange: a mark that is not answered is followed by others, and the last echo counts") {
    Talk talk;
    Order order;
    order.kind = Order::Kind::resync;
    talk.exchange.begin(order, &Clock::of, &talk.clock);
    const std::string first = talk.mark();
    std::vector<std::string> echoes{first};
    std::vector<std::chrono::milliseconds> intervals;
    for (int i = 0; i < 9; ++i) {
        REQUIRE(talk.exchange.until());
        intervals.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(
            *talk.exchange.until() - talk.clock.time));
        talk.clock.time = *talk.exchange.until();
        talk.exchange.time_over();
        echoes.push_back(talk.mark());
        CHECK(echoes.back() != echoes[echoes.size() - 2]);
    }
    CHECK(intervals == std::vector<std::chrono::milliseconds>{50ms, 100ms, 200ms, 400ms, 800ms,
                                                              1600ms, 3200ms, 5000ms, 5000ms});
    for (const std::string& echo : echoes) {
        CHECK(talk.exchange.need() == Need::read);
        talk.exchange.line(echo);
    }
    CHECK(talk.exchange.need() == Need::done);
    CHECK(talk.talk().in_step());
}

TEST_CASE("Exchange: each time, marks begin with the shortest interval") {
    Talk talk;
    Order resync;
    resync.kind = Order::Kind::resync;
    for (int i = 0; i < 3; ++i) {
        talk.exchange.begin(resync, &Clock::of, &talk.clock);
        talk.mark();
        CHECK(talk.exchange.until() == talk.clock.time + 50ms);
        talk.clock.time += 50ms;
        talk.exchange.time_over();
        const std::string echo = talk.mark();
        CHECK(talk.exchange.until() == talk.clock.time + 100ms);
        talk.exchange.line(echo);
        talk.exchange.end();
    }
}

TEST_CASE("Exchange: marks of two sessions have nothing in common") {
    const auto mark_of = [](Talk& talk) {
        Order order;
        order.kind = Order::Kind::resync;
        talk.exchange.begin(order, &Clock::of, &talk.clock);
        return talk.mark();
    };
    Talk one;
    Talk two;
    const std::string first = mark_of(one);
    const std::string second = mark_of(two);
    CHECK(first != second);
    // The echo of another session's mark is none.
    one.exchange.line(second);
    CHECK(one.exchange.need() == Need::read);
    CHECK(one.talk().dropped() == 1);
    one.exchange.line(first);
    CHECK(one.exchange.need() == Need::done);
}

TEST_CASE("Exchange: a deadline holds for a reply that is owed, too") {
    Talk talk;
    Order within;
    within.deadline = talk.clock.time + 200ms;
    talk.begin(Noop{}, within);
    talk.exchange.nothing();
    talk.sent();
    CHECK(talk.exchange.until() == within.deadline);
    talk.clock.time += 200ms;
    CHECK(thrown_by<AGITimeoutError>([&] { talk.exchange.time_over(); }) ==
          "NOOP: no reply within the deadline");
    talk.exchange.end();
    within.deadline = talk.clock.time + 200ms;
    talk.begin(GetVariable{"X"}, within);
    CHECK(talk.exchange.need() == Need::read);  // the first reply, before anything is sent
    CHECK(talk.exchange.until() == within.deadline);
    CHECK(thrown_by<AGITimeoutError>([&] { talk.exchange.time_over(); }) ==
          "GET VARIABLE \"X\": no reply within the deadline");
    talk.exchange.end();
    talk.begin(GetVariable{"X"});
    talk.exchange.line("200 result=1 (not its own)");
    talk.exchange.nothing();
    CHECK(talk.sent() == "GET VARIABLE \"X\"");
    talk.exchange.line("200 result=1 (its own)");
    CHECK(talk.exchange.result_of(GetVariable{"X"}) == "its own");
}

TEST_CASE("Exchange: times beyond the clock are as good as no deadline") {
    using std::chrono::milliseconds;
    const auto now = std::chrono::steady_clock::now();
    CHECK(wire::deadline_of(Noop{}, milliseconds::max(), now) == no_deadline);
    // Asterisk waits for a key no longer than an int of ms.
    CHECK(wire::deadline_of(GetData{"x", milliseconds::max(), 255}, 1s, now) ==
          now + 1s + 255 * milliseconds{std::numeric_limits<int>::max()});
    CHECK(wire::deadline_of(WaitForDigit{milliseconds::max()}, 1s, now) == no_deadline);
    CHECK(wire::deadline_of(GetData{"x", -1ms}, 1s, now) == no_deadline);
    CHECK(wire::deadline_of(Noop{}, milliseconds::min(), now) == now);
    CHECK(wire::deadline_of(Noop{}, -5s, now) == now);
    CHECK(wire::deadline_of(GetData{"x", 2s, 4}, 1s, now) == now + 9s);
    CHECK(wire::deadline_of(Noop{}, std::chrono::hours{24 * 400}, now) ==
          now + std::chrono::hours{24 * 400});
}

TEST_CASE("Exchange: a command that cannot be stopped takes no other reply for its own") {
    Talk talk;
    SECTION("not sent: an earlier reply is not taken") {
        talk.send(GetVariable{"X"});
        talk.exchange.end();
        talk.begin(GetVariable{"Y"});
        talk.exchange.stop();
        CHECK(talk.exchange.need() == Need::done);
        CHECK(thrown_by<AGIError>([&] { talk.exchange.result_of(GetVariable{"Y"}); }) ==
              "GET VARIABLE \"Y\": stopped, and without a reply");
    }
    SECTION("sent, and its reply was lost: a mark's echo is not taken") {
        talk.send(GetVariable{"Y"});
        talk.exchange.stop();
        talk.exchange.line(talk.mark());
        CHECK(thrown_by<AGIError>([&] { talk.exchange.result_of(GetVariable{"Y"}); }) ==
              "GET VARIABLE \"Y\": stopped, and without a reply");
    }
    SECTION("its own is taken") {
        talk.send(GetVariable{"Y"});
        talk.exchange.stop();
        const std::string echo = talk.mark();
        talk.exchange.line("200 result=1 (its own)");
        talk.exchange.line(echo);
        CHECK(talk.exchange.result_of(GetVariable{"Y"}) == "its own");
    }
}

TEST_CASE("Exchange: stop is asked while a reply is owed, and while the command runs") {
    Talk talk;
    bool wanted = false;
    auto ask = [&] { return wanted; };
    Order until;
    until.stop = wire::stop_check(ask, 20ms);
    talk.begin(GetData{"menu", 1s, 4}, until);
    talk.exchange.nothing();
    talk.sent();
    CHECK(talk.exchange.until() == talk.clock.time + 20ms);
    SECTION("the command is ended without a reply") {
        talk.clock.time += 20ms;
        talk.exchange.time_over();
        CHECK(talk.exchange.need() == Need::read);
        wanted = true;
        talk.clock.time += 20ms;
        talk.exchange.time_over();
        talk.exchange.line(talk.mark());
        CHECK(talk.exchange.result_of(GetData{"menu", 1s, 4}).stopped);
        CHECK(talk.talk().in_step());
    }
    SECTION("it had just ended by itself") {
        wanted = true;
        talk.exchange.time_over();
        const std::string echo = talk.mark();
        talk.exchange.line("200 result=12 (timeout)");
        talk.exchange.line(echo);
        const auto result = talk.exchange.result_of(GetData{"menu", 1s, 4});
        CHECK(result.stopped);
        CHECK(result.digits == "12");
    }
    SECTION("a mark is sent again, and its echo is no reply of the command") {
        wanted = true;
        talk.exchange.time_over();
        const std::string first = talk.mark();
        talk.exchange.time_over();
        const std::string second = talk.mark();
        talk.exchange.line(first);
        talk.exchange.line(second);
        CHECK(talk.exchange.result_of(GetData{"menu", 1s, 4}).stopped);
        CHECK(talk.exchange.result_of(GetData{"menu", 1s, 4}).digits.empty());
    }
    SECTION("a reply that is owed") {
        talk.exchange.end();  // it was left by an exception
        wanted = true;
        talk.begin(GetData{"next"}, until);
        CHECK(talk.exchange.until() == talk.clock.time + 20ms);
        talk.exchange.time_over();
        CHECK(talk.exchange.need() == Need::done);
        CHECK(talk.exchange.result_of(GetData{"next"}).stopped);
        CHECK_FALSE(talk.talk().in_step());
    }
}

TEST_CASE("Exchange: a -1 that may be a hang-up is followed by a question") {
    Talk talk;
    const StreamFile play{"x"};
    talk.send(play);
    talk.exchange.line("200 result=-1 endpos=0");
    REQUIRE(talk.exchange.need() == Need::peek);
    SECTION("the caller is there") {
        talk.exchange.nothing();
        CHECK(talk.sent() == "CHANNEL STATUS");
        talk.exchange.line("200 result=6");
        CHECK(talk.exchange.need() == Need::done);
        CHECK_THROWS_AS(talk.exchange.result_of(play), AGIAppError);
        CHECK(talk.talk().hangup_source() == HangupSource::none);
    }
    SECTION("the call is over") {
        talk.exchange.nothing();
        CHECK(talk.sent() == "CHANNEL STATUS");
        talk.exchange.line("HANGUP");
        talk.exchange.line("511 Command Not Permitted on a dead channel");
        CHECK(thrown_by<AGIResultHangup>([&] { talk.exchange.result_of(play); }) ==
              "STREAM FILE \"x\" \"\": the call is over: reply \"200 result=-1 endpos=0\"");
    }
    SECTION("a HANGUP line is there already: nothing is asked") {
        talk.exchange.line("HANGUP");
        talk.exchange.nothing();
        CHECK(talk.exchange.need() == Need::done);
        CHECK_THROWS_AS(talk.exchange.result_of(play), AGIResultHangup);
    }
    SECTION("the stream closes") {
        talk.exchange.nothing();
        talk.sent();
        CHECK_THROWS_AS(talk.exchange.closed(), AGISIGPIPEHangup);
    }
    SECTION("a stray line is not the answer") {
        talk.exchange.line("511 Command Not Permitted on a dead channel");
        talk.exchange.nothing();
        talk.exchange.line(talk.mark());
        CHECK(talk.sent() == "CHANNEL STATUS");
        talk.exchange.line("200 result=6");
        CHECK_THROWS_AS(talk.exchange.result_of(play), AGIAppError);
    }
}

TEST_CASE("Exchange: when nothing is asked after a -1") {
    SECTION("the option says so") {
        SessionOptions options;
        options.ask_after_failure = false;
        Talk talk{std::move(options)};
        talk.send(StreamFile{"x"});
        talk.exchange.line("200 result=-1 endpos=0");
        CHECK(talk.exchange.need() == Need::done);
        CHECK_THROWS_AS(talk.exchange.result_of(StreamFile{"x"}), AGIAppError);
    }
    SECTION("the reply itself is certain") {
        Talk talk;
        const RecordFile record{"x", "wav", "#", 5s};
        talk.send(record);
        talk.exchange.line("200 result=-1 (hangup) endpos=800");
        CHECK(talk.exchange.need() == Need::done);
        CHECK_NOTHROW(talk.exchange.result_of(record));
        CHECK(talk.talk().hangup_source() == HangupSource::reply);
    }
    SECTION("the command needs no channel") {
        Talk talk;
        talk.send(Exec{"Hangup"});
        talk.exchange.line("200 result=-1");
        CHECK(talk.exchange.need() == Need::done);
    }
}

TEST_CASE("Exchange: how a hang-up is learnt, and told once") {
    std::vector<HangupSource> told;
    SessionOptions options;
    options.on_hangup = [&](HangupSource source) { told.push_back(source); };
    Talk talk{std::move(options)};
    talk.send(Answer{});
    talk.exchange.line("511 Command Not Permitted on a dead channel");
    CHECK_THROWS_AS(talk.exchange.result_of(Answer{}), AGIDeadChannelError);
    talk.exchange.end();
    talk.exchange.conversation().note_hangup(HangupSource::signal);
    CHECK(talk.talk().hangup_source() == HangupSource::dead_channel);
    CHECK(told == std::vector<HangupSource>{HangupSource::dead_channel});
}

TEST_CASE("Exchange: the peer closes") {
    Talk talk;
    SECTION("before the request") {
        talk.begin(Noop{});
        CHECK(thrown_by<AGISIGPIPEHangup>([&] { talk.exchange.closed(); }) ==
              "NOOP: not sent, the stream is closed");
    }
    SECTION("before the reply") {
        talk.send(Noop{});
        CHECK(thrown_by<AGISIGPIPEHangup>([&] { talk.exchange.closed(); }) ==
              "NOOP: the stream closed before the reply");
    }
    SECTION("in the reply") {
        talk.send(GetVariable{"X"});
        CHECK(thrown_by<AGIUnknownError>([&] { talk.exchange.closed("200 result=1 (a"); }) ==
              "GET VARIABLE \"X\": the stream closed in the middle of the reply: reply "
              "\"200 result=1 (a\"");
    }
    SECTION("in a HANGUP line") {
        talk.send(Noop{});
        CHECK_THROWS_AS(talk.exchange.closed("HANGUP"), AGISIGPIPEHangup);
        CHECK(talk.talk().hangup_source() == HangupSource::hangup_line);
    }
    SECTION("when the request is written") {
        talk.begin(Noop{});
        talk.exchange.nothing();
        CHECK_THROWS_AS(talk.exchange.write_closed(), AGISIGPIPEHangup);
    }
    talk.exchange.end();
    CHECK(talk.talk().state() == State::closed);
    CHECK(thrown_by<AGISIGPIPEHangup>([&] { talk.begin(Noop{}); }) ==
          "NOOP: not sent, the stream is closed");
    Order resync;
    resync.kind = Order::Kind::resync;
    CHECK_THROWS_AS(talk.exchange.begin(resync), AGISIGPIPEHangup);
}

TEST_CASE("Exchange: a write that fails in the middle, and one that was never begun") {
    Talk talk;
    talk.begin(Noop{});
    talk.exchange.nothing();
    SECTION("in the middle: nothing more can be sent") {
        talk.exchange.write_failed();
        talk.exchange.end();
        CHECK(talk.talk().state() == State::out_of_step);
        CHECK(thrown_by<AGIError>([&] { talk.begin(Noop{}); }) ==
              "NOOP: not sent, an earlier request may have been sent in part");
    }
    SECTION("never begun: the next one goes") {
        talk.exchange.write_cancelled();
        talk.exchange.end();
        CHECK(talk.talk().state() == State::ready);
        talk.begin(Noop{});
        talk.exchange.nothing();
        talk.exchange.line(talk.mark());
        CHECK(talk.sent() == "NOOP");
    }
}

TEST_CASE("Exchange: a mark that is not sent leaves what is owed as it is") {
    Talk talk;
    talk.send(GetVariable{"X"});
    talk.exchange.stop();
    REQUIRE(talk.exchange.need() == Need::write);
    talk.exchange.write_cancelled();
    talk.exchange.end();
    CHECK(talk.talk().state() == State::awaiting);
    talk.begin(Noop{});
    const std::string echo = talk.mark();
    talk.exchange.line("200 result=1 (the owed one)");
    talk.exchange.line(echo);
    CHECK(talk.sent() == "NOOP");
}

TEST_CASE("Exchange: a line that was lost ends the reply, and is no other's") {
    Talk talk;
    talk.send(GetVariable{"X"});
    CHECK(thrown_by<AGIUnknownError>([&] { talk.exchange.lost_line("too long"); }) ==
          "GET VARIABLE \"X\": too long");
    talk.exchange.end();
    CHECK_FALSE(talk.talk().in_step());
    talk.begin(Noop{});
    talk.exchange.lost_line("too long");  // an unasked one
    talk.exchange.nothing();
    const std::string echo = talk.mark();
    talk.exchange.lost_line("too long");  // it would have been dropped
    talk.exchange.line(echo);
    CHECK(talk.sent() == "NOOP");
}

TEST_CASE("Exchange: an owed reply that is lost is not waited for") {
    Talk talk;
    talk.send(GetVariable{"X"});
    talk.exchange.end();
    talk.begin(Noop{});
    REQUIRE(talk.exchange.need() == Need::read);
    talk.exchange.lost_line("too long");
    REQUIRE(talk.exchange.need() == Need::peek);
    talk.exchange.nothing();
    talk.exchange.line(talk.mark());
    CHECK(talk.sent() == "NOOP");
}

TEST_CASE("Exchange: a request has no more bytes than this Asterisk takes") {
    const auto [version, most] = GENERATE(table<std::string, std::size_t>(
        {{"22.10.1", 8190}, {"16.28.0", 2046}, {"no version", 2046}}));
    CAPTURE(version);
    Talk talk{{}, version};
    CHECK(talk.talk().line_limit() == most);
    CHECK_NOTHROW(talk.send(Noop{std::string(most - 7, 'x')}));
    talk.exchange.line("200 result=0");
    talk.exchange.end();
    CHECK_THROWS_AS(talk.begin(Noop{std::string(most - 6, 'x')}), AGIArgumentError);
    CHECK(talk.talk().in_step());
}

TEST_CASE("Exchange: what a policy refuses is not sent, unless it is for after a hang-up") {
    SessionOptions options;
    options.hangup_policy = HangupPolicy::throw_at_command;
    Talk talk{std::move(options)};
    CHECK_NOTHROW(talk.send(Noop{}));
    talk.exchange.line("HANGUP");
    talk.exchange.line("200 result=0");
    talk.exchange.end();
    CHECK_THROWS_AS(talk.begin(Noop{}), AGIResultHangup);
    Order urgent;
    urgent.request = "NOOP";
    urgent.urgency = Urgency::after_hangup;
    CHECK_NOTHROW(talk.exchange.begin(urgent));
    talk.exchange.end();
    talk.exchange.conversation().refuse(std::make_exception_ptr(std::logic_error{"stop"}));
    CHECK(thrown_by<std::logic_error>([&] { talk.begin(Noop{}); }) == "stop");
    CHECK_NOTHROW(talk.exchange.begin(urgent));
}

TEST_CASE("Exchange: on_reply counts the replies to commands, and nothing else") {
    using Steady = std::chrono::steady_clock;
    int replies = 0;
    std::chrono::nanoseconds took{-1};
    SessionOptions options;
    options.on_reply = [&](std::chrono::nanoseconds time) {
        took = time;
        ++replies;
    };
    Talk talk{std::move(options)};
    const auto before_write = Steady::now();
    talk.send(StreamFile{"x"});
    const auto after_write = Steady::now();
    CHECK(replies == 0);
    while (Steady::now() == after_write) {
    }
    const auto before_line = Steady::now();
    talk.exchange.line("200 result=-1 endpos=0");
    CHECK(replies == 1);
    CHECK(took >= before_line - after_write);
    CHECK(took <= Steady::now() - before_write);
    talk.exchange.nothing();
    talk.sent();
    talk.exchange.line("200 result=6");
    talk.exchange.end();
    Order resync;
    resync.kind = Order::Kind::resync;
    talk.exchange.begin(resync, &Clock::of, &talk.clock);
    talk.exchange.line(talk.mark());
    talk.exchange.end();
    CHECK(replies == 1);
}

TEST_CASE("Exchange: takes what has come when nothing runs") {
    Talk talk;
    Order look;
    look.kind = Order::Kind::look;
    talk.exchange.begin(look);
    CHECK(talk.exchange.need() == Need::poll);
    SECTION("a HANGUP") {
        talk.exchange.line("HANGUP");
        talk.exchange.nothing();
        CHECK(talk.talk().hangup_source() == HangupSource::hangup_line);
        CHECK(talk.talk().in_step());
    }
    SECTION("the end") {
        talk.exchange.closed();
        CHECK(talk.talk().hangup_source() == HangupSource::closed_stream);
    }
    SECTION("something else") {
        talk.exchange.line("junk");
        talk.exchange.nothing();
        CHECK(talk.talk().hangup_source() == HangupSource::none);
        CHECK_FALSE(talk.talk().in_step());
    }
    CHECK(talk.exchange.need() == Need::done);
}

TEST_CASE("Exchange: a secret is in no error") {
    Talk talk;
    const Secret secret{SetVariable{"CARD", "4111"}};
    talk.send(secret);
    talk.exchange.line(GENERATE("510 Invalid or unknown command", "garbage", "200", "garbage 4111",
                                "510 Invalid or unknown command 4111", "200 4111",
                                "511 Command Not Permitted on a dead channel"));
    const std::string what = thrown_by<AGIException>([&] { talk.exchange.result_of(secret); });
    CHECK(what.find("4111") == std::string::npos);
    CHECK(what.find("SET VARIABLE *** ***") == 0);
}

TEST_CASE("Exchange: while the channel is asked for, no time for a stop is left to wait for") {
    Talk talk;
    auto ask = [] { return true; };
    Order until;
    until.stop = wire::stop_check(ask, 20ms);
    talk.begin(StreamFile{"x"}, until);
    talk.exchange.nothing();
    talk.sent();
    CHECK(talk.exchange.until());
    talk.exchange.line("200 result=-1 endpos=0");
    talk.exchange.nothing();
    CHECK(talk.sent() == "CHANNEL STATUS");
    CHECK_FALSE(talk.exchange.until());
    talk.exchange.stop();
    CHECK(talk.exchange.need() == Need::read);
    talk.exchange.line("200 result=6");
    CHECK(talk.exchange.need() == Need::done);
}

TEST_CASE("Exchange: the marks in front of that question are not stopped either") {
    Talk talk;
    talk.send(StreamFile{"x"});
    talk.exchange.line("200 result=-1 endpos=0");
    talk.exchange.nothing(true);
    const std::string echo = talk.mark();
    talk.exchange.stop();
    CHECK(talk.exchange.need() == Need::read);
    talk.exchange.line(echo);
    CHECK(talk.sent() == "CHANNEL STATUS");
    talk.exchange.line("200 result=6");
    CHECK(thrown_by<AGIAppError>([&] {
              talk.exchange.result_of(StreamFile{"x"});
          }).find("STREAM FILE") == 0);
    talk.exchange.line("200 result=6");
    CHECK(talk.exchange.need() == Need::done);
}

TEST_CASE("Exchange: a line lost in an owed usage block does not end the block") {
    Talk talk;
    Order resync;
    resync.kind = Order::Kind::resync;
    talk.exchange.begin(resync, &Clock::of, &talk.clock);
    talk.exchange.line(talk.mark());
    talk.exchange.end();
    talk.send(Noop{});
    talk.exchange.line("520-Invalid command syntax.  Proper usage follows:");
    talk.exchange.end();  // it was left by an exception
    talk.begin(GetVariable{"X"});
    talk.exchange.lost_line("too long");
    CHECK(talk.exchange.need() == Need::read);
    talk.exchange.line("520 End of proper usage.");
    CHECK((talk.exchange.need() == Need::peek || talk.exchange.need() == Need::poll));
    talk.exchange.nothing();
    talk.exchange.line(talk.mark());
    CHECK(talk.sent() == "GET VARIABLE \"X\"");
    talk.exchange.line("200 result=1 (its own)");
    CHECK(talk.exchange.result_of(GetVariable{"X"}) == "its own");
}

TEST_CASE(
    "Exchange: a mark's echo of a peer that ends its lines with CRLF, or that is no Asterisk") {
    Talk talk;
    Order resync;
    resync.kind = Order::Kind::resync;
    talk.exchange.begin(resync, &Clock::of, &talk.clock);
    const std::string echo = talk.mark();
    // The text of the mark in a line of another kind is no echo.
    CHECK_NOTHROW(talk.exchange.line("200 result=2 " + echo.substr(13)));
    CHECK(talk.exchange.need() == Need::read);
    talk.exchange.line(echo + '\r');
    CHECK(talk.exchange.need() == Need::done);
    CHECK(talk.talk().in_step());
}
