// SPDX-License-Identifier: MIT
#pragma once
// Coroutines in simulated calls: one call, or a call that is ended at every step.

#include <agi/asio/async_session.hpp>
#include <agi/asio/net.hpp>
#include <agi/testing/rehearsal.hpp>
#include <agi/testing/simulated_socket.hpp>
#include <agi/version.hpp>

#ifdef AGI_HAS_COROUTINES

#ifdef AGI_BOOST_ASIO
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#else
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#endif

#include <exception>
#include <memory>
#include <utility>

namespace agi { inline namespace v0 { namespace testing { inline namespace AGI_NET {

/// The session of a coroutine in a simulated call.
using SimulatedAsyncSession = AsyncSession<SimulatedSocket>;

/// Runs a coroutine with a session that leads to this far end, as a server would, until nothing is left to
/// run. What the coroutine throws is thrown.
///
/// @throws WouldHang  it waits for something else, which never comes
template <class Script>
void run_async(std::shared_ptr<FarEnd> far_end, Script&& script) {
    wire::net::io_context context;
    std::exception_ptr error =
        std::make_exception_ptr(WouldHang{"the program waits for something that never comes"});
    const auto work = [&]() -> Task<> {
        SimulatedAsyncSession call{SimulatedSocket{context.get_executor(), std::move(far_end)}};
        co_await call.start();
        co_await script(call);
    };
    wire::net::co_spawn(context, work, [&error](const std::exception_ptr& end) { error = end; });
    context.run();
    if (error) std::rethrow_exception(error);
}

/// The same with a simulated Asterisk:
///
///     run_async(asterisk, [](auto& call) -> agi::Task<> { co_await menu(call); });
template <class Script>
void run_async(Asterisk& asterisk, Script&& script) {
    asterisk.network = true;
    run_async(std::make_shared<LineEnd<>>(SimulatedStream{asterisk}), std::forward<Script>(script));
}

/// The same as `rehearse`, for a coroutine:
///
///     const auto rehearsal = rehearse_async(asterisk, [](auto& call) { return menu(call); });
template <class Script>
Rehearsal rehearse_async(Asterisk asterisk, Script&& script, const RehearsalOptions& options = {}) {
    asterisk.network = true;
    const auto make_call = [&](simulator::RehearsalStream stream) {
        run_async(std::make_shared<LineEnd<simulator::RehearsalStream>>(std::move(stream)), script);
    };
    return simulator::rehearse_with(asterisk, make_call, options);
}

}}}}  // namespace agi::v0::testing::AGI_NET

#endif
