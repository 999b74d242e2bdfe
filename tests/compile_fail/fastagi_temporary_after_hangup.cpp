// SPDX-License-Identifier: MIT
#include "temporary.hpp"
#include <agi/asio/async_session.hpp>

using agi::AsyncSession;
using agi::Task;

Task<> work(AsyncSession<>& call);
Task<> work(AsyncSession<>& call) {
    const agi::SetVariable named{"NAME", "value"};
    co_await call.after_hangup([&](auto& rest) -> Task<> { co_await rest(AGI_COMMAND); });
}
