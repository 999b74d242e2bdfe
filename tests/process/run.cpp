// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "process/child.hpp"
#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/program.hpp>
#include <agi/command/variable.hpp>
#include <agi/process/run.hpp>
#include <agi/session/transcript.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
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

TEST_CASE("run: a hang-up that leaves the handler is no failure, and nothing is said of it") {
    const auto closed = run_in_child("", [](ProcessSession& session) { Noop{}(session); });
    CHECK(closed.status == EXIT_SUCCESS);
    CHECK(closed.errors.empty());
    const auto thrown =
        run_in_child("", [](ProcessSession&) { throw AGIResultHangup("STREAM FILE", "gone"); });
    CHECK(thrown.status == EXIT_SUCCESS);
    CHECK(thrown.protocol.empty());
    CHECK(thrown.errors.empty());
}

TEST_CASE("run: any other exception is a failure, and is told on standard error and the console") {
    const auto error = run_in_child("510 Invalid or unknown command\n200 result=1\n",
                                    [](ProcessSession& session) { Answer{}(session); });
    CHECK(error.status == EXIT_FAILURE);
    CHECK(error.errors ==
          "agi: ANSWER: unknown command: reply \"510 Invalid or unknown command\"\n");
    CHECK(error.protocol ==
          "ANSWER\nVERBOSE \"agi: ANSWER: unknown command: reply "
          "\\\"510 Invalid or unknown command\\\"\" 0\n");
}

namespace {

struct OfTheProgram {};

struct Silent : std::exception {
    [[nodiscard]] const char* what() const noexcept override { return nullptr; }
};

template <class Thrown>
Outcome thrown_in_run(Thrown thrown) {
    return run_in_child("200 result=1\n", [&](ProcessSession&) {
        throw thrown;  // NOLINT(misc-throw-by-value-catch-by-reference): pointers, too
    });
}

}  // namespace

TEST_CASE("run: whatever is thrown has words") {
    const auto check = [](const Outcome& outcome, const std::string& words) {
        CAPTURE(words);
        CHECK(outcome.status == EXIT_FAILURE);
        CHECK(outcome.errors == "agi: " + words + "\n");
        CHECK(outcome.protocol == "VERBOSE \"agi: " + words + "\" 0\n");
    };
    check(thrown_in_run(std::runtime_error{"billing.conf not found"}), "billing.conf not found");
    check(thrown_in_run(std::string{"a string"}), "a string");
    check(thrown_in_run("a literal"), "a literal");
    check(thrown_in_run(static_cast<const char*>(nullptr)), "a null pointer was thrown");
    check(thrown_in_run(42), "a value of the type int was thrown");
    check(thrown_in_run(Silent{}), "an exception that says nothing");
    CHECK_THAT(thrown_in_run(OfTheProgram{}).errors,
               Catch::Matchers::ContainsSubstring("OfTheProgram was thrown\n"));
}

TEST_CASE("run: the console gets one line that it can take") {
    const auto lines = run_in_child(
        "200 result=1\n", [](ProcessSession&) { throw std::runtime_error{"a\nb\tc\x7f"}; });
    CHECK(lines.protocol == "VERBOSE \"agi: a b c \" 0\n");
    CHECK(lines.errors == "agi: a\nb\tc\x7f\n");
    // The shortest line that an Asterisk takes has 2046 bytes.
    const auto quotes = run_in_child("200 result=1\n", [](ProcessSession&) {
        throw std::runtime_error{std::string(5000, '"')};
    });
    CHECK(quotes.protocol.size() > 1500);
    CHECK(quotes.protocol.size() < 2046);
    CHECK_THAT(quotes.protocol, Catch::Matchers::EndsWith("\\\"...\" 0\n"));
}

TEST_CASE("run: the console is told after a hang-up too, whatever the policy") {
    const auto outcome = in_child(environment + "200 result=1\n", [] {
        SessionOptions options;
        options.hangup_policy = HangupPolicy::throw_at_command;
        return run(
            [](ProcessSession&) {
                ::raise(SIGHUP);
                throw std::runtime_error{"no disk"};
            },
            std::move(options));
    });
    CHECK(outcome.status == EXIT_FAILURE);
    CHECK(outcome.protocol == "VERBOSE \"agi: no disk\" 0\n");
}

TEST_CASE("run: the console is not told where the session is out of step, or closed") {
    const auto owed = run_in_child("", [](ProcessSession& session) {
        try {
            Noop{}(session);
        } catch (const AGIHangup&) {
            throw std::runtime_error{"after the end"};
        }
    });
    CHECK(owed.status == EXIT_FAILURE);
    CHECK(owed.protocol == "NOOP\n");
    CHECK(owed.errors == "agi: after the end\n");
    const auto doubtful = run_in_child("junk\n", [](ProcessSession& session) { Noop{}(session); });
    CHECK(doubtful.status == EXIT_FAILURE);
    CHECK(doubtful.protocol == "NOOP\n");
    CHECK_FALSE(doubtful.errors.empty());
}

