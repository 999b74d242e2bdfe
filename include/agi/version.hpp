// SPDX-License-Identifier: MIT
#pragma once
// The version of the library, and the namespace that carries its ABI version.

#define AGI_VERSION_MAJOR 0
#define AGI_VERSION_MINOR 1
#define AGI_VERSION_PATCH 0

/// Asterisk Gateway Interface: commands, replies and sessions.
///
/// Everything is in an inline namespace for each ABI version, so that two vendored copies of
/// different versions can meet in one program.
namespace agi { inline namespace v0 {
}}  // namespace agi::v0
