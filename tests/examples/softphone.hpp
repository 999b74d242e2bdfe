// SPDX-License-Identifier: MIT
#pragma once
// Runs the softphone and looks at what it prints.

#include "catch.hpp"
#include "temporary.hpp"

#ifdef AGI_SOFTPHONE

#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

namespace phone {

inline const std::string softphone = AGI_SOFTPHONE;

struct Run {
    std::string output;
    int status = -1;
};

inline Run run(const std::string& arguments) {
    Run result;
    std::FILE* const pipe = popen((softphone + ' ' + arguments + " 2>&1 < /dev/null").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 512> bytes{};
    while (std::fgets(bytes.data(), bytes.size(), pipe) != nullptr) result.output += bytes.data();
    const int status = pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

inline bool has(const std::string& text, const std::string& part) {
    INFO("looking for: " << part << "\nin: " << text);
    const bool found = text.find(part) != std::string::npos;
    CHECK(found);
    return found;
}

inline std::string file(const std::string& name, const std::string& text) {
    std::string path = temporary_path(name).string();
    std::ofstream{path} << text;
    return path;
}

inline std::string script(const std::string& name, const std::string& text) {
    std::string path = file(name, text);
    chmod(path.c_str(), 0755);
    return path;
}

}  // namespace phone

#endif
