// SPDX-License-Identifier: MIT
#pragma once
// How the sessions of a source are made: by a server, or over a stream of the user's.

#include <agi/asyncagi/control.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/version.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi { inline namespace AGI_NET {

namespace net = wire::net;
using wire::error_code;

/// The way to a session. On the source's thread.
class SessionEnd {
  public:
    SessionEnd() = default;
    SessionEnd(const SessionEnd&) = delete;
    SessionEnd& operator=(const SessionEnd&) = delete;
    virtual ~SessionEnd() = default;

    virtual void give(std::string_view bytes) = 0;
    /// Nothing more comes; what was given goes out first. Nothing is heard of it any more.
    virtual void close() = 0;
};

/// A call that is ours, for whoever makes a session of it.
struct NewCall {
    net::io_context& context;
    std::shared_ptr<Control> control;
    std::function<void(std::string_view line)> on_line;
    std::function<void()> on_closed;  ///< By the session.
};

/// None: no more calls are taken.
using BeginCall = std::function<std::shared_ptr<SessionEnd>(NewCall)>;

}}}}  // namespace agi::v0::asyncagi::AGI_NET
