// SPDX-License-Identifier: MIT
#pragma once
// A command whose arguments and answer no trace shows.

#include <agi/version.hpp>
#include <agi/wire/command_traits.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/redacted_error.hpp>

#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

/// The same command, for what must not be in a log, such as the digits of a PIN or a card:
///
///     const auto pin = session(Secret{GetData{"enter-pin", 5s, 4}, false}).digits;
///
/// A trace hook gets `***` in place of each argument, and a `*` for each byte of the result; so does
/// an exception, in what(), request() and reply(). Text that is secret and is read back is a secret
/// command too: `Secret{SayDigits{pin}}`. What Asterisk logs of its own commands is its affair:
/// `agi set debug`, and the events of its manager interface.
template <class Command>
struct [[nodiscard]] Secret {
    Command command;
    bool request_too = true;  ///< Whether the arguments are secret, as of SetVariable{"PIN", pin}.

    /// The reply to a command without a result says nothing of it.
    [[nodiscard]] wire::Redaction redaction() const noexcept {
        using Result = decltype(command.parse(std::declval<const Reply&>()));
        return {request_too, !std::is_void_v<Result>};
    }
    static constexpr bool works_after_hangup = Command::works_after_hangup;
    static constexpr bool stops_in_eagi_only = wire::stops_in_eagi_only<Command>::value;

    [[nodiscard]] ReplyForm reply_form() const noexcept { return wire::reply_form(command); }
    [[nodiscard]] wire::Request request() const {
        return quietly([this] { return command.request(); });
    }
    [[nodiscard]] auto parse(const Reply& reply) const {
        return quietly([&] { return command.parse(reply); });
    }

    // What some commands have, and this one then too.
    template <class Of = Command>
    static auto when_stopped() -> decltype(Of::when_stopped()) {
        return Of::when_stopped();
    }
    template <class Of = Command>
    static auto says_hangup(const Reply& reply) -> decltype(Of::says_hangup(reply)) {
        return Of::says_hangup(reply);
    }
    template <class Of = Command>
    [[nodiscard]] auto longest() const -> decltype(std::declval<const Of&>().longest()) {
        return command.longest();
    }
    template <class Of = Command>
    auto check_server(const ServerVersion& server) const
        -> decltype(std::declval<const Of&>().check_server(server)) {
        return quietly([&] { return command.check_server(server); });
    }

    template <class Session>
    auto operator()(Session& session) const {
        return quietly([&] { return session.execute(*this); });
    }

  private:
    /// Does it, and lets no exception tell.
    template <class Work>
    auto quietly(Work work) const {
        try {
            return work();
        } catch (AGIException& error) {
            wire::redact(error, redaction());
            throw;
        }
    }
};

template <class Command>
Secret(Command) -> Secret<Command>;
template <class Command>
Secret(Command, bool) -> Secret<Command>;

}}  // namespace agi::v0
