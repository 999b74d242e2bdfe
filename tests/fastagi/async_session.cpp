// SPDX-License-Identifier: MIT
// AsyncSession with callbacks, over sockets and over a stream that is none.

#include "catch.hpp"
#include "fastagi/dialogue.hpp"
#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

using namespace agi;
using namespace agi::fastagi;
using namespace fastagi_tests;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

using Lines = std::vector<std::string>;

#define STREAMS TcpSocket, LocalSocket, Layer<>

TEMPLATE_TEST_CASE("AsyncSession: reads the environment, however it comes", "", STREAMS) {
    const std::size_t piece = GENERATE(std::size_t{1}, std::size_t{3}, std::size_t{1000});
    const std::string text = "agi_request: x\nagi_channel: SIP/1\nagi_version: 22.10.1\n\n";
    Dialogue<TestType> talk;
    Ended<> started;
    talk.session.async_start(talk.into(started));
    for (std::size_t at = 0; at < text.size(); at += piece) {
        talk.poll();
        CHECK(started.times == 0);
        talk.give(text.substr(at, piece));
    }
    CHECK(started.times == 1);
    CHECK(told(started.error).empty());
    CHECK(talk.session.environment().channel() == "SIP/1");
    CHECK(talk.session.in_step());
    CHECK(talk.session.state() == Conversation::State::ready);
    CHECK(talk.session.server().line_limit() == 8190);
}

TEST_CASE("AsyncSession: a stream that is made in place, and given its connection later") {
    net::io_context context;
    LocalSocket peer{context};
    AsyncSession<LocalSocket> session{std::in_place, SessionOptions{}, context};
    CHECK_FALSE(session.stream().is_open());
    net::local::connect_pair(session.stream(), peer);
    session.stream().non_blocking(true);

    std::exception_ptr error;
    session.async_start([&](std::exception_ptr failed) { error = std::move(failed); });
    net::write(peer, net::buffer(std::string{"agi_channel: SIP/1\n\n"}));
    context.run();
    CHECK_FALSE(error);
    CHECK(session.environment().channel() == "SIP/1");
}

TEMPLATE_TEST_CASE("AsyncSession: a command and its result", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<GetData::Result> data;
    const GetData ask{"pin", 5s, 4};
    talk.session.async_execute(ask, talk.into(data));
    CHECK(data.times == 0);
    CHECK(talk.peer.line() == "GET DATA \"pin\" 5000 4");
    for (const char c : std::string{"200 result=12 (timeout)\n"}) {
        CHECK(data.times == 0);
        talk.give({&c, 1});
    }
    REQUIRE(data.result);
    CHECK(data.result->digits == "12");
    CHECK(data.result->timed_out);

    Ended<> answered;
    const Answer answer;
    talk.session.async_execute(answer, talk.into(answered));
    talk.give("200 result=0\n");
    CHECK(answered.times == 1);
    CHECK(told(answered.error).empty());
}

TEMPLATE_TEST_CASE("AsyncSession: nothing completes before its initiation has returned", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    Ended<> ended;
    SECTION("all of it is there already") {
        talk.send("agi_request: x\n\n");
        talk.session.async_start(talk.into(ended));
        CHECK(ended.times == 0);
        talk.poll();
        CHECK(told(ended.error).empty());
    }
    SECTION("it cannot be sent") {
        talk.start();
        const Noop command{std::string(9000, 'x')};
        talk.session.async_execute(command, talk.into(ended));
        CHECK(ended.times == 0);
        talk.poll();
        CHECK_THAT(told(ended.error), ContainsSubstring("AGIArgumentError"));
        CHECK(talk.session.in_step());
    }
    SECTION("it has no reply") {
        talk.start();
        const Failure command;
        talk.session.async_execute(command, talk.into(ended));
        CHECK(ended.times == 0);
        talk.poll();
        CHECK(told(ended.error).empty());
        CHECK(talk.peer.line() == "failure");
        CHECK(talk.session.state() == Conversation::State::closed);
    }
    CHECK(ended.times == 1);
}

