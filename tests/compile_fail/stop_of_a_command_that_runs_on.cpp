// SPDX-License-Identifier: MIT
#include <agi/command/dialplan.hpp>
#include <agi/command/playback.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>

void run(agi::Session<agi::FdStream>& session) {
    const auto stop = [] { return true; };
#ifdef REJECT
    session.execute_until(agi::Exec{"Playback", "a"}, stop);
#else
    session.execute_until(agi::StreamFile{"a"}, stop);
#endif
}
