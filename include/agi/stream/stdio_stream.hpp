// SPDX-License-Identifier: MIT
#pragma once
// The stream of a program that AGI() or EAGI() has started: two descriptors and no more. Opt-in.

#include <agi/stream/fd_stream.hpp>
#include <agi/version.hpp>

#include <unistd.h>

namespace agi { inline namespace v0 {

/// Standard input and output, by their descriptors: buffers of std::cin, std::cout and stdio are
/// not used. Whatever else the program prints to standard output would be a command to Asterisk:
/// messages belong on standard error. A child that is forked and goes on holds the call, unless it
/// closes both. ProcessStream takes care of either.
class StdioStream : public FdStream {
  public:
    StdioStream() : FdStream{STDIN_FILENO, STDOUT_FILENO} {}
};

}}  // namespace agi::v0
