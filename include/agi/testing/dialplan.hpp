// SPDX-License-Identifier: MIT
#pragma once
// The dialplan's variables and functions, for applications, functions and subroutines of a test's own.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/functions.hpp>
#include <agi/version.hpp>

namespace agi { inline namespace v0 { namespace testing {

/// find_value(call, name): the value of a variable or of a function, named as in `${...}`. Nothing when
/// there is none.
using simulator::find_value;

/// set_value(call, name, value): sets a variable, or writes a function.
using simulator::set_value;

/// evaluated(call, text): the text with every `${...}` and `$[...]` in it replaced by its value.
///
/// @throws NotSimulated  what only Asterisk could calculate
using simulator::evaluated;

}}}  // namespace agi::v0::testing
