// SPDX-License-Identifier: MIT
// One of two source files whose Asio is not the same.

#include "both.hpp"

AGI_DEFINE_NAMES("standalone")

std::string serve_on_boost();

int main() {
    const std::string said = serve([](agi::fastagi::Server& server) {
        server.route("x", [](agi::fastagi::Call& call) { agi::Noop{"x"}(call); });
    });
    return said == "NOOP \"x\"\nstandalone" && serve_on_boost() == "NOOP \"y\"\nboost" ? 0 : 1;
}
