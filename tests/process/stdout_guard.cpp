// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "process/child.hpp"
#include <agi/process/process_stream.hpp>
#include <agi/process/stdout_guard.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

using namespace agi;
using Catch::Matchers::ContainsSubstring;

namespace {

void say(int fd, const std::string& text) {
    if (::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::_exit(99);
}

std::string hear(int fd) {
    char buffer[100];
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    return size < 0 ? "(error)" : std::string(buffer, static_cast<std::size_t>(size));
}

/// Whether no writer is left within a time in which a child that holds it would be found.
bool has_ended(const Fd& pipe) {
    pollfd wanted{pipe, POLLIN, 0};
    return ::poll(&wanted, 1, 10000) == 1 && pipe.take().empty();
}

/// Everything that prints without asking.
void make_noise(const std::string& mark) {
    std::printf("printf %s\n", mark.c_str());
    std::cout << "cout " << mark << std::endl;
    say(STDOUT_FILENO, "write " + mark + '\n');
    std::fflush(stdout);
    if (std::system(("echo child " + mark).c_str()) != 0) ::_exit(98);
}

}  // namespace

TEST_CASE("StdoutGuard: only what is written to its descriptor is protocol") {
    const auto outcome = in_child("", [] {
        std::printf("before\n");
        {
            const StdoutGuard guard;
            say(guard.write_fd(), "NOOP\n");
            make_noise("inside");
            say(guard.write_fd(), "ANSWER\n");
            std::printf("left in the buffer\n");
        }
        std::printf("after\n");
        return 0;
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol == "NOOP\nANSWER\nafter\n");
    for (const char* noise : {"before\n", "printf inside\n", "cout inside\n", "write inside\n",
                              "child inside\n", "left in the buffer\n"}) {
        CHECK_THAT(outcome.errors, ContainsSubstring(noise));
    }
}

TEST_CASE("StdoutGuard: what is in a buffer, before and at its end, is no protocol") {
    const auto outcome = in_child("", [] {
        std::ios::sync_with_stdio(false);
        std::printf("stdio\n");
        std::cout << "cout\n";
        std::wcout << L"wcout\n";
        {
            const StdoutGuard guard;
            say(guard.write_fd(), "NOOP\n");
            std::printf("stdio again\n");
            std::cout << "cout again\n";
            std::wcout << L"wcout again\n";
        }
        return 0;
    });
    CHECK(outcome.protocol == "NOOP\n");
    for (const char* noise :
         {"stdio\n", "cout\n", "wcout\n", "stdio again\n", "cout again\n", "wcout again\n"}) {
        CHECK_THAT(outcome.errors, ContainsSubstring(noise));
    }
}

TEST_CASE("StdoutGuard: standard error that is the protocol says nothing until its end") {
    const auto outcome = in_child(
        "",
        [] {
            std::printf("before\n");
            {
                const StdoutGuard guard;
                say(guard.write_fd(), "NOOP\n");
                make_noise("inside");
                std::fprintf(stderr, "error\n");
            }
            std::fprintf(stderr, "after\n");
            return 0;
        },
        StandardError::standard_output);
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol == "NOOP\nafter\n");
}

TEST_CASE("StdoutGuard: so it is on a socket, as a server of the inetd kind starts it") {
    SocketPair sockets = make_sockets();
    std::fflush(nullptr);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            ::dup2(sockets.theirs, fd);
        }
        sockets.ours.close();
        sockets.theirs.close();
        const StdoutGuard guard;
        make_noise("inside");
        std::fprintf(stderr, "error\n");
        say(guard.write_fd(), hear(guard.read_fd()));
        ::_exit(0);
    }
    sockets.theirs.close();
    sockets.ours.put("NOOP\n");
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(sockets.ours.take() == "NOOP\n");
    CHECK(sockets.ours.take().empty());
}

TEST_CASE("StdoutGuard: a file or a terminal that is both is no protocol") {
    const auto outcome = in_child("", [] {
        ::dup2(STDERR_FILENO, STDOUT_FILENO);
        const StdoutGuard guard;
        std::fprintf(stderr, "error\n");
        return 0;
    });
    CHECK(outcome.errors == "error\n");
}

