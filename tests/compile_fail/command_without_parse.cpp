// SPDX-License-Identifier: MIT
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>

struct Command {
    [[nodiscard]] agi::wire::Request request() const { return agi::wire::Request{"NOOP"}; }
#ifndef REJECT
    void parse(const agi::Reply&) const {}
#endif
};

void run(agi::Session<agi::FdStream>& session) { session.execute(Command{}); }
