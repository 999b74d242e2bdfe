// SPDX-License-Identifier: MIT
// The examples of AsyncAGI, as programs.

#include "batch.hpp"
#include "catch.hpp"
#include "live_source.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace {

using live::Asterisk;

std::string settings_of_user() {
    return "AMI_USER=ivr AMI_SECRET='ivr secret' AMI_PORT=" + Asterisk::get().setting("AMI_PORT") +
           ' ';
}

}  // namespace

TEST_CASE("asyncagi_campaign: answers, retries, a report") {
    const std::string folder = Asterisk::get().setting("AST_DIR");
    std::ofstream{folder + "/numbers.txt"} << "accepts\nbusy\nhangs\nnobody\n";
    const std::string report = folder + "/report.txt";
    const std::string command = settings_of_user() + AGI_ASYNCAGI_CAMPAIGN + ' ' + folder +
                                "/numbers.txt 'Local/%@callee/n' 2 >" + report + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
    std::ifstream file{report};
    std::stringstream text;
    text << file.rdbuf();
    CHECK(text.str() ==
          "accepts: accepted (1 attempt)\n"
          "busy: busy (3 attempts)\n"
          "hangs: busy (3 attempts)\n"
          "nobody: failed (1 attempt)\n");
}

TEST_CASE("asyncagi_server: a menu, stopped by a key, on an Asterisk that it comes back to") {
    const std::string port = Asterisk::get().setting("AMI_PORT");
    const std::string at = "127.0.0.1:" + port;
    ::setenv("AMI_USER", "ivr", 1);
    ::setenv("AMI_SECRET", "ivr secret", 1);
    const auto start = [&] {
        const pid_t child = ::fork();
        if (child == 0) {
            // The second one is never there.
            ::execl(AGI_ASYNCAGI_SERVER, "asyncagi_server", at.c_str(), "127.0.0.1:1", nullptr);
            ::_exit(1);
        }
        return child;
    };
    pid_t server = start();
    live::Setup setup;
    setup.leg = "120@asyncagi";
    {
        live::Call call{setup};
        call.wait_for_command("EXEC");
        call.press("9");
        call.wait_for_command("GET DATA");
        call.press("3");
        CHECK(call.wait_for_variable("MENU") == "3");
    }
    live::Call call{setup};
    call.wait_for_command("GET DATA");
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    server = start();
    CHECK(call.wait_for_variable("MENU") == "again");
    ::kill(server, SIGTERM);
    int status = -1;
    ::waitpid(server, &status, 0);
    CHECK(status == 0);
}
