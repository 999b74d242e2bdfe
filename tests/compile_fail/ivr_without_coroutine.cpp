// SPDX-License-Identifier: MIT
// A question on the session of a coroutine, without the header that makes it awaitable.

#include <agi/asio/async_session.hpp>
#include <agi/ivr/ivr.hpp>
#ifndef REJECT
#include <agi/ivr/coroutine.hpp>
#endif

agi::Task<> work(agi::AsyncSession<>& call);
agi::Task<> work(agi::AsyncSession<>& call) {
    const agi::ivr::Ask pin{{"enter-pin"}};
    co_await pin(call);
}
