// SPDX-License-Identifier: MIT
#pragma once
// What a coroutine does after a hang-up, and which commands it may await.

#include <agi/asio/net.hpp>
#include <agi/version.hpp>
#include <agi/wire/refuse.hpp>

#include <type_traits>
#include <utility>

#define AGI_TEMPORARY                                                                              \
    "agi: co_await call(command): give the command a name, as this compiler destroys a temporary " \
    "twice in a co_await expression"
#define AGI_PERHAPS_TEMPORARY                                                            \
    "agi: write  co_await call(command)  and give the command a name, as this compiler " \
    "destroys a temporary twice in a co_await expression"

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

// g++ before 13 destroys the members of an aggregate temporary twice in a co_await expression.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
template <class Command>
inline constexpr bool command_may_be_temporary = false;
#else
template <class Command>
inline constexpr bool command_may_be_temporary = true;
#endif

/// For  co_await call(command)
template <class Command>
using if_lasting =
    std::enable_if_t<command_may_be_temporary<Command> || std::is_lvalue_reference_v<Command>>;
template <class Command>
using if_temporary =
    std::enable_if_t<!command_may_be_temporary<Command> && !std::is_lvalue_reference_v<Command>>;

/// For  co_await Command{...}(call), where it cannot be told what is a temporary.
template <class Command>
using if_always_lasting = std::enable_if_t<command_may_be_temporary<Command>>;
template <class Command>
using if_perhaps_temporary = std::enable_if_t<!command_may_be_temporary<Command>>;

#ifdef AGI_HAS_COROUTINES
/// Takes only commands that work after a hang-up, under either HangupPolicy; see
/// AsyncSession::after_hangup.
template <class Session>
class AsyncAfterHangup {
  public:
    template <class Command, class = if_lasting<Command>>
    auto operator()(Command&& command) {
        return session_.async_execute_after_hangup(
            std::decay_t<Command>(std::forward<Command>(command)), net::use_awaitable);
    }
    template <class Command, class = if_temporary<Command>, class = void>
    AGI_REFUSE(AGI_TEMPORARY)
    Task<> operator()(Command&& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_TEMPORARY);
        return Task<>{};
    }

    /// The same, for  co_await Command{...}(call)
    template <class Command, class = if_always_lasting<Command>>
    auto execute(const Command& command) {
        return session_.async_execute_after_hangup(command, net::use_awaitable);
    }
    template <class Command, class = if_perhaps_temporary<Command>, class = void>
    AGI_REFUSE(AGI_PERHAPS_TEMPORARY)
    Task<> execute(const Command& /*command*/) {
        AGI_REFUSE_IN_BODY(Command, AGI_PERHAPS_TEMPORARY);
        return Task<>{};
    }

    [[nodiscard]] const auto& environment() const noexcept { return session_.environment(); }

  private:
    friend Session;
    explicit AsyncAfterHangup(Session& session) : session_{session} {}

    Session& session_;
};
#endif

}}}}  // namespace agi::v0::wire::AGI_NET