TEST_CASE("run: standard error that leads to Asterisk gets nothing") {
    const auto outcome = in_child(
        environment + "200 result=1\n",
        [] {
            const int status = run([](ProcessSession&) {
                std::printf("noise\n");
                std::fprintf(stderr, "trouble\n");
                throw std::runtime_error{"told by the console"};
            });
            std::fprintf(stderr, "at last\n");
            std::printf("at last\n");
            return status;
        },
        StandardError::standard_output);
    CHECK(outcome.status == EXIT_FAILURE);
    CHECK(outcome.protocol == "VERBOSE \"agi: told by the console\" 0\n");
    CHECK(outcome.errors.empty());
}

namespace {

constexpr const char* for_whom = "Asterisk starts this program, by AGI() in the dialplan";

Outcome without_a_call(const std::string& input) {
    return in_child(input, [] {
        return run([](ProcessSession&) { std::fprintf(stderr, "the handler ran\n"); });
    });
}

}  // namespace

TEST_CASE("run: without a call the program says who it is for, and fails") {
    struct Case {
        const char* input;
        const char* why;
    };
    for (const auto& [input, why] :
         {Case{"", "agi: standard input has no call: "},
          Case{"agi_request: x\n", "agi: standard input has no call: "},
          Case{"hello\nhow are you\n", "agi: standard input has no call: "},
          Case{"agi_callerid:1\n\n", "agi: standard input does not begin with agi_request: "},
          Case{"\n", "agi: standard input does not begin with agi_request: "}}) {
        CAPTURE(input);
        const auto outcome = without_a_call(input);
        CHECK(outcome.status == EXIT_FAILURE);
        CHECK(outcome.protocol.empty());
        CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith(why));
        CHECK_THAT(outcome.errors, Catch::Matchers::ContainsSubstring(for_whom));
        CHECK_THAT(outcome.errors, !Catch::Matchers::ContainsSubstring("the handler ran"));
    }
    std::string lines;
    for (int i = 0; i < 600; ++i) lines += "agi_request: x\n";
    CHECK(without_a_call(lines).status == EXIT_FAILURE);
    CHECK_THAT(without_a_call(lines).errors,
               Catch::Matchers::StartsWith("agi: environment: the number of lines is over"));
}

TEST_CASE("run: so it does on a terminal, and waits for nothing there") {
    const Fd terminal{::posix_openpt(O_RDWR | O_NOCTTY)};
    REQUIRE(terminal >= 0);
    REQUIRE(::grantpt(terminal) == 0);
    REQUIRE(::unlockpt(terminal) == 0);
    const std::string name = ::ptsname(terminal);
    const Fd open{::open(name.c_str(), O_RDWR | O_NOCTTY)};  // before it is, there is a hang-up
    const auto outcome = in_child("", [&] {
        ::dup2(open, STDIN_FILENO);
        return run([](ProcessSession&) {});
    });
    CHECK(outcome.status == EXIT_FAILURE);
    CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith("agi: standard input is a terminal: "));
    CHECK_THAT(outcome.errors, Catch::Matchers::ContainsSubstring(for_whom));
}

namespace {

/// What Asterisk says to a line.
std::string answer(const std::string& line) {
    const std::string full = "GET FULL VARIABLE \"";
    if (line.compare(0, full.size(), full) == 0) {
        return "200 result=1 (" + line.substr(full.size(), line.size() - full.size() - 1) + ')';
    }
    if (line == "GET VARIABLE \"X\"") return "200 result=1 (its own)";
    if (line.compare(0, 8, "VERBOSE ") == 0) return "200 result=1";
    return "510 Invalid or unknown command";
}

/// A program that prints something before agi::run, and an Asterisk that answers each line.
template <class Print>
Outcome printed_before(Print print) {
    return in_talking_child(
        environment,
        [&] {
            print();
            return run([](ProcessSession& session) {
                if (!session.in_step()) throw std::runtime_error{"out of step"};
                if (GetVariable{"X"}(session) != "its own") throw std::runtime_error{"another's"};
            });
        },
        answer);
}

void print_lines() {
    std::printf("hello\nANSWER x\n");
    std::fflush(stdout);
}
/// Not even a whole line.
void print_a_part() {
    if (::write(STDOUT_FILENO, "hello", 5) < 0) ::_exit(9);
}

constexpr const char* found = "something was printed before agi::run";

}  // namespace

