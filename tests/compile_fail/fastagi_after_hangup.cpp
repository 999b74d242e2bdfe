// SPDX-License-Identifier: MIT
// After a hang-up only commands that work then.

#include <agi/command/call.hpp>
#include <agi/command/script.hpp>
#include <agi/fastagi/async_session.hpp>

#include <exception>

#ifdef REJECT
using Command = agi::Answer;
#else
using Command = agi::Noop;
#endif

void note(agi::fastagi::AsyncSession<>& call, const Command& command) {
    call.async_execute_after_hangup(command, [](const std::exception_ptr& /*error*/) {});
}
