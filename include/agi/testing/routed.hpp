// SPDX-License-Identifier: MIT
#pragma once
// Handlers of a server in simulated calls: with a route, its parameters and the query.

#include <agi/fastagi/call.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/version.hpp>
#include <agi/wire/escape.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 { namespace testing { inline namespace AGI_NET {

/// A handler for `server.route(pattern, ...)`, as a script for a simulated session, `rehearse` and
/// `rehearse_async`: it gets a call that knows `parameter()`, `path()`, `query()` and the like.
///
///     asterisk.network = true;
///     asterisk.entry("agi_request") = "agi://localhost/account/42?greeting=hello";
///     rehearse(asterisk, routed("account/{id}", [](auto& call) { account(call); }));
///
/// The handler takes its call as a template, as the type is another one than in a server.
///
/// @throws std::invalid_argument  in the call: its path is not one of that route
template <class Handler>
class Routed {
  public:
    Routed(std::string_view pattern, Handler handler, fastagi::ServerOptions options = {})
        : pattern_{pattern},
          name_{pattern},
          handler_{std::move(handler)},
          server_{std::make_shared<fastagi::ServerState>(std::move(options))} {}

    /// Goes on with a session whose environment has been read.
    template <class Session>
    auto operator()(Session& session) const {
        using Call = fastagi::ServerCall<Session>;
        auto call = std::make_unique<Call>(facts_of(session), std::move(session));
        if constexpr (std::is_void_v<std::invoke_result_t<const Handler&, Call&>>) {
            handler_(*call);
        } else {
            return run(handler_, std::move(call));
        }
    }

  private:
#ifdef AGI_HAS_COROUTINES
    /// The call lives as long as the coroutine.
    template <class Call>
    static auto run(const Handler& handler, std::unique_ptr<Call> call)
        -> std::invoke_result_t<const Handler&, Call&> {
        co_return co_await handler(*call);
    }
#endif

    template <class Session>
    fastagi::CallFacts facts_of(const Session& session) const {
        fastagi::CallFacts facts;
        facts.server = server_;
        facts.id = ++server_->counters.calls;
        const std::string_view path = session.environment().script().path();
        if (!pattern_.matches(path, facts.parameters)) {
            throw std::invalid_argument{"route " + wire::shown(name_) + ": is not that of " +
                                        wire::shown(path)};
        }
        return facts;
    }

    fastagi::Pattern pattern_;
    std::string name_;
    Handler handler_;
    std::shared_ptr<fastagi::ServerState> server_;
};

/// See Routed.
template <class Handler>
Routed<Handler> routed(std::string_view pattern, Handler handler) {
    return {pattern, std::move(handler)};
}

}}}}  // namespace agi::v0::testing::AGI_NET