TEST_CASE("run: what was printed before is found, said, and disturbs no command") {
    for (void (*print)() : {print_lines, print_a_part}) {
        const auto outcome = printed_before(print);
        CHECK(outcome.status == EXIT_SUCCESS);
        CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith(std::string{"agi: "} + found));
        CHECK_THAT(outcome.protocol, Catch::Matchers::StartsWith("hello"));
        CHECK_THAT(outcome.protocol,
                   Catch::Matchers::ContainsSubstring(std::string{"VERBOSE \"agi: "} + found));
        CHECK_THAT(outcome.protocol, Catch::Matchers::EndsWith("\nGET VARIABLE \"X\"\n"));
    }
}

TEST_CASE("run: so it is by an Asterisk that has taken two lines at once") {
    // It looks at the second of them when more comes.
    std::string held;
    bool once = false;
    const auto outcome = in_talking_child(
        environment,
        [] {
            print_lines();
            return run([](ProcessSession& session) { GetVariable{"X"}(session); });
        },
        [&](const std::string& line) {
            if (!once && line.compare(0, 17, "GET FULL VARIABLE") == 0) {
                once = true;
                held = line;
                return no_reply;
            }
            const std::string before = held.empty() ? "" : answer(held) + '\n';
            held.clear();
            return before + answer(line);
        });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith(std::string{"agi: "} + found));
    CHECK_THAT(outcome.protocol, Catch::Matchers::EndsWith("\nGET VARIABLE \"X\"\n"));
}

TEST_CASE("run: so is what a script printed that runs the program") {
    const auto outcome = in_talking_child(
        environment,
        [] {
            print_lines();
            // A child begins with a count of its own: this is what the script starts.
            const pid_t program = ::fork();
            if (program == 0) {
                const int status = run([](ProcessSession& session) { GetVariable{"X"}(session); });
                ::_exit(status);
            }
            int status = 0;
            ::waitpid(program, &status, 0);
            return WEXITSTATUS(status);
        },
        answer);
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith(std::string{"agi: "} + found));
    CHECK_THAT(outcome.protocol, Catch::Matchers::EndsWith("\nGET VARIABLE \"X\"\n"));
}

TEST_CASE("run: what is still in a buffer is not, and costs no command") {
    const auto outcome = printed_before([] { std::printf("hello\n"); });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.errors == "hello\n");
    CHECK(outcome.protocol == "GET VARIABLE \"X\"\n");
}

TEST_CASE("run: what was printed elsewhere costs a command, and nothing is said of it") {
    const auto outcome = printed_before([] { std::fprintf(stderr, "a log\n"); });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.errors == "a log\n");
    CHECK_THAT(outcome.protocol, Catch::Matchers::StartsWith("GET FULL VARIABLE \"agi-mark-"));
    CHECK_THAT(outcome.protocol, Catch::Matchers::EndsWith("\"\nGET VARIABLE \"X\"\n"));
    CHECK(std::count(outcome.protocol.begin(), outcome.protocol.end(), '\n') == 2);
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

TEST_CASE("run: a child that falls out of the handler does not end the call's program twice") {
    const auto outcome = run_in_child("200 result=0\n", [](ProcessSession& session) {
        const pid_t child = ::fork();
        if (child == 0) throw std::runtime_error{"in the child"};
        int status = 0;
        ::waitpid(child, &status, 0);
        Noop{std::to_string(WEXITSTATUS(status))}(session);
    });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.protocol == "NOOP \"1\"\n");
    CHECK(outcome.errors == "agi: in the child\n");
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

TEST_CASE("run: SIGHUP while a command runs is told when its reply comes, and not later") {
    const auto outcome = in_child(environment + "200 result=0\n", [] {
        SessionOptions options;
        options.on_hangup = [](HangupSource source) {
            std::fputs(source == HangupSource::signal ? "told\n" : "?\n", stderr);
        };
        options.trace = [](Direction direction, std::string_view) {
            if (direction == Direction::sent) ::raise(SIGHUP);
        };
        return run(
            [](ProcessSession& session) {
                Noop{}(session);
                std::fputs("next\n", stderr);
            },
            std::move(options));
    });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.errors == "told\nnext\n");
}

namespace {

/// How long a file can be.
void set_limit(rlim_t size) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(9);
    limit.rlim_cur = std::min(size, limit.rlim_max);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(9);
}

}  // namespace

