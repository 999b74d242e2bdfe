// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include "stream/descriptors.hpp"
#include <agi/stream/line_stream.hpp>
#include <agi/stream/stdio_stream.hpp>

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

using namespace agi;

namespace {

/// Puts another descriptor in the place of a standard one, until the end of the scope.
class Replaced {
  public:
    Replaced(int standard, int fd) : standard_{standard}, before_{::dup(standard)} {
        std::cout.flush();
        std::fflush(stdout);
        ::dup2(fd, standard_);
    }
    Replaced(const Replaced&) = delete;
    Replaced& operator=(const Replaced&) = delete;
    ~Replaced() { before_ >= 0 ? ::dup2(before_, standard_) : ::close(standard_); }

  private:
    int standard_;
    Fd before_;
};

}  // namespace

TEST_CASE("StdioStream: is a LineStream on descriptors 0 and 1") {
    STATIC_REQUIRE(is_line_stream_v<StdioStream>);
    const StdioStream stream;
    CHECK(stream.read_fd() == STDIN_FILENO);
    CHECK(stream.write_fd() == STDOUT_FILENO);
}

TEST_CASE("StdioStream: talks through standard input and output") {
    const bool socket = GENERATE(false, true);  // Asterisk gives pipes; inetd gives a socket
    const Pipe in = make_pipe();
    const Pipe out = make_pipe();
    const SocketPair sockets = make_sockets();
    const Fd& far_input = socket ? sockets.theirs : in.write;
    const Fd& far_output = socket ? sockets.theirs : out.read;
    far_input.put("200 result=0\nmore");
    std::string line;
    bool open = false;
    {
        const Replaced input{STDIN_FILENO, socket ? sockets.ours : in.read};
        const Replaced output{STDOUT_FILENO, socket ? sockets.ours : out.write};
        StdioStream stream;
        open = stream.read_line(line);
        stream.write_line("NOOP");
    }
    CHECK(open);
    CHECK(line == "200 result=0");
    CHECK(far_output.take() == "NOOP\n");
}
