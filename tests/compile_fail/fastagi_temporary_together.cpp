// SPDX-License-Identifier: MIT
// g++ before 13 destroys a temporary in a co_await expression twice.

#include <agi/asyncagi/together.hpp>
#include <agi/command/variable.hpp>

using agi::Task;
using agi::fastagi::AsyncCall;

#ifdef REJECT
#define AGI_COMMAND \
    agi::SetVariable { "NAME", "value" }
#else
#define AGI_COMMAND named
#endif

Task<> work(AsyncCall& call);
Task<> work(AsyncCall& call) {
    const agi::SetVariable named{"NAME", "value"};
    co_await agi::asyncagi::together(call, named, AGI_COMMAND);
}