TEST_CASE("run: after a write that failed in the middle nothing is sent any more") {
    const Fd file = make_file();
    const auto outcome = in_child(environment, [&] {
        ::signal(SIGXFSZ, SIG_IGN);
        ::dup2(file, STDOUT_FILENO);
        set_limit(10);
        return run([](ProcessSession& session) {
            try {
                Verbose{"more than ten bytes"}(session);
            } catch (const AGIError&) {
                if (session.state() != Conversation::State::out_of_step) return true;
                if (session.in_step()) return true;
            }
            set_limit(RLIM_INFINITY);
            Noop{}(session);
            return true;
        });
    });
    CHECK(outcome.status == EXIT_FAILURE);
    CHECK(content(file) == "VERBOSE \"m");
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

TEST_CASE("run: a program that has silenced its streams runs") {
    const auto outcome = run_in_child("200 result=0\n", [](ProcessSession& session) {
        std::cout.rdbuf(nullptr);
        std::wcout.rdbuf(nullptr);
        const StdoutGuard another;
        Noop{}(session);
    });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.protocol == "NOOP\n");
}

TEST_CASE("run: without standard error, what is printed at last goes nowhere") {
    const auto outcome = in_child(environment, [] {
        ::close(STDERR_FILENO);
        const int status = run([](ProcessSession&) {});
        std::printf("after\n");
        return status;
    });
    CHECK(outcome.status == EXIT_SUCCESS);
    CHECK(outcome.protocol.empty());
}

TEST_CASE("run: standard error that nobody reads neither ends the program nor holds it up") {
    for (const bool full : {false, true}) {
        CAPTURE(full);
        Pipe errors = make_pipe();
        if (full) {
            REQUIRE(::fcntl(errors.write, F_SETFL, O_NONBLOCK) == 0);
            while (::write(errors.write, "x", 1) == 1) continue;
            REQUIRE(::fcntl(errors.write, F_SETFL, 0) == 0);
        } else {
            errors.read.close();
        }
        const auto outcome = in_child(environment + "200 result=1\n", [&errors, full] {
            ::dup2(errors.write, STDERR_FILENO);
            if (!full) std::printf("in a buffer");
            return run([](ProcessSession&) { throw std::runtime_error{"no disk"}; });
        });
        CHECK(outcome.status == EXIT_FAILURE);
        CHECK(outcome.protocol == "VERBOSE \"agi: no disk\" 0\n");
    }
}

TEST_CASE("run: at its end nothing leads to the call any more") {
    const Pipe call = make_pipe();
    call.write.put(environment + "more than the environment\n");
    const auto outcome = in_child("", [&call] {
        ::dup2(call.read, STDIN_FILENO);
        const int status = run([](ProcessSession&) {});
        char byte = 0;
        return ::read(STDIN_FILENO, &byte, 1) == 0 ? status : 3;
    });
    CHECK(outcome.status == EXIT_SUCCESS);
}

namespace {

struct stat protocol_of_program {};

/// What SIGHUP does to a program without the library, if it came while Asterisk could send it.
void hang_up_too_late(int /*signal*/) {
    struct stat now {};
    const bool open = ::fstat(STDOUT_FILENO, &now) == 0 && now.st_ino == protocol_of_program.st_ino;
    if (open) ::_exit(4);
}

}  // namespace

TEST_CASE("run: SIGHUP is as it was only when the call is closed") {
    for (int i = 0; i < 20; ++i) {
        const auto outcome = in_talking_child(
            environment,
            [] {
                ::fstat(STDOUT_FILENO, &protocol_of_program);
                std::atomic<bool> begun{false};
                std::atomic<bool> done{false};
                std::thread asterisk{[&] {
                    while (!begun) std::this_thread::yield();
                    while (!done) ::kill(::getpid(), SIGHUP);
                }};
                ::signal(SIGHUP, hang_up_too_late);
                const int status = run([&](ProcessSession& session) {
                    begun = true;
                    while (!session.hung_up()) std::this_thread::yield();
                });
                done = true;
                const bool ran = begun.exchange(true);
                asterisk.join();
                return ran ? status : 3;
            },
            answer);
        CHECK(outcome.status == EXIT_SUCCESS);
    }
}

TEST_CASE("run: SIGHUP while a command runs can be seen at once by what may stop it") {
    const auto outcome = in_talking_child(
        environment,
        [] {
            return run([](ProcessSession& session) {
                bool seen = false;
                const WaitForDigit wait{std::chrono::milliseconds{9000}};
                session.execute_until(wait, [&] {
                    ::raise(SIGHUP);
                    seen = session.hung_up();
                    return true;
                });
                return seen;
            });
        },
        [](const std::string& line) {
            return line.compare(0, 4, "WAIT") == 0 ? no_reply : "200 result=0\n" + answer(line);
        });
    CHECK(outcome.status == EXIT_SUCCESS);
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
