// SPDX-License-Identifier: MIT
#pragma once
// A command in a co_await expression: g++ before 13 destroys a temporary one twice.

#include <agi/command/variable.hpp>

#ifdef REJECT
#define AGI_COMMAND \
    agi::SetVariable { "NAME", "value" }
#else
#define AGI_COMMAND named
#endif
