// SPDX-License-Identifier: MIT
#include "temporary.hpp"
#include <agi/asio/async_session.hpp>

using agi::AsyncSession;
using agi::Task;

Task<> work(AsyncSession<>& call);
Task<> work(AsyncSession<>& call) {
    const agi::SetVariable named{"NAME", "value"};
    co_await call(AGI_COMMAND);
}
