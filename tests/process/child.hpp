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

/// Runs `body` in a child whose standard input says `input`; what `body` returns is its status.
template <class Body>
Outcome in_child(const std::string& input, Body body) {
    Pipe in = make_pipe();
    const Fd out = make_file();
    const Fd errors = make_file();
    in.write.put(input);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(in.read, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(errors, STDERR_FILENO);
        in.read.close();
        in.write.close();
        const int status = body();
        std::fflush(nullptr);
        ::_exit(status);
    }
    in.write.close();
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return {content(out), content(errors), WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}