TEMPLATE_TEST_CASE("AsyncSession: the stream closes at any point", "", STREAMS) {
    const std::string environment = "agi_request: x\n\n";
    const std::string text = environment + "HANGUP\n200 result=1 (ab\ncd)\n";
    const std::size_t size = GENERATE_COPY(range(std::size_t{0}, text.size() + 1));
    CAPTURE(size);
    Dialogue<TestType> talk;
    Ended<> started;
    talk.session.async_start(talk.into(started));
    talk.give(text.substr(0, std::min(size, environment.size())));
    if (size < environment.size()) {
        talk.close();
        CHECK(started.times == 1);
        CHECK_THAT(told(started.error), ContainsSubstring("AGISIGPIPEHangup"));
        return;
    }
    REQUIRE(started.times == 1);
    Ended<std::optional<std::string>> value;
    const GetVariable get{"X"};
    talk.session.async_execute(get, talk.into(value));
    talk.poll();
    CHECK(talk.peer.line() == "GET VARIABLE \"X\"");
    talk.send(text.substr(environment.size(), size - environment.size()));
    talk.close();
    CHECK(value.times == 1);
    if (size == text.size()) {
        CHECK(told(value.error).empty());
        CHECK(value.result->value() == "ab\ncd");
        CHECK(talk.session.hangup_source() == HangupSource::hangup_line);
    } else {
        CHECK(value.error);
        CHECK(talk.session.hung_up());
        CHECK(talk.session.state() == Conversation::State::closed);
    }
    // The end stays the end.
    Ended<> noop;
    const Noop next;
    for (int i = 0; i < 2; ++i) {
        talk.session.async_execute(next, talk.into(noop));
        talk.poll();
        CHECK_THAT(told(noop.error), ContainsSubstring("AGISIGPIPEHangup"));
    }
    CHECK(noop.times == 2);
}

TEMPLATE_TEST_CASE("AsyncSession: a peer that is gone, whichever way it is learnt", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    talk.reset();
    Ended<> ended;
    const Answer answer;
    for (int i = 1; i <= 3; ++i) {
        talk.session.async_execute(answer, talk.into(ended));
        talk.poll();
        CHECK(ended.times == i);
        CHECK_THAT(told(ended.error), ContainsSubstring("AGISIGPIPEHangup"));
    }
    CHECK(talk.session.hangup_source() == HangupSource::closed_stream);
}