TEST_CASE("StdoutGuard: nobody else reads what Asterisk says") {
    const auto outcome = in_child("200 result=0\nfor later\n", [] {
        {
            const StdoutGuard guard;
            if (!hear(STDIN_FILENO).empty()) return 1;
            if (std::getchar() != EOF) return 2;
            if (std::system("cat; exit 7") != 7 << 8) return 3;
            char line[14] = {};
            if (::read(guard.read_fd(), line, 13) != 13) return 4;
            if (std::string{line} != "200 result=0\n") return 5;
        }
        return hear(STDIN_FILENO) == "for later\n" ? 0 : 6;
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol.empty());
    CHECK(outcome.errors.empty());
}

TEST_CASE("StdoutGuard: children do not get the protocol's descriptors") {
    const auto outcome = in_child("", [] {
        const StdoutGuard guard;
        std::printf("ours %d %d\n", guard.read_fd(), guard.write_fd());
        std::fflush(stdout);
        return std::system("exec ls /proc/self/fd");
    });
    CHECK(outcome.status == 0);
    int read = -1;
    int write = -1;
    REQUIRE(std::sscanf(outcome.errors.c_str(), "ours %d %d\n", &read, &write) == 2);
    // 3 is the caller's audio in EAGI.
    CHECK(read > 3);
    CHECK(write > 3);
    CHECK_THAT(outcome.errors, ContainsSubstring("\n1\n"));
    CHECK_THAT(outcome.errors, !ContainsSubstring('\n' + std::to_string(read) + '\n'));
    CHECK_THAT(outcome.errors, !ContainsSubstring('\n' + std::to_string(write) + '\n'));
}

TEST_CASE("StdoutGuard: a child that is forked and goes on cannot hold the call, or speak in it") {
    // Asterisk's ends: it sees the end of the program when no copy of the others is open.
    Pipe requests = make_pipe(O_CLOEXEC);
    Pipe replies = make_pipe(O_CLOEXEC);
    Pipe gate = make_pipe(O_CLOEXEC);
    std::fflush(nullptr);
    const pid_t program = ::fork();
    REQUIRE(program >= 0);
    if (program == 0) {
        ::dup2(replies.read, STDIN_FILENO);
        ::dup2(requests.write, STDOUT_FILENO);
        for (Fd* const fd : {&replies.read, &replies.write, &requests.read, &requests.write})
            fd->close();
        const StdoutGuard guard;
        if (::fork() == 0) {
            // Even if it tries, and until it is told to end.
            say(guard.write_fd(), "HANGUP\n");
            if (!hear(guard.read_fd()).empty()) ::_exit(1);
            gate.write.close();
            static_cast<void>(hear(gate.read));
            ::_exit(0);
        }
        say(guard.write_fd(), "NOOP\n");
        ::_exit(0);
    }
    requests.write.close();
    replies.read.close();
    gate.read.close();
    CHECK(::waitpid(program, nullptr, 0) == program);
    CHECK(requests.read.take() == "NOOP\n");
    CHECK(has_ended(requests.read));  // while the child still runs
    pollfd nobody_reads{replies.write, POLLERR, 0};
    CHECK(::poll(&nobody_reads, 1, 0) == 1);
    gate.write.close();
}

TEST_CASE("StdoutGuard: a child that is to have the call has it") {
    const auto outcome = in_child("", [] {
        StdoutGuard guard;
        guard.keep_in_children();
        const pid_t child = ::fork();
        if (child == 0) {
            say(guard.write_fd(), "NOOP\n");
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
        return 0;
    });
    CHECK(outcome.protocol == "NOOP\n");
}

TEST_CASE("StdoutGuard: a later child has what a later descriptor of the same number is") {
    const auto outcome = in_child("", [] {
        int number = -1;
        {
            const StdoutGuard guard;
            number = guard.write_fd();
        }
        ::dup2(STDOUT_FILENO, number);
        const pid_t child = ::fork();
        if (child == 0) {
            say(number, "the program's own\n");
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
        return 0;
    });
    CHECK(outcome.protocol == "the program's own\n");
}

TEST_CASE("StdoutGuard: its own descriptors are closed at the end") {
    const auto outcome = in_child("", [] {
        int read = -1;
        int write = -1;
        {
            const StdoutGuard guard;
            read = guard.read_fd();
            write = guard.write_fd();
        }
        return ::fcntl(read, F_GETFD) == -1 && ::fcntl(write, F_GETFD) == -1 ? 0 : 1;
    });
    CHECK(outcome.status == 0);
}

TEST_CASE("StdoutGuard: moves, and the one that is left does nothing") {
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<StdoutGuard>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<StdoutGuard>);
    const auto outcome = in_child("", [] {
        std::optional<StdoutGuard> first{std::in_place};
        {
            std::optional<StdoutGuard> second{std::move(*first)};
            first.reset();
            std::printf("guarded\n");
            std::fflush(stdout);
            say(second->write_fd(), "NOOP\n");
            StdoutGuard third{std::move(*second)};
            *second = std::move(third);
            std::printf("still\n");
            std::fflush(stdout);
        }
        std::printf("free\n");
        return 0;
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol == "NOOP\nfree\n");
    CHECK(outcome.errors == "guarded\nstill\n");
}

TEST_CASE("StdoutGuard: a descriptor that is not open") {
    const auto outcome = in_child("hello", [] {
        ::close(STDOUT_FILENO);
        try {
            const StdoutGuard guard;
        } catch (const AGIError& error) {
            std::fprintf(stderr, "%s", error.what());
            return hear(STDIN_FILENO) == "hello" ? 0 : 2;
        }
        return 1;
    });
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith("descriptor 1: "));

    const auto without_input = in_child("", [] {
        ::close(STDIN_FILENO);
        try {
            const StdoutGuard guard;
        } catch (const AGIError&) {
            std::printf("as before");
            return 0;
        }
        return 1;
    });
    CHECK(without_input.status == 0);
    CHECK(without_input.protocol == "as before");
}

TEST_CASE("StdoutGuard: without standard error, noise goes nowhere") {
    const auto outcome = in_child("", [] {
        ::close(STDERR_FILENO);
        const StdoutGuard guard;
        std::printf("noise\n");
        std::fflush(stdout);
        say(guard.write_fd(), "NOOP\n");
        return 0;
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol == "NOOP\n");
}

TEST_CASE("ProcessStream: the guard can be left out") {
    const auto outcome = in_child("200 result=0\n", [] {
        ProcessStream stream{{false}};
        if (stream.read_fd() != STDIN_FILENO) return 1;
        stream.write_line("NOOP");
        std::string line;
        if (!stream.read_line(line) || line != "200 result=0") return 2;
        std::printf("noise\n");
        return 0;
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol == "NOOP\nnoise\n");
}

TEST_CASE("ProcessStream: without the guard, too, standard input and output must be open") {
    for (const int closed : {STDIN_FILENO, STDOUT_FILENO}) {
        const auto outcome = in_child("", [closed] {
            ::close(closed);
            try {
                const ProcessStream stream{{false}};
            } catch (const AGIError& error) {
                std::fputs(error.what(), stderr);
                return 1;
            }
            return 0;
        });
        CHECK(outcome.status == 1);
        CHECK(outcome.errors == "descriptor " + std::to_string(closed) + " is not open");
    }
}

TEST_CASE("ProcessStream: for good, the protocol is closed at its end and nothing put back") {
    const auto outcome = in_child("rest\n", [] {
        {
            ProcessStream stream{{true, nullptr, true}};
            ProcessStream moved{std::move(stream)};
            moved.write_line("NOOP");
            std::printf("in a buffer\n");
        }
        std::printf("after\n");
        return hear(STDIN_FILENO).empty() ? 0 : 1;
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol == "NOOP\n");
    CHECK(outcome.errors == "in a buffer\nafter\n");
}

TEST_CASE("ProcessStream: a child that goes on can let the call go") {
    const bool errors_too = GENERATE(false, true);  // as a server of the inetd kind starts it
    CAPTURE(errors_too);
    Pipe requests = make_pipe(O_CLOEXEC);
    Pipe gate = make_pipe(O_CLOEXEC);
    std::fflush(nullptr);
    const pid_t program = ::fork();
    REQUIRE(program >= 0);
    if (program == 0) {
        ::dup2(requests.write, STDOUT_FILENO);
        if (errors_too) ::dup2(requests.write, STDERR_FILENO);
        requests.read.close();
        requests.write.close();
        ProcessStream stream{{false}};
        if (::fork() == 0) {
            stream.let_go();
            stream.write_line("HANGUP");
            std::printf("noise\n");
            std::fflush(stdout);
            std::string line;
            if (stream.read_line(line)) ::_exit(1);
            gate.write.close();
            static_cast<void>(hear(gate.read));
            ::_exit(0);
        }
        stream.write_line("NOOP");
        ::_exit(0);
    }
    requests.write.close();
    gate.read.close();
    CHECK(::waitpid(program, nullptr, 0) == program);
    CHECK(requests.read.take() == "NOOP\n");
    CHECK(has_ended(requests.read));
    gate.write.close();
}

TEST_CASE("ProcessStream: a child that is to have the call has it") {
    const auto outcome = in_child("", [] {
        ProcessStream stream;
        stream.keep_in_children();
        const pid_t child = ::fork();
        if (child == 0) {
            stream.write_line("NOOP");
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
        return 0;
    });
    CHECK(outcome.protocol == "NOOP\n");
}

TEST_CASE("ProcessStream: is guarded, also after a move") {
    const auto outcome = in_child("200 result=0\n", [] {
        ProcessStream first;
        ProcessStream stream{std::move(first)};
        make_noise("a");
        stream.write_line("NOOP");
        std::string line;
        if (!stream.read_line(line) || line != "200 result=0") return 1;
        if (stream.hangup_source() != HangupSource::none) return 2;
        return stream.read_line(line) ? 3 : 0;
    });
    CHECK(outcome.status == 0);
    CHECK(outcome.protocol == "NOOP\n");
    CHECK_THAT(outcome.errors, ContainsSubstring("printf a"));
}
