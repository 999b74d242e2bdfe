// SPDX-License-Identifier: MIT
#include "temporary.hpp"
#include <agi/asio/async_session.hpp>

#include <chrono>

using agi::AsyncSession;
using agi::Task;

Task<> work(AsyncSession<>& call);
Task<> work(AsyncSession<>& call) {
    const agi::SetVariable named{"NAME", "value"};
    co_await call.execute_within(AGI_COMMAND, std::chrono::seconds{1});
}
