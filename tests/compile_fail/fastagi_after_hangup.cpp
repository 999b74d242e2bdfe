// SPDX-License-Identifier: MIT
// After a hang-up only commands that work then.

#include <agi/asio/async_session.hpp>
#include <agi/command/call.hpp>
#include <agi/command/program.hpp>

#include <exception>

#ifdef REJECT
using Command = agi::Answer;
#else
using Command = agi::Noop;
#endif

void note(agi::AsyncSession<>& call, const Command& command) {
    call.async_execute_after_hangup(command, [](const std::exception_ptr& /*error*/) {});
}