TEMPLATE_TEST_CASE("AsyncSession: a line over the limit is an error, and then in step", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<> ended;
    const Answer answer;
    talk.session.async_execute(answer, talk.into(ended));
    const std::string part(10'000, '2');
    int parts = 0;
    for (; ended.times == 0 && parts < 1000; ++parts) talk.give(part);
    CHECK(parts == 105);  // 1 MiB
    CHECK_THAT(told(ended.error), ContainsSubstring("ANSWER: a line is longer than 1048576 bytes"));
    Ended<std::optional<std::string>> value;
    const GetVariable get{"X"};
    talk.session.async_execute(get, talk.into(value));
    for (parts = 0; parts < 200; ++parts) talk.give(part);
    talk.give("\n");
    CHECK(talk.request() == "ANSWER");
    CHECK(talk.request() == "GET VARIABLE \"X\"");
    talk.give("200 result=1 (its own)\n");
    CHECK(value.times == 1);
    CHECK(value.result->value_or("none") == "its own");
}

TEMPLATE_TEST_CASE("AsyncSession: a line of the environment is held up to its limit only", "",
                   STREAMS) {
    SessionOptions options;
    options.environment.line = 2000;
    Dialogue<TestType> talk{std::move(options)};
    Ended<> started;
    talk.session.async_start(talk.into(started));
    const std::string part(100, 'a');
    int parts = 0;
    while (started.times == 0 && parts < 1000) {
        talk.give(part);
        ++parts;
    }
    CHECK(parts == 21);
    CHECK_THAT(told(started.error), ContainsSubstring("environment: a line is longer than 2000"));
}

TEMPLATE_TEST_CASE("AsyncSession: a request that does not fit into the window is sent in parts", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    const net::socket_base::send_buffer_size small{1};
    error_code ignored;
    talk.session.stream().lowest_layer().set_option(small, ignored);
    // Requests are written and not read, and yet answered.
    Ended<> ended;
    const Noop command{std::string(8000, 'x')};
    const std::string expected{command.request().view()};
    int sent = 0;
    do {
        talk.session.async_execute(command, talk.into(ended));
        talk.poll();
        talk.give("200 result=0\n");
        ++sent;
    } while (ended.times == sent && sent < 10'000);
    REQUIRE(ended.times == sent - 1);  // the last one waits for the peer to read
    for (int i = 0; i < sent; ++i) {
        CHECK(eventually([&] {
            talk.poll();
            return talk.peer.has_line();
        }));
        CHECK(talk.peer.line() == expected);
    }
    talk.poll();
    CHECK(ended.times == sent);
    CHECK(told(ended.error).empty());
}

TEMPLATE_TEST_CASE("AsyncSession: raw lines, whatever the reply says", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<Reply> ended;
    talk.session.async_send("FOO bar", talk.into(ended));
    CHECK(talk.peer.line() == "FOO bar");
    talk.give(
        "520-Invalid command syntax.  Proper usage follows:\nab\ncd520 End of proper usage.\n");
    REQUIRE(ended.result);
    CHECK(ended.result->code() == 520);
    CHECK(ended.result->usage() == "ab\ncd");
    talk.session.async_send("NOOP\nEXEC System", talk.into(ended));
    talk.poll();
    CHECK_THAT(told(ended.error), ContainsSubstring("AGIArgumentError"));
}

TEMPLATE_TEST_CASE("AsyncSession: resync drops what is owed, and ends what runs", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<> first;
    Ended<> synced;
    const Answer answer;
    talk.session.async_execute(answer, talk.into(first));
    CHECK(talk.peer.line() == "ANSWER");
    talk.poll();
    talk.session.stream().lowest_layer().cancel();
    talk.poll();
    CHECK_THAT(told(first.error), ContainsSubstring("ANSWER: cancelled, the reply is still owed"));
    CHECK_FALSE(talk.session.in_step());
    talk.session.async_resync(talk.into(synced));
    const std::string echo = talk.echo();
    talk.give("200 result=-1\nHANGUP\n" + echo.substr(0, 20));
    CHECK(synced.times == 0);
    talk.give(echo.substr(20));
    talk.echo_more_marks();
    CHECK(synced.times == 1);
    CHECK(told(synced.error).empty());
    CHECK(talk.session.in_step());
    CHECK(talk.session.hangup_source() == HangupSource::hangup_line);
}

TEMPLATE_TEST_CASE("AsyncSession: a reply that is owed is dropped by the next command", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<> first;
    const Answer answer;
    talk.session.async_execute(answer, talk.into(first));
    CHECK(talk.peer.line() == "ANSWER");
    talk.poll();
    talk.session.stream().lowest_layer().cancel();
    talk.poll();
    REQUIRE(first.times == 1);
    Ended<std::optional<std::string>> value;
    const GetVariable get{"X"};
    talk.session.async_execute(get, talk.into(value));
    talk.poll();
    SECTION("it comes") {
        talk.give("HANGUP\n200 res");
        talk.give("ult=-1\n");
        CHECK(value.times == 0);
        CHECK(talk.peer.line() == "GET VARIABLE \"X\"");
        talk.give("200 result=1 (its own)\n");
        CHECK(value.result == std::optional<std::string>{"its own"});
    }
    SECTION("the stream ends instead") {
        talk.close();
        CHECK_THAT(told(value.error), ContainsSubstring("AGISIGPIPEHangup"));
    }
    SECTION("that is cancelled too") {
        talk.poll();
        talk.session.stream().lowest_layer().cancel();
        talk.poll();
        CHECK_THAT(told(value.error), ContainsSubstring("GET VARIABLE \"X\": cancelled"));
        talk.session.async_execute(get, talk.into(value));
        talk.give("200 result=-1\n");
        CHECK(talk.peer.line() == "GET VARIABLE \"X\"");
        talk.give("200 result=0\n");
        CHECK(value.times == 2);
        REQUIRE(value.result);
        CHECK_FALSE(value.result->has_value());
    }
}

TEMPLATE_TEST_CASE("AsyncSession: a request waits until it fits, and goes in parts if need be", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    const int fd = talk.session.stream().lowest_layer().native_handle();
    // As small as can be: less than the request.
    const int size = 1;
    REQUIRE(::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) == 0);
    const std::size_t filled = fill(fd);
    const std::string request = "NOOP \"" + std::string(8000, 'n') + '"';
    const Noop noop{std::string(8000, 'n')};
    Ended<> ended;
    talk.session.async_execute(noop, talk.into(ended));
    talk.poll();
    CHECK(ended.times == 0);
    SECTION("it fits at last") {
        std::string came;
        std::size_t parts = 0;
        const bool complete = eventually([&] {
            const std::size_t before = came.size();
            came += talk.peer.read_some(1000);
            talk.poll();
            if (before >= filled && came.size() > before) ++parts;
            return came.size() == filled + request.size() + 1;
        });
        CHECK(complete);
        CHECK(parts > 1);
        CHECK(came.compare(0, filled, std::string(filled, 'x')) == 0);
        CHECK(came.compare(filled, std::string::npos, request + '\n') == 0);
        CHECK(ended.times == 0);
        talk.give("200 result=0\n");
        CHECK(ended.times == 1);
        CHECK(told(ended.error).empty());
        CHECK(talk.session.in_step());
    }
    SECTION("nobody wants it") {
        talk.reset();
        CHECK(ended.times == 1);
        CHECK_THAT(told(ended.error), ContainsSubstring("AGISIGPIPEHangup"));
        CHECK_THAT(told(ended.error), ContainsSubstring("NOOP"));
    }
    SECTION("it is cancelled") {
        talk.session.stream().lowest_layer().cancel();
        talk.poll();
        CHECK(ended.times == 1);
        CHECK_THAT(told(ended.error), ContainsSubstring("cancelled"));
        CHECK_FALSE(talk.session.in_step());
        // How much a layer has sent is not known.
        const bool layer = std::is_same_v<TestType, Layer<>>;
        CHECK(talk.session.state() ==
              (layer ? Conversation::State::out_of_step : Conversation::State::ready));
    }
}

TEMPLATE_TEST_CASE("AsyncSession: an interrupt ends the wait, also one that was just over", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<> ended;
    const Answer answer;
    talk.session.async_execute(answer, talk.into(ended));
    CHECK(talk.peer.line() == "ANSWER");
    // A wait is over at once, with a line that is no reply.
    if (GENERATE(false, true)) talk.send("HANGUP\n");
    talk.poll_one();
    talk.session.channel().interrupt(std::make_exception_ptr(AGITimeoutError("ANSWER", "late")));
    talk.poll();
    CHECK(ended.times == 1);
    CHECK_THAT(told(ended.error), ContainsSubstring("AGITimeoutError"));
    // It is over with that command.
    Ended<> synced;
    talk.session.async_resync(talk.into(synced));
    talk.give("200 result=0\n" + talk.echo());
    talk.echo_more_marks();
    CHECK(synced.times == 1);
    CHECK(told(synced.error).empty());
}

TEMPLATE_TEST_CASE("AsyncSession: an interrupt counts, also when a deadline was just over", "",
                   LocalSocket, TcpSocket) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<> ended;
    const Noop noop;
    talk.session.async_execute_within(noop, 0ms, talk.into(ended));
    CHECK(talk.peer.line() == "NOOP");
    talk.poll_one();  // the deadline's timer
    REQUIRE(ended.times == 0);
    talk.session.channel().interrupt(
        std::make_exception_ptr(AGIException{"ANY", "the server is stopping"}));
    talk.poll();
    CHECK(ended.times == 1);
    CHECK_THAT(told(ended.error), ContainsSubstring("the server is stopping"));
}

