// SPDX-License-Identifier: MIT
#include "temporary.hpp"
#include <agi/asyncagi/together.hpp>

using agi::Task;
using agi::fastagi::AsyncCall;

Task<> work(AsyncCall& call);
Task<> work(AsyncCall& call) {
    const agi::SetVariable named{"NAME", "value"};
    co_await agi::asyncagi::together(call, named, AGI_COMMAND);
}
