// SPDX-License-Identifier: MIT
#pragma once
// What may be set of a simulated manager interface, and what becomes of calls that its clients begin.

#include <agi/ami/message.hpp>
#include <agi/asyncagi/originate.hpp>
#include <agi/testing/asterisk.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace agi { inline namespace v0 { namespace testing {

/// What would be in manager.conf and extensions.conf.
struct ManagerOptions {
    std::string user = "ivr";  ///< Empty: everybody is let in, with any secret.
    std::string secret = "secret";
    std::string read = "all";   ///< The events that the user may have: `agi,call,dtmf`.
    std::string write = "all";  ///< The actions that he may use: `agi,call,originate,reporting`.
    std::uint16_t port = 0;     ///< On 127.0.0.1; 0: any that is free.

    /// The dialplan brings the call back into AGI(agi:async) when a command has failed.
    bool comes_back = true;
    /// The dialplan has an extension T. Without it a call whose client has died is hung up.
    bool has_timeout_extension = true;
    /// What the program tells by AbsoluteTimeout to show that it is there: SourceOptions::dead_man. It
    /// runs in real time, and only while no client is there. A shorter one, or TIMEOUT(absolute), is a
    /// limit of the call, in its virtual time.
    std::chrono::milliseconds dead_man{60'000};

    /// After so long in real time a program that neither ends its call nor begins a command hangs.
    std::chrono::milliseconds patience{30'000};
    /// One that has sent more commands in a call goes on and on.
    int most_commands = 100'000;
};

/// What becomes of a call that a client begins by the action Originate.
struct Origination {
    /// `unknown` cuts the connections before anybody is told.
    asyncagi::Attempt attempt = asyncagi::Attempt::answered;
    /// The call, where it is answered: `arguments` are those of the AGI(agi:async,...) to which its
    /// place leads. The action says its names, caller ID, place and variables.
    Asterisk asterisk{};
    std::string text = "Originate failed";  ///< What a client is told that is refused.
};
using OnOriginate = std::function<Origination(const ami::Message& action)>;

}}}  // namespace agi::v0::testing
