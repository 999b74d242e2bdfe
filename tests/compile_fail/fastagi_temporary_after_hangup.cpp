// SPDX-License-Identifier: MIT
// g++ before 13 destroys a temporary in a co_await expression twice.

#include <agi/asio/async_session.hpp>
#include <agi/command/variable.hpp>

using agi::AsyncSession;
using agi::Task;

#ifdef REJECT
#define AGI_COMMAND \
    agi::SetVariable { "NAME", "value" }
#else
#define AGI_COMMAND named
#endif

Task<> work(AsyncSession<>& call);
Task<> work(AsyncSession<>& call) {
    const agi::SetVariable named{"NAME", "value"};
    co_await call.after_hangup([&](auto& rest) -> Task<> { co_await rest(AGI_COMMAND); });
}
