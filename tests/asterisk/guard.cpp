// SPDX-License-Identifier: MIT
// A noisy program does not disturb its call.

#include "batch.hpp"
#include "catch.hpp"

#include <fstream>
#include <string>

using namespace live;

namespace {

/// Asterisk's standard error is the program's. Lines that Asterisk itself prints may cut some.
int lines_of_junk() {
    std::ifstream console{Asterisk::get().setting("AST_DIR") + "/log/console"};
    int lines = 0;
    for (std::string line; std::getline(console, line);) {
        if (line.find("junk") != std::string::npos) ++lines;
    }
    return lines;
}

}  // namespace

TEST_CASE("Guard: 10,000 lines on standard output are on standard error, and the call goes on") {
    const LogSince log;
    const int before = lines_of_junk();
    ProcessCall call{AGI_LIVE_PROCESS, "junk"};
    CHECK(call.status() == "SUCCESS");
    const Report report = call.report();
    CHECK(report["status"] == "0");
    CHECK(report["child"] == "0");
    CHECK(report["endpos"] == "true");
    CHECK(report["after"] == "its own");
    CHECK(report["in_step"] == "true");
    CHECK(call.commands() == std::vector<std::string>{
                                 "200 Success: STREAM FILE \"beep\" \"\"",
                                 "200 Success: SET VARIABLE \"AFTER\" \"its own\"",
                                 "200 Success: GET VARIABLE \"AFTER\"",
                             });
    CHECK(log.complaints().empty());

    CHECK(lines_of_junk() - before >= 10000);
}
