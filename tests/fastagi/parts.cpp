// SPDX-License-Identifier: MIT
// The small parts: counters, deadline, log lines, inherited sockets, AsioStream.

#include "catch.hpp"
#include "fastagi/dialogue.hpp"
#include <agi/asio/asio_stream.hpp>
#include <agi/asio/deadline.hpp>
#include <agi/command/call.hpp>
#include <agi/command/program.hpp>
#include <agi/fastagi/counters.hpp>
#include <agi/fastagi/options.hpp>
#include <agi/fastagi/prometheus.hpp>
#include <agi/fastagi/socket_activation.hpp>
#include <agi/session/session.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace agi;
using namespace agi::fastagi;
using namespace fastagi_tests;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("Gauge: counts while it lives") {
    Counters counters;
    {
        Gauge one{counters.active};
        Gauge other = std::move(one);
        CHECK(counters.active == 1);
        one = std::move(other);
        CHECK(counters.active == 1);
        one = {};
        CHECK(counters.active == 0);
        const auto allowed = Gauge::below(1, counters.active);
        CHECK(allowed);
        CHECK_FALSE(Gauge::below(1, counters.active));
        CHECK(counters.active == 1);
    }
    CHECK(counters.active == 0);
}

TEST_CASE(
    "Gauge: one that is refused is never counted, so that no other thread is refused for it") {
    Counters counters;
    const auto held = Gauge::below(1, counters.active);
    std::atomic<bool> done{false};
    std::atomic<int> taken{0};
    std::thread refused{[&] {
        for (int i = 0; i < 200'000; ++i) taken += Gauge::below(1, counters.active) ? 1 : 0;
        done = true;
    }};
    int over = 0;
    while (!done) over += counters.active > 1 ? 1 : 0;
    refused.join();
    CHECK(over == 0);
    CHECK(taken == 0);
}

TEST_CASE("Counters: each outcome") {
    Counters counters;
    for (const Outcome outcome :
         {Outcome::success, Outcome::hung_up, Outcome::failed, Outcome::stopped, Outcome::not_found,
          Outcome::busy, Outcome::stopping}) {
        counters.ended(outcome);
    }
    const Counts counts = counters.copy();
    CHECK(counts.hung_up == 1);
    CHECK(counts.failed == 1);
    CHECK(counts.stopped == 1);
    CHECK(counts.not_found == 1);
    CHECK(counts.refused == 2);
}

TEST_CASE("Counters: a duration is in the bucket that ends with it") {
    Counters::Histogram histogram;
    const auto [time, bucket] = GENERATE(table<std::chrono::nanoseconds, std::size_t>({
        {0ns, 0},
        {100us, 0},
        {100us + 1ns, 1},
        {1s, 8},
        {30min, 13},
        {31min, 14},
    }));
    histogram.add(time);
    const Durations copy = histogram.copy();
    CHECK(copy.buckets.at(bucket) == 1);
    CHECK(copy.count() == 1);
    CHECK(copy.sum == std::chrono::duration_cast<std::chrono::microseconds>(time));
}

TEST_CASE("prometheus_text: the format of Prometheus") {
    Counts counts;
    counts.accepted = 7;
    counts.active = 2;
    counts.command_times.buckets = {1, 0, 2};
    counts.command_times.buckets.back() = 3;
    counts.command_times.sum = 61'000'005us;
    const std::string text = prometheus_text(counts);
    CHECK_THAT(text, ContainsSubstring("# HELP fastagi_connections_total Connections accepted.\n"
                                       "# TYPE fastagi_connections_total counter\n"
                                       "fastagi_connections_total 7\n"));
    CHECK_THAT(text, ContainsSubstring("# TYPE fastagi_calls_active gauge\n"
                                       "fastagi_calls_active 2\n"));
    CHECK_THAT(text, ContainsSubstring("# TYPE fastagi_command_seconds histogram\n"
                                       "fastagi_command_seconds_bucket{le=\"0.000100\"} 1\n"
                                       "fastagi_command_seconds_bucket{le=\"0.000500\"} 1\n"
                                       "fastagi_command_seconds_bucket{le=\"0.001000\"} 3\n"));
    CHECK_THAT(text, ContainsSubstring("fastagi_command_seconds_bucket{le=\"1800.000000\"} 3\n"
                                       "fastagi_command_seconds_bucket{le=\"+Inf\"} 6\n"
                                       "fastagi_command_seconds_sum 61.000005\n"
                                       "fastagi_command_seconds_count 6\n"));
    CHECK(text.back() == '\n');
}

TEST_CASE("Deadline: does nothing once it is gone") {
    net::io_context context;
    int late = 0;
    int never = 0;
    const auto add = [&] { ++late; };
    {
        const wire::Deadline deadline{context.get_executor(), 0ms, add};
        const wire::Deadline for_ever{context.get_executor(), std::chrono::milliseconds::max(),
                                      [&] { ++never; }};
        const wire::Deadline centuries{context.get_executor(), std::chrono::hours{24 * 365 * 400},
                                       [&] { ++never; }};
        wire::Deadline moved{wire::Deadline{context.get_executor(), 0ms, add}};
        context.run_one();
        context.run_one();
        CHECK(late == 2);
    }
    {
        // It has run out, but its handler did not run yet.
        const wire::Deadline other{context.get_executor(), 0ms, [] {}};
        const auto gone = std::make_unique<wire::Deadline>(context.get_executor(), 0ms, add);
        context.run_one();
    }
    context.run();
    CHECK(late == 2);
    CHECK(never == 0);
}

TEST_CASE("one_line: what a peer sends cannot begin a line, or reach a terminal") {
    CHECK(one_line("plain \"text\" \\ ~") == "plain \"text\" \\ ~");
    CHECK(one_line("a\nb\r\t\x1b[1m\x7f\x9b\xc3\xa4") == "a\\nb\\r\\t\\x1b[1m\\x7f\\x9b\\xc3\\xa4");
    CHECK(one_line({"\0", 1}) == "\\x00");
}

TEST_CASE("ServerState: a log that throws ends nothing, and there need be none") {
    ServerOptions options;
    options.log = [](Severity, std::string_view) { throw 42; };
    const ServerState throws{std::move(options)};
    throws.log(Severity::info, "x");
    ServerOptions silent;
    silent.log = {};
    const ServerState none{std::move(silent)};
    none.log(Severity::info, "x");
}

TEST_CASE("inherited_sockets: those that are for this process") {
    const std::string self = std::to_string(::getpid());
    const auto [process, count, sockets] =
        GENERATE_COPY(table<std::string, std::string, std::vector<int>>({
            {self, "2", {3, 4}},
            {self, "0", {}},
            {self, "-1", {}},
            {self, "x", {}},
            {self, "", {}},
            {"1", "2", {}},
            {"", "2", {}},
        }));
    CAPTURE(process, count);
    ::setenv("LISTEN_PID", process.c_str(), 1);
    ::setenv("LISTEN_FDS", count.c_str(), 1);
    CHECK(inherited_sockets() == sockets);
    ::unsetenv("LISTEN_FDS");
    CHECK(inherited_sockets().empty());
    ::unsetenv("LISTEN_PID");
    CHECK(inherited_sockets().empty());
}

TEMPLATE_TEST_CASE("AsioStream: a blocking session over a socket of one's own", "", TcpSocket,
                   LocalSocket) {
    net::io_context context;
    auto sockets = connected(context, static_cast<TestType*>(nullptr));
    Peer peer{sockets.second.release()};
    peer.send("agi_request: x\n\n");
    Session call{AsioStream<TestType>{std::move(sockets.first), 100}};
    CHECK(call.environment().request() == "x");
    std::thread asterisk{[&peer] {
        peer.answer();
        peer.answer(std::string(5000, '2') + '\n');
        peer.answer();
    }};
    Answer{}(call);
    CHECK_THROWS_AS(Answer{}(call), AGIUnknownError);
    CHECK_FALSE(call.in_step());
    Answer{}(call);
    asterisk.join();
    SECTION("that closes") {
        std::thread end{[&peer] {
            peer.answer("200 res");
            peer.end_of_input();
        }};
        CHECK_THROWS_WITH(Answer{}(call),
                          ContainsSubstring("in the middle of the reply: reply \"200 res\""));
        end.join();
    }
    SECTION("that is reset") {
        peer.reset();
        CHECK_THROWS_AS(Answer{}(call), AGISIGPIPEHangup);
    }
    CHECK(call.hung_up());
    CHECK_THROWS_AS(Answer{}(call), AGISIGPIPEHangup);
}

TEST_CASE("AsioStream: an error that is no end") {
    net::io_context context;
    auto sockets = connected(context, static_cast<LocalSocket*>(nullptr));
    Peer peer{sockets.second.release()};
    peer.send("agi_request: x\n\n");
    Session call{AsioStream<LocalSocket>{std::move(sockets.first)}};
    call.stream().stream().non_blocking(true);
    CHECK_THROWS_AS(Answer{}(call), AGIError);
    CHECK_FALSE(call.hung_up());
    call.stream().stream().close();
    CHECK_THROWS_AS(Answer{}(call), AGIError);
}

TEST_CASE("is_closed: also what TLS and a dead network say") {
    struct Tls : std::error_category {
        [[nodiscard]] const char* name() const noexcept override { return "asio.ssl.stream"; }
        [[nodiscard]] std::string message(int /*value*/) const override { return "truncated"; }
    };
    static const Tls tls;
    CHECK(wire::is_closed(net::error::eof));
    CHECK(wire::is_closed(net::error::timed_out));
    CHECK_FALSE(wire::is_closed(net::error::operation_aborted));
    CHECK_FALSE(wire::is_closed(net::error::would_block));
    CHECK(wire::is_closed(error_code{1, tls}));
}
