// SPDX-License-Identifier: MIT
#pragma once
// A child process that stands where Asterisk puts a program: what it reads is given, what it writes
// is looked at afterwards.

#include "catch.hpp"
#include "stream/descriptors.hpp"
#include <agi/stream/fd_stream.hpp>
#include <agi/wire/error.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

/// What a child has left.
struct Outcome {
    std::string protocol;  ///< What it wrote to standard output.
    std::string errors;    ///< What it wrote to standard error.
    int status = -1;       ///< Its exit status; -1 when a signal ended it.
};

/// A file without a name, on a descriptor that children get.
inline Fd make_file() {
    std::FILE* const file = std::tmpfile();
    REQUIRE(file != nullptr);
    Fd fd{::dup(::fileno(file))};
    std::fclose(file);
    return fd;
}

inline std::string content(const Fd& file) {
    REQUIRE(::lseek(file, 0, SEEK_SET) == 0);
    std::string all;
    for (std::string part; !(part = file.take()).empty();) all += part;
    return all;
}

/// In place of a reply: nothing, for now.
inline const std::string no_reply = "no reply";

/// Where standard error leads.
enum class StandardError { a_file, standard_output };

/// Runs `body` in a child; what `body` returns is its status. Its standard input says `first`, and
/// then, behind an environment, what `answer` makes of each line of its standard output, until that is
/// empty.
template <class Body, class Answer>
Outcome in_talking_child(const std::string& first, Body body, Answer answer,
                         StandardError standard_error = StandardError::a_file) {
    Pipe in = make_pipe();
    Pipe out = make_pipe();
    const Fd errors = make_file();
    in.write.put(first);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(in.read, STDIN_FILENO);
        ::dup2(out.write, STDOUT_FILENO);
        ::dup2(standard_error == StandardError::a_file ? errors : out.write, STDERR_FILENO);
        for (Fd* const fd : {&in.read, &in.write, &out.read, &out.write}) fd->close();
        const int status = body();
        std::fflush(nullptr);
        ::_exit(status);
    }
    in.read.close();
    out.write.close();
    Outcome outcome;
    agi::FdStream program{out.read, in.write};
    if (first.find("\n\n") == std::string::npos) in.write.close();
    std::string line;
    while (program.read_line(line)) {
        outcome.protocol += line + '\n';
        const std::string reply = in.write >= 0 ? answer(line) : "";
        try {
            if (!reply.empty() && reply != no_reply) program.write_line(reply);
        } catch (const agi::AGISIGPIPEHangup&) {
            // The child has ended.
        }
        if (reply.empty()) in.write.close();
    }
    outcome.protocol += line;  // what had no LF
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    outcome.errors = content(errors);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
}

/// The same with lines that are known. Those behind an environment are replies: each comes when a
/// line has come, as from Asterisk.
template <class Body>
Outcome in_child(const std::string& input, Body body,
                 StandardError standard_error = StandardError::a_file) {
    const std::size_t end = input.find("\n\n");
    std::string replies = end == std::string::npos ? "" : input.substr(end + 2);
    const auto next = [&replies](const std::string&) {
        const std::string reply = replies.substr(0, replies.find('\n'));
        replies.erase(0, reply.size() + 1);
        return reply;
    };
    const std::string first = end == std::string::npos ? input : input.substr(0, end + 2);
    return in_talking_child(first, body, next, standard_error);
}
