// SPDX-License-Identifier: MIT
#pragma once
// What may be set before a client of the manager interface connects.

#include <agi/ami/conversation.hpp>
#include <agi/ami/transport.hpp>
#include <agi/fastagi/options.hpp>
#include <agi/session/options.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace ami { inline namespace AGI_NET {

using fastagi::Log;
using fastagi::Severity;

struct ClientOptions {
    std::string host = "127.0.0.1";  ///< A name or an address.
    std::uint16_t port = 5038;       ///< 5039 is usual for TLS.
    std::string user{};
    std::string secret{};
    /// Which events come: `on`, `off`, or classes such as `agi,call,dtmf`.
    std::string events = "on";
    /// Sends the secret itself at the login. Only where TLS hides it.
    bool plain = false;
    /// TCP, unless it says TLS: see tls.hpp.
    MakeTransport transport = tcp;

    std::chrono::milliseconds connect_time{10'000};  ///< For the connection and the login.
    /// After so much silence a Ping is sent; after so much more the connection is given up. 0: never.
    std::chrono::milliseconds keep_alive{10'000};
    /// The pause before the first attempt to connect again. It doubles up to the last one, and is
    /// spread by a quarter, so that the clients of an Asterisk do not come all at once. A refused
    /// login waits for the last one at once.
    std::chrono::milliseconds first_pause{250};
    std::chrono::milliseconds last_pause{30'000};
    /// Bytes that Asterisk has not taken: more than that is a connection that is stuck.
    std::size_t max_unsent = std::size_t{16} << 20U;

    MessageLimits limits{};
    Log log = fastagi::log_to_stderr;
    /// Sees every line that is sent and all bytes that come; secrets are shown as `***`.
    std::function<void(Direction, std::string_view)> trace{};
};

}}}}  // namespace agi::v0::ami::AGI_NET
