// SPDX-License-Identifier: MIT
#pragma once
// Catch2, whichever version is installed. Tests are written for version 3; what version 2 names
// differently is added here.

// What an assertion throws ends its test case. A fifth less to compile.
#define CATCH_CONFIG_FAST_COMPILE

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>

#include <string>

namespace Catch { namespace Matchers {

inline auto ContainsSubstring(const std::string& text) { return Contains(text); }

}}  // namespace Catch::Matchers
#endif
