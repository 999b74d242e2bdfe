// SPDX-License-Identifier: MIT
#pragma once
// Files that a test writes. Tests run side by side, each in a process of its own.

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

/// A path in a folder that no other process uses, and that is gone at the end of this one.
inline std::filesystem::path temporary_path(const std::string& name) {
    struct Folder {
        std::filesystem::path path;
        pid_t owner = ::getpid();
        Folder() {
            std::string made =
                (std::filesystem::temp_directory_path() / "agi-test-XXXXXX").string();
            if (::mkdtemp(made.data()) == nullptr) {
                throw std::system_error{errno, std::generic_category(), made};
            }
            path = made;
        }
        Folder(const Folder&) = delete;
        Folder& operator=(const Folder&) = delete;
        ~Folder() {
            std::error_code ignored;
            if (::getpid() == owner) std::filesystem::remove_all(path, ignored);
        }
    };
    static const Folder folder;
    return folder.path / name;
}
