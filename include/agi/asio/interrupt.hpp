// SPDX-License-Identifier: MIT
#pragma once
// Why something that waits for Asterisk is ended from outside.

#include <agi/session/session_core.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace wire { inline namespace AGI_NET {

enum class Interrupt : unsigned char { none, deadline, server_stop };

/// The server ends: the call goes on in the dialplan. Thrown where a handler waits for Asterisk.
class ServerStopping : public AGIException {
    using AGIException::AGIException;
};

/// What was told to the operations of a session.
class Interruption {
  public:
    /// Ends the operation that runs, if one does. A stop ends later ones too.
    void tell(Interrupt reason) noexcept {
        reason_ = reason;
        stopping_ = stopping_ || reason == Interrupt::server_stop;
    }

    /// An operation begins.
    ///
    /// @throws ServerStopping  there was a stop, and this is not for after a hang-up
    void begin(std::string_view request, Urgency urgency) {
        reason_ = Interrupt::none;
        if (stopping_ && urgency == Urgency::normal) {
            throw ServerStopping(request, "not sent, the server is stopping");
        }
    }

    /// Whether the operation that runs was told to end.
    [[nodiscard]] bool pending() const noexcept { return reason_ != Interrupt::none; }

    /// It ends.
    [[noreturn]] void end(std::string_view subject) {
        switch (std::exchange(reason_, Interrupt::none)) {
            case Interrupt::deadline:
                throw AGITimeoutError(subject, "no reply within the deadline");
            case Interrupt::server_stop: throw ServerStopping(subject, "the server is stopping");
            default: throw AGIError(subject, "cancelled, the reply is still owed");
        }
    }

  private:
    Interrupt reason_ = Interrupt::none;
    bool stopping_ = false;
};

}}}}  // namespace agi::v0::wire::AGI_NET
