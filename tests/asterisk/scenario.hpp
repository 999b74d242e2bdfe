// SPDX-License-Identifier: MIT
#pragma once
// A call to one of the live programs, and the report that it wrote.

#include "call.hpp"
#include "program.hpp"
#include "report.hpp"

#include <unistd.h>

#include <string>

namespace live {

/// `setup.agi` holds what follows the program's own arguments: empty, or text such as `,a,b`.
class Scenario : public Call {
  public:
    explicit Scenario(const Program& program, const Setup& setup = {})
        : Scenario{program, setup,
                   Asterisk::get().setting("AST_DIR") + "/report-" + program.name()} {}

    /// Waits for the end of the program; what it reported.
    Report report() {
        status();
        return Report{path_};
    }

  private:
    Scenario(const Program& program, const Setup& setup, const std::string& path)
        : Call{with_program(program, setup, path)}, path_{path} {}

    static Setup with_program(const Program& program, Setup setup, const std::string& path) {
        ::unlink(path.c_str());
        setup.agi = Asterisk::this_program() + ',' + program.name() + ',' + path + setup.agi;
        return setup;
    }

    std::string path_;
};

}  // namespace live
