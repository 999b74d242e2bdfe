// SPDX-License-Identifier: MIT
// The other source file, with the Asio of Boost; see standalone.cpp.

#include "both.hpp"

AGI_DEFINE_NAMES("boost")

std::string serve_on_boost() {
    return serve([](agi::fastagi::Server& server) {
        server.route("x", [](agi::fastagi::Call& call) { agi::Noop{"y"}(call); });
    });
}
