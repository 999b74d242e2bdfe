// SPDX-License-Identifier: MIT
#pragma once
// The version of the library, and the namespace that carries its ABI version.

#if __cplusplus < 201703L
#error \
    "agi needs C++17: compile with -std=c++17, or target_compile_features(... cxx_std_17) in CMake"
#include <agi_needs_cxx17>  // there is none: the compiler stops here
#endif

#define AGI_VERSION_MAJOR 0
#define AGI_VERSION_MINOR 1
#define AGI_VERSION_PATCH 0

/// The same as text, and as one number that can be compared: 100 is 0.1.0, 10203 is 1.2.3.
#define AGI_VERSION_STRING "0.1.0"
#define AGI_VERSION (AGI_VERSION_MAJOR * 10000 + AGI_VERSION_MINOR * 100 + AGI_VERSION_PATCH)

/// Asterisk Gateway Interface: commands, replies and sessions.
///
/// Everything is in an inline namespace for each ABI version, so that two vendored copies of
/// different versions can meet in one program.
namespace agi { inline namespace v0 {
}}  // namespace agi::v0
