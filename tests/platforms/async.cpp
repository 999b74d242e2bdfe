// SPDX-License-Identifier: MIT
// AsyncSession, with callbacks and, where there are any, with coroutines: what servers are made of, without a
// server, and with nothing of an operating system but what Asio has of it.

#include <agi/agi.hpp>
#include <agi/asio/async_session.hpp>
#include <agi/testing/async_rehearsal.hpp>
#include <agi/testing/simulated_socket.hpp>

#ifdef AGI_BOOST_ASIO
#include <boost/asio/io_context.hpp>
#else
#include <asio/io_context.hpp>
#endif

#include <chrono>
#include <exception>
#include <memory>
#include <string>

namespace {

using std::chrono::seconds;
namespace net = agi::wire::net;

agi::testing::Asterisk asterisk() {
    agi::testing::Asterisk asterisk;
    asterisk.network = true;
    asterisk.channel.any_sound = seconds{2};
    asterisk.channel.caller.after("enter-pin").press("1234#");
    return asterisk;
}

std::string with_callbacks() {
    using Socket = agi::testing::SimulatedSocket;
    agi::testing::Asterisk simulated = asterisk();
    net::io_context context;
    agi::AsyncSession<Socket> call{Socket{
        context.get_executor(),
        std::make_shared<agi::testing::LineEnd<>>(agi::testing::SimulatedStream{simulated})}};
    const agi::GetData ask{"enter-pin", seconds{5}, 4};
    std::string digits = "nothing";
    call.async_start([&](const std::exception_ptr& failure) {
        if (failure) return;
        call.async_execute(ask,
                           [&](const std::exception_ptr& no, const agi::GetData::Result& result) {
                               if (!no) digits = result.digits;
                           });
    });
    context.run();
    return digits;
}

#ifdef AGI_HAS_COROUTINES
std::string with_coroutines() {
    agi::testing::Asterisk simulated = asterisk();
    std::string digits = "nothing";
    agi::testing::run_async(simulated,
                            [&](agi::testing::SimulatedAsyncSession& call) -> agi::Task<> {
                                const agi::GetData ask{"enter-pin", seconds{5}, 4};
                                digits = (co_await call(ask)).digits;
                            });
    return digits;
}
#endif

}  // namespace

int main() {
    if (with_callbacks() != "1234") return 1;
#ifdef AGI_HAS_COROUTINES
    if (with_coroutines() != "1234") return 2;
#endif
    return 0;
}
