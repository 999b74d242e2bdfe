// SPDX-License-Identifier: MIT
#pragma once
// Files that a test writes. Tests run side by side.

#include <unistd.h>

#include <filesystem>
#include <string>

/// A path that no other process uses.
inline std::filesystem::path temporary_path(const std::string& name) {
    return std::filesystem::temp_directory_path() /
           ("agi-test-" + std::to_string(::getpid()) + '-' + name);
}
