// SPDX-License-Identifier: MIT
#pragma once
// One more Asterisk, of the test's own: it may be killed and come back.

#include "call.hpp"
#include "catch.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace live {

/// Of the same version as the other one, and beside it. Is down at the end.
class OwnAsterisk {
  public:
    explicit OwnAsterisk(const std::string& name)
        : folder_{std::filesystem::path{Asterisk::get().setting("AST_DIR")}.parent_path() /
                  (name + '-' + std::to_string(::getpid()))},
          up_{tools() + "/asterisk-up " + folder_.string() +
              (Asterisk::get().version() >= 20 ? " forky" : " bullseye") + " 2>/dev/null"} {
        REQUIRE(shell(up_) == 0);
        port_ = setting("AMI_PORT");
    }
    OwnAsterisk(const OwnAsterisk&) = delete;
    OwnAsterisk& operator=(const OwnAsterisk&) = delete;
    ~OwnAsterisk() {
        shell(tools() + "/asterisk-down " + folder_.string() + " 2>/dev/null");
        std::filesystem::remove_all(folder_);
    }

    [[nodiscard]] std::uint16_t ami_port() const {
        return static_cast<std::uint16_t>(std::stoi(port_));
    }
    /// Says a line on its console.
    void console(const std::string& line) const {
        shell((folder_ / "rx").string() + " '" + line + "' >/dev/null");
    }
    void kill() const { shell("kill -9 " + setting("AST_PID")); }
    /// After `kill`: on the same port.
    void come_back() const { REQUIRE(shell("AMI_PORT=" + port_ + ' ' + up_) == 0); }

  private:
    static std::string tools() { return AGI_ASTERISK_TOOLS; }
    static int shell(const std::string& command) { return std::system(command.c_str()); }
    [[nodiscard]] std::string setting(const std::string& name) const {
        std::ifstream file{folder_ / "env"};
        for (std::string line; std::getline(file, line);) {
            if (line.compare(0, name.size() + 1, name + '=') == 0) {
                return line.substr(name.size() + 1);
            }
        }
        return {};
    }

    std::filesystem::path folder_;
    std::string up_;
    std::string port_;
};

}  // namespace live
