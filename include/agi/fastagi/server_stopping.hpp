// SPDX-License-Identifier: MIT
#pragma once
// What a handler is told when its server ends.

#include <agi/fastagi/net.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <exception>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// The server ends: the call goes on in the dialplan. Thrown where a handler waits for Asterisk, and by
/// every later command, apart from those in after_hangup.
class ServerStopping : public AGIException {
    using AGIException::AGIException;
};

inline std::exception_ptr server_stopping() {
    return std::make_exception_ptr(ServerStopping{"FastAGI", "the server is stopping"});
}

}}}}  // namespace agi::v0::fastagi::AGI_NET
