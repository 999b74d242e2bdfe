// SPDX-License-Identifier: MIT
// A command does nothing until it is given a session.

#include <agi/command/playback.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>

void run(agi::Session<agi::FdStream>& session);
void run(agi::Session<agi::FdStream>& session) {
#ifdef REJECT
    static_cast<void>(session);
    agi::StreamFile{"beep"};
#else
    agi::StreamFile{"beep"}(session);
#endif
}