TEMPLATE_TEST_CASE("AsyncSession: an interrupt where nothing runs changes nothing", "", LocalSocket,
                   TcpSocket) {
    Dialogue<TestType> talk;
    talk.start();
    bool woken = false;
    talk.session.stream().async_wait(TestType::wait_read,
                                     [&](const wire::error_code& /*error*/) { woken = true; });
    talk.session.channel().interrupt(std::make_exception_ptr(AGIException{"ANY", "stop"}));
    talk.poll();
    CHECK_FALSE(woken);
    Ended<> ended;
    const Noop noop;
    talk.session.async_execute(noop, talk.into(ended));
    talk.give("200 result=0\n");
    CHECK(told(ended.error).empty());
}

TEMPLATE_TEST_CASE("AsyncSession: hung_up looks for the end itself", "", LocalSocket, TcpSocket) {
    Dialogue<TestType> talk;
    talk.start();
    CHECK_FALSE(talk.session.hung_up());
    talk.close();
    CHECK(talk.session.hung_up());
    CHECK(talk.session.state() == Conversation::State::closed);
    Ended<> ended;
    const Noop noop;
    talk.session.async_execute(noop, talk.into(ended));
    talk.poll();
    CHECK_THAT(told(ended.error), ContainsSubstring("NOOP: not sent, the stream is closed"));
}

