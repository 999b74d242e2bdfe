// SPDX-License-Identifier: MIT
// g++ before 13 destroys a temporary in a co_await expression twice, so that a question needs a name.

#include <agi/asio/async_session.hpp>
#include <agi/ivr/coroutine.hpp>
#include <agi/ivr/ivr.hpp>

#ifdef REJECT
#define AGI_QUESTION    \
    agi::ivr::Ask {     \
        { "enter-pin" } \
    }
#else
#define AGI_QUESTION named
#endif

agi::Task<> work(agi::AsyncSession<>& call);
agi::Task<> work(agi::AsyncSession<>& call) {
    const agi::ivr::Ask named{{"enter-pin"}};
    const auto entry = co_await AGI_QUESTION(call);
    if (!entry) co_return;
}
