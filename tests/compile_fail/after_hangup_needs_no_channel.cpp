// SPDX-License-Identifier: MIT
#include <agi/command/call.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>

void run(agi::Session<agi::FdStream>& session) {
    session.after_hangup([](auto& call) {
#ifdef REJECT
        agi::Answer{}(call);
#else
        agi::GetVariable{"DIALSTATUS"}(call);
#endif
    });
}
