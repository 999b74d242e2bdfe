// SPDX-License-Identifier: MIT
// The softphone calls a server that other people's client from npm makes.

#include "catch.hpp"
#include "server_process.hpp"
#include "softphone.hpp"
#include "temporary.hpp"

#ifdef AGI_SOFTPHONE

#include <cstdlib>
#include <filesystem>
#include <string>

using namespace phone;

TEST_CASE("softphone: calls a server of ding-dong, from npm") {
    namespace fs = std::filesystem;
    const fs::path folder = temporary_path("npm");
    fs::create_directories(folder);
    for (const char* file : {"package.json", "package-lock.json", "server.js"}) {
        fs::copy_file(fs::path{AGI_TEST_DATA} / "examples/npm" / file, folder / file);
    }
    const std::string install =
        "cd " + folder.string() +
        " && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 > log 2>&1";
    if (std::system("command -v npm > /dev/null") != 0 || std::system(install.c_str()) != 0) {
        WARN("SKIPPED: npm, or its packages, cannot be had");
        return;
    }
    const ServerProcess server{{"node", (folder / "server.js").string()}};
    const Run call = run("--press enter-pin=1234 --callerid 100 agi://127.0.0.1:" +
                         std::to_string(server.port()) + "/pin");
    INFO(server.log());
    CHECK(call.status == 0);
    has(call.output,
        "answer=200:0 key=200:0 endpos=24000 pin=200:1234 set=200:1 get=200:1(two words) put=200:1 "
        "none=200:0");
}

#endif
