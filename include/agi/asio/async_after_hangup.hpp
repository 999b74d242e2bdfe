// SPDX-License-Identifier: MIT
#pragma once
// What a coroutine does after a hang-up, and which commands it may await.

#include <agi/asio/net.hpp>
#include <agi/version.hpp>

#include <type_traits>
#include <utility>

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
constexpr void refuse_temporary() {
    static_assert(
        command_may_be_temporary<std::decay_t<Command>> || std::is_lvalue_reference_v<Command>,
        "co_await call(command): give the command a name, as this compiler destroys "
        "a temporary twice in a co_await expression");
}

/// For  co_await Command{...}(call), where it cannot be told what is a temporary.
template <class Command>
constexpr void refuse_any() {
    static_assert(command_may_be_temporary<Command>,
                  "write  co_await call(command)  and give the command a name, as this "
                  "compiler destroys a temporary twice in a co_await expression");
}

#ifdef AGI_HAS_COROUTINES
/// Takes only commands that work after a hang-up, under either HangupPolicy; see
/// AsyncSession::after_hangup.
template <class Session>
class AsyncAfterHangup {
  public:
    template <class Command>
    auto operator()(Command&& command) {
        refuse_temporary<Command>();
        return session_.async_execute_after_hangup(
            std::decay_t<Command>(std::forward<Command>(command)), net::use_awaitable);
    }

    /// The same, for  co_await Command{...}(call)
    template <class Command>
    auto execute(const Command& command) {
        refuse_any<Command>();
        return session_.async_execute_after_hangup(command, net::use_awaitable);
    }

    [[nodiscard]] const auto& environment() const noexcept { return session_.environment(); }

  private:
    friend Session;
    explicit AsyncAfterHangup(Session& session) : session_{session} {}

    Session& session_;
};
#endif

}}}}  // namespace agi::v0::wire::AGI_NET
