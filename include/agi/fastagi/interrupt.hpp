// SPDX-License-Identifier: MIT
#pragma once
// Why something that waits for Asterisk is ended from outside.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>

namespace agi { inline namespace v0 { namespace fastagi {

enum class Interrupt : unsigned char { none, deadline, server_stop };

/// The server ends: the call goes on in the dialplan. Thrown where a handler waits for Asterisk.
class ServerStopping : public AGIException {
    using AGIException::AGIException;
};

}}}  // namespace agi::v0::fastagi
