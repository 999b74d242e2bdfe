// SPDX-License-Identifier: MIT
// A secret command whose failure ends the program: neither standard error nor the console has it.

#include "catch.hpp"
#include "process/child.hpp"
#include <agi/command/program.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/variable.hpp>
#include <agi/process/run.hpp>

#include <cstdlib>
#include <string>

TEST_CASE("run: the last words of a program have no secret in them") {
    const std::string secret = "4111222233334444";
    const std::string reply = GENERATE(as<std::string>{}, "510 Invalid or unknown command: ",
                                       "520 Invalid command syntax: ", "200 result=-1 ", "700 ");
    const bool raw = GENERATE(true, false);
    CAPTURE(reply, raw);
    const auto call =
        in_child("agi_request: x\n\n" + reply + secret + "\n200 result=1\n200 result=1\n", [&] {
            return agi::run([&](agi::ProcessSession& session) {
                if (raw) {
                    agi::Secret{agi::RawCommand{"SET VARIABLE CARD " + secret}}(session);
                } else {
                    agi::Secret{agi::SetVariable{"CARD", secret}}(session);
                }
            });
        });
    const std::string console = call.protocol.substr(call.protocol.find('\n') + 1);
    CHECK(call.protocol.find(secret) != std::string::npos);
    CHECK((console + call.errors).find(secret.substr(8)) == std::string::npos);
}
