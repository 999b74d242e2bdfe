// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "process/child.hpp"
#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/program.hpp>
#include <agi/process/run.hpp>
#include <agi/session/transcript.hpp>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

using namespace agi;

namespace {

const std::string environment = "agi_request: x\n\n";

/// The status of a program whose main() is `run(handler)`.
template <class Handler>
Outcome run_in_child(const std::string& replies, Handler handler) {
    return in_child(environment + replies, [&] { return run(handler); });
}

}  // namespace

TEST_CASE("run: what the handler returns is the status") {
    const auto outcome = run_in_child("200 result=0\n", [](ProcessSession& s) { Noop{}(s); });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.protocol == "NOOP\n");
    CHECK(outcome.errors.empty());
    CHECK(run_in_child("", [](ProcessSession&) { return true; }).status == EXIT_SUCCESS);
    const auto failed = run_in_child("", [](ProcessSession&) { return false; });
    CHECK(failed.status == EXIT_FAILURE);
    CHECK(failed.errors.empty());
    STATIC_REQUIRE(exit_status(true) == EXIT_SUCCESS);
    STATIC_REQUIRE(exit_status(false) == EXIT_FAILURE);
}

TEST_CASE("run: a hang-up that leaves the handler is no failure") {
    const auto closed = run_in_child("", [](ProcessSession& session) { Noop{}(session); });
    CHECK(closed.status == EXIT_SUCCESS);
    CHECK(closed.errors.empty());
    CHECK(in_child("", [] { return run([](ProcessSession&) {}); }).status == EXIT_SUCCESS);
    CHECK(in_child("agi_request: x\n", [] { return run([](ProcessSession&) {}); }).status ==
          EXIT_SUCCESS);
}

TEST_CASE("run: any other exception is, and is told on standard error") {
    const auto error = run_in_child("511 Command Not Permitted\n",
                                    [](ProcessSession& session) { Answer{}(session); });
    CHECK(error.status == EXIT_FAILURE);
    CHECK(error.errors ==
          "agi: ANSWER: not permitted on a dead channel: reply \"511 Command Not Permitted\"\n");
    const auto other =
        run_in_child("", [](ProcessSession&) { throw std::runtime_error{"its own trouble"}; });
    CHECK(other.status == EXIT_FAILURE);
    CHECK(other.errors == "agi: its own trouble\n");
}

TEST_CASE("run: standard output is guarded") {
    const auto outcome = run_in_child("200 result=0\n", [](ProcessSession& session) {
        std::printf("noise\n");
        Noop{}(session);
    });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.protocol == "NOOP\n");
    CHECK(outcome.errors == "noise\n");
}

TEST_CASE("run: SIGHUP is noted, and the clean-up runs") {
    const auto outcome = run_in_child("200 result=0\n200 result=1\n", [](ProcessSession& session) {
        Noop{}(session);
        ::raise(SIGHUP);
        if (session.hangup_source() != HangupSource::signal) return false;
        session.after_hangup([](auto& call) { DatabasePut{"a", "b", "c"}(call); });
        return true;
    });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.protocol == "NOOP\nDATABASE PUT \"a\" \"b\" \"c\"\n");
}

TEST_CASE("run: its options are those of the session") {
    const auto outcome = in_child(environment, [] {
        SessionOptions options;
        options.hangup_policy = HangupPolicy::throw_at_command;
        options.on_hangup = [](HangupSource) { std::fputs("told\n", stderr); };
        options.trace = Transcript{stderr};
        return run(
            [](ProcessSession& session) {
                ::raise(SIGHUP);
                Noop{}(session);
            },
            std::move(options));
    });
    CHECK(outcome.status == EXIT_SUCCESS);  // AGISIGHUPHangup
    CHECK(outcome.protocol.empty());
    CHECK(outcome.errors == "<< agi_request: x\\n\n<< \\n\ntold\n");
}

TEST_CASE("run: puts the old handler of SIGHUP back") {
    const auto outcome = in_child(environment + "rest\n", [] {
        ::signal(SIGHUP, SIG_IGN);
        const int status = run([](ProcessSession&) {});
        return ::signal(SIGHUP, SIG_DFL) == SIG_IGN ? status : 3;
    });
    CHECK(outcome.status == EXIT_SUCCESS);
}

TEST_CASE("run: what is printed at last is not protocol either") {
    const auto outcome = in_child(environment, [] {
        std::ios::sync_with_stdio(false);
        const int status = run([](ProcessSession&) { std::cout << "in a buffer\n"; });
        std::cout << std::flush;
        std::printf("after\n");
        return status;
    });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.protocol.empty());
    CHECK(outcome.errors == "in a buffer\nafter\n");
}

TEST_CASE("run: standard output that takes nothing is a failure that says so") {
    const auto outcome = in_child(environment, [] {
        const int full = ::open("/dev/full", O_WRONLY);
        ::dup2(full, STDOUT_FILENO);
        return run([](ProcessSession& session) { Noop{}(session); });
    });
    CHECK(outcome.status == EXIT_FAILURE);
    CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith("agi: write to descriptor "));
}

TEST_CASE("run: standard input that is not open is a failure that says so") {
    const auto outcome = in_child("", [] {
        ::close(STDIN_FILENO);
        return run([](ProcessSession&) {});
    });
    CHECK(outcome.status == EXIT_FAILURE);
    CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith("agi: descriptor 0: "));
}
