// SPDX-License-Identifier: MIT
#pragma once
// A child process that stands where Asterisk puts a program: what it reads is given, what it writes
// is looked at afterwards.

#include "catch.hpp"
#include "stream/descriptors.hpp"

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

/// Where standard error leads.
enum class StandardError { a_file, standard_output };

/// Runs `body` in a child whose standard input says `input`; what `body` returns is its status.
template <class Body>
Outcome in_child(const std::string& input, Body body,
                 StandardError standard_error = StandardError::a_file) {
    Pipe in = make_pipe();
    const Fd out = make_file();
    Pipe pipe = make_pipe();
    const Fd errors = make_file();
    const bool together = standard_error == StandardError::standard_output;
    in.write.put(input);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(in.read, STDIN_FILENO);
        ::dup2(together ? pipe.write : out, STDOUT_FILENO);
        ::dup2(together ? pipe.write : errors, STDERR_FILENO);
        for (Fd* const fd : {&in.read, &in.write, &pipe.read, &pipe.write}) fd->close();
        const int status = body();
        std::fflush(nullptr);
        ::_exit(status);
    }
    in.write.close();
    pipe.write.close();
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return {together ? pipe.read.take() : content(out), content(errors),
            WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}
