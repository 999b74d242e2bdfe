// SPDX-License-Identifier: MIT
// A question on a blocking session needs no co_await.

#include <agi/asio/async_session.hpp>
#include <agi/fastagi/call.hpp>
#include <agi/ivr/coroutine.hpp>
#include <agi/ivr/ivr.hpp>

agi::Task<> work(agi::fastagi::Call& call);
agi::Task<> work(agi::fastagi::Call& call) {
    const agi::ivr::Ask pin{{"enter-pin"}};
#ifdef REJECT
    co_await pin(call);
#else
    pin(call);
    co_return;
#endif
}