TEMPLATE_TEST_CASE("AsyncSession: hung_up may be asked while an operation runs", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<> ended;
    const Noop noop;
    talk.session.async_execute(noop, talk.into(ended));
    talk.poll();
    CHECK(talk.peer.line() == "NOOP");
    CHECK_FALSE(talk.session.hung_up());
    talk.give("HANGUP\n");
    CHECK(talk.session.hung_up());
    talk.give("200 result=0\n");
    CHECK(ended.times == 1);
    CHECK(told(ended.error).empty());
}

TEST_CASE("AsyncSession: of a layer it is not known whether more waits than filled the buffer") {
    Dialogue<Layer<>> talk;
    talk.start();
    Ended<> ended;
    const Noop noop;
    talk.session.async_execute(noop, talk.into(ended));
    talk.poll();
    CHECK(talk.peer.line() == "NOOP");
    const std::string reply = "200 result=0\n";
    talk.give(std::string(1024 - reply.size(), '\n') + reply);
    REQUIRE(ended.times == 1);
    talk.session.async_execute(noop, talk.into(ended));
    talk.poll();
    talk.give(talk.echo());
    CHECK(talk.peer.line() == "NOOP");
    talk.give(reply);
    CHECK(ended.times == 2);
    CHECK(talk.session.in_step());
}

TEMPLATE_TEST_CASE("AsyncSession: a stop is for all commands but those after a hang-up", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    talk.session.channel().exchange().conversation().refuse(
        std::make_exception_ptr(AGIException{"ANY", "the server is stopping"}));
    Ended<> ended;
    const Answer answer;
    const Noop note;
    for (int i = 1; i <= 2; ++i) {
        talk.session.async_execute(answer, talk.into(ended));
        talk.poll();
        CHECK(ended.times == i);
        CHECK_THAT(told(ended.error), ContainsSubstring("the server is stopping"));
        Ended<> late;
        talk.session.async_execute_after_hangup(note, talk.into(late));
        CHECK(talk.peer.line() == "NOOP");
        talk.give("HANGUP\n");
        talk.give("200 result=0\n");
        CHECK(late.times == 1);
        CHECK(told(late.error).empty());
    }
}

