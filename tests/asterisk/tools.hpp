// SPDX-License-Identifier: MIT
#pragma once
// Programs of the machine that some tests need.

#include "../connection.hpp"
#include "call.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace live {

/// Says loudly that a test does not run.
inline bool skipped(const std::string& why) {
    std::cerr << "SKIPPED: " << why << std::endl;
    return true;
}

/// Whether a program is missing, and its test is to be skipped. With REQUIRE_ASTERISK=1 that is a
/// failure, as Debian has it.
inline bool lacks(const std::string& path, const std::string& package) {
    if (::access(path.c_str(), X_OK) == 0) return false;
    const std::string why = "no " + path + " (Debian: " + package + ")";
    const char* const required = std::getenv("REQUIRE_ASTERISK");
    if (required != nullptr && std::string{required} == "1") throw std::runtime_error{why};
    return skipped(why);
}

/// A configuration of examples/ with other addresses and paths, as a file beside Asterisk's.
class Configuration {
  public:
    explicit Configuration(const std::string& name)
        : path_{Asterisk::get().setting("AST_DIR") + '/' + name} {
        std::ostringstream text;
        text << std::ifstream{AGI_EXAMPLES_FOLDER "/" + name}.rdbuf();
        text_ = text.str();
    }

    /// @throws std::logic_error  the example has no such text
    Configuration& replace(const std::string& shown, const std::string& used) {
        const auto at = text_.find(shown);
        if (at == std::string::npos) throw std::logic_error{path_ + " has no " + shown};
        text_.replace(at, shown.size(), used);
        return *this;
    }

    /// Writes it; where.
    const std::string& write() const {
        std::ofstream{path_} << text_;
        return path_;
    }

  private:
    std::string path_;
    std::string text_;
};

}  // namespace live
