// SPDX-License-Identifier: MIT
// The tests, or one of the programs that they make calls to.

#define CATCH_CONFIG_RUNNER
#include "catch.hpp"
#include "program.hpp"

#include <cstdlib>

int main(int argc, char** argv) {
    // Asterisk sets this variable for every program that it starts.
    if (std::getenv("AST_AGI_DIR") != nullptr) return live::Program::run();
    return Catch::Session().run(argc, argv);
}
