// SPDX-License-Identifier: MIT
// The headers of servers and of Asterisk's manager in a program that asks for every warning: see CMakeLists.txt.

#include <agi/ami/client.hpp>
#include <agi/asio/asio_stream.hpp>
#include <agi/asio/async_session.hpp>
#include <agi/asyncagi/source.hpp>
#include <agi/asyncagi/stream_source.hpp>
#include <agi/asyncagi/together.hpp>
#include <agi/asyncagi/tunnel_stream.hpp>
#include <agi/command/call.hpp>
#include <agi/command/digits.hpp>
#include <agi/fastagi/prometheus.hpp>
#include <agi/fastagi/server.hpp>
#include <agi/fastagi/socket_activation.hpp>
#include <agi/ivr/ivr.hpp>

/// Compiled, never called.
void serve(const agi::asyncagi::SourceOptions& options);
void serve(const agi::asyncagi::SourceOptions& options) {
    agi::fastagi::Server server;
    server.route("pin", [](agi::fastagi::Call& call) {
        agi::Answer{}(call);
        const agi::ivr::Ask pin{"enter-pin"};
        static_cast<void>(pin(call));
    });
#ifdef AGI_HAS_COROUTINES
    server.route("later", [](agi::fastagi::AsyncCall& call) -> agi::Task<> {
        const agi::Answer answer;
        co_await call(answer);
    });
#endif
    agi::asyncagi::Source pbx{server, options};
    server.listen("127.0.0.1", 0);
    server.run();
}