TEMPLATE_TEST_CASE("AsyncSession: HangupPolicy", "", STREAMS) {
    SessionOptions options;
    options.hangup_policy = HangupPolicy::throw_at_command;
    int told_of_hangup = 0;
    options.on_hangup = [&](HangupSource source) {
        CHECK(source == HangupSource::hangup_line);
        ++told_of_hangup;
    };
    Dialogue<TestType> talk{std::move(options)};
    talk.start();
    Ended<> ended;
    const Noop noop;
    talk.session.async_execute(noop, talk.into(ended));
    talk.give("HANGUP\n200 result=0\n");
    CHECK(told(ended.error).empty());
    talk.session.async_execute(noop, talk.into(ended));
    talk.poll();
    CHECK_THAT(told(ended.error), ContainsSubstring("AGIResultHangup"));
    talk.session.async_execute_after_hangup(noop, talk.into(ended));
    talk.give("200 result=0\n");
    CHECK(ended.times == 3);
    CHECK(told(ended.error).empty());
    CHECK(told_of_hangup == 1);
}

TEMPLATE_TEST_CASE("AsyncSession: traces lines, and not what is secret", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Lines lines;
    talk.session.trace([&](Direction direction, std::string_view line) {
        lines.push_back((direction == Direction::sent ? "> " : "< ") + std::string{line});
    });
    Ended<GetData::Result> data;
    const Secret ask{GetData{"pin", 5s, 4}};
    talk.session.async_execute(ask, talk.into(data));
    talk.poll();
    talk.session.stream().lowest_layer().cancel();
    talk.poll();
    Ended<> ended;
    const Noop noop;
    talk.session.async_execute(noop, talk.into(ended));
    talk.give("200 result=1234\n");
    talk.give("200 result=0\n");
    CHECK(told(ended.error).empty());
    CHECK(lines ==
          Lines{"> GET DATA *** *** ***", "< 200 result=****", "> NOOP", "< 200 result=0"});
}

TEMPLATE_TEST_CASE("AsyncSession: a trace that throws leaves the session in order", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    const Direction when = GENERATE(Direction::sent, Direction::received);
    talk.session.trace([&](Direction direction, std::string_view) {
        if (direction == when) throw std::runtime_error{"disk full"};
    });
    Ended<> ended;
    const Answer answer;
    talk.session.async_execute(answer, talk.into(ended));
    talk.poll();
    talk.give("200 result=-1\n");
    CHECK(ended.times == 1);
    CHECK(told(ended.error) == "not of AGI: disk full");
    talk.session.trace({});
    Ended<std::optional<std::string>> value;
    const GetVariable get{"X"};
    talk.session.async_execute(get, talk.into(value));
    talk.poll();
    CHECK(talk.request() == "ANSWER");
    CHECK(talk.request() == "GET VARIABLE \"X\"");
    talk.give("200 result=1 (its own)\n");
    CHECK(value.result == std::optional<std::string>{"its own"});
}

TEMPLATE_TEST_CASE("AsyncSession: a reply that says hang-up", "", STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    Ended<RecordFile::Result> ended;
    const RecordFile record{"x"};
    talk.session.async_execute(record, talk.into(ended));
    talk.give("200 result=0 (hangup) endpos=800\n");
    CHECK(ended.result);
    CHECK(talk.session.hangup_source() == HangupSource::reply);
}

#if ASIO_VERSION >= 101900
TEMPLATE_TEST_CASE("AsyncSession: a cancellation counts, also when the wait was just over", "",
                   STREAMS) {
    Dialogue<TestType> talk;
    talk.start();
    if (GENERATE(false, true)) talk.send("HANGUP\n");
    net::cancellation_signal cancel;
    Ended<> ended;
    const Answer answer;
    talk.session.async_execute(answer,
                               net::bind_cancellation_slot(cancel.slot(), talk.into(ended)));
    CHECK(talk.peer.line() == "ANSWER");
    talk.poll_one();
    cancel.emit(net::cancellation_type::terminal);
    talk.poll();
    CHECK(ended.times == 1);
    CHECK_THAT(told(ended.error), ContainsSubstring("cancelled, the reply is still owed"));
}
#endif
