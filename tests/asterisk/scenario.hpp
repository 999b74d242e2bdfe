// SPDX-License-Identifier: MIT
#pragma once
// A call to one of the live programs, and the report that it wrote.

#include "call.hpp"
#include "program.hpp"
#include "report.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

namespace live {

/// Where the environment variable AGI_LIVE_OVER_AMI is set, programs are not started by Asterisk:
/// asyncagi_bridge.cpp sets this to what AGI() gets then in place of the program.
inline std::string (*over_ami)() = nullptr;

/// `setup.agi` holds what follows the program's own arguments: empty, or text such as `,a,b`.
class Scenario : public Call {
  public:
    explicit Scenario(const Program& program, const Setup& setup = {})
        : Scenario{program, setup,
                   Asterisk::get().setting("AST_DIR") + "/report-" + program.name()} {}

    /// Waits for the end of the program; what it reported.
    Report report() {
        status();
        // Over AMI, AGI() may have ended before the program: the call was hung up, or a command has
        // failed.
        for (int i = 0; over_ami != nullptr && i < 3000; ++i) {
            if (std::filesystem::exists(path_ + ".done")) break;
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
        return Report{path_};
    }

  private:
    Scenario(const Program& program, const Setup& setup, const std::string& path)
        : Call{with_program(program, setup, path)}, path_{path} {}

    static Setup with_program(const Program& program, Setup setup, const std::string& path) {
        ::unlink(path.c_str());
        ::unlink((path + ".done").c_str());
        // There a command that fails ends AsyncAGI, and the dialplan comes back.
        if (over_ami != nullptr && setup.leg == "ans@agi") setup.leg = "ivr@async";
        setup.agi = (over_ami != nullptr ? over_ami() : Asterisk::this_program()) + ',' +
                    program.name() + ',' + path + setup.agi;
        return setup;
    }

    std::string path_;
};

}  // namespace live
