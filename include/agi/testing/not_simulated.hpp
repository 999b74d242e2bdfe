// SPDX-License-Identifier: MIT
#pragma once
// What the simulator throws rather than to guess.

#include <agi/version.hpp>

#include <stdexcept>

namespace agi { inline namespace v0 { namespace testing {

/// The program uses something of Asterisk that the simulator does not have. Not an AGIException, so that
/// call logic which handles those does not swallow it.
class NotSimulated : public std::logic_error {
    using std::logic_error::logic_error;
};

}}}  // namespace agi::v0::testing
