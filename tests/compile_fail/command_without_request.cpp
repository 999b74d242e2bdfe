// SPDX-License-Identifier: MIT
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>

struct Command {
#ifndef REJECT
    [[nodiscard]] agi::wire::Request request() const { return agi::wire::Request{"NOOP"}; }
#endif
    void parse(const agi::Reply&) const {}
};

void run(agi::Session<agi::FdStream>& session) { session.execute(Command{}); }
