// SPDX-License-Identifier: MIT
// The FastAGI examples as processes, called through the dialplan that is shown to users.

#include "../server_process.hpp"
#include "batch.hpp"
#include "catch.hpp"
#include "tools.hpp"

#include <cstdlib>
#include <filesystem>

using namespace live;

namespace {

// A call to an extension of the examples. FASTAGI is a global variable there.
Setup example(const std::string& leg, int port) {
    Setup setup;
    setup.leg = leg;
    setup.caller = "audio";
    setup.variables = {{"FASTAGI", "agi://127.0.0.1:" + std::to_string(port)}};
    return setup;
}

}  // namespace

TEST_CASE("fastagi_server: the menus, a message") {
    ServerProcess server{{AGI_FASTAGI_SERVER, "0", "0"}};
    Call call{example("110@fastagi", server.port())};
    call.wait_for_command("GET DATA \"basic-pbx-ivr-main\"");
    call.press("2");
    call.wait_for_command("RECORD FILE");
    call.press("#");
    call.wait_for_command("GET DATA \"vm-review\"");
    call.press("1");
    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("MENU") == "kept");
    const std::string file = "/tmp/" + call.leg() + ".wav";
    CHECK(std::filesystem::remove(file));
    call.wait_for_application("Hangup", "");

    Call account{example("111@fastagi", server.port())};
    CHECK(account.status() == "SUCCESS");
    CHECK(account.commands()[1] == "200 Success: STREAM FILE \"hello-world\" \"\"");
    CHECK(account.said() == std::vector<std::string>{"digits/4", "digits/2"});

    server.send(SIGTERM);
    CHECK(server.wait() == 0);
    Call late{example("110@fastagi", 1)};
    late.wait_for_application("Verbose", "1,AGISTATUS FAILURE FASTAGI_STATUS ");
}

TEST_CASE("fastagi_server: stopped in the middle of a call") {
    ServerProcess server{{AGI_FASTAGI_SERVER, "0", "0"}};
    Call call{example("110@fastagi", server.port())};
    call.wait_for_command("GET DATA");
    server.send(SIGTERM);
    server.says("stopping: 1 calls run");
    server.send(SIGTERM);
    CHECK(server.wait() == 0);
    call.wait_for_application("Verbose", "1,AGISTATUS SUCCESS FASTAGI_STATUS STOPPED");
}

TEST_CASE("fastagi_server: killed while Asterisk records, which goes on to its end") {
    const ServerProcess server{{AGI_FASTAGI_SERVER, "0", "0"}};
    Call call{example("110@fastagi", server.port())};
    call.wait_for_command("GET DATA");
    call.press("2");
    call.wait_for_command("RECORD FILE");
    server.send(SIGKILL);
    call.press("#");
    call.wait_for_application("Verbose", "1,AGISTATUS SUCCESS FASTAGI_STATUS ");
    CHECK(call.commands().back().find("200 Success: RECORD FILE ") == 0);
    CHECK(std::filesystem::remove("/tmp/" + call.leg() + ".wav"));
}

TEST_CASE("fastagi_secret: the secret of the dialplan") {
    ::setenv("FASTAGI_SECRET", "correct-horse-battery-staple", 1);
    const ServerProcess server{{AGI_FASTAGI_SECRET, "0"}};
    ::unsetenv("FASTAGI_SECRET");
    Call call{example("114@fastagi_secret", server.port())};
    CHECK(call.status() == "SUCCESS");
    CHECK(call.commands().back() == "200 Success: STREAM FILE \"hello-world\" \"\"");
    CHECK(call.variable("FASTAGI_STATUS") == "(not set)");
}

TEST_CASE("fastagi_poll: two calls at once") {
    const ServerProcess server{{AGI_FASTAGI_POLL, "0"}};
    const Setup setup = example("116@fastagi_poll", server.port());
    Call one{setup};
    Call two{setup};
    one.wait_for_command("GET DATA");
    two.wait_for_command("GET DATA");
    two.press("2222");
    one.press("1111");
    CHECK(one.status() == "SUCCESS");
    CHECK(two.status() == "SUCCESS");
    CHECK(one.variable("NUMBER") == "1111");
    CHECK(two.variable("NUMBER") == "2222");
}

#ifdef AGI_FASTAGI_COROUTINES

TEST_CASE("fastagi_coroutines: a menu, and a prompt that the database's answer stops") {
    const ServerProcess server{{AGI_FASTAGI_COROUTINES, "0"}};
    Call menu{example("112@fastagi_coroutines", server.port())};
    menu.wait_for_command("GET DATA");
    menu.press("1");
    CHECK(menu.status() == "SUCCESS");
    CHECK(menu.variable("MENU") == "done");

    Call balance{example("113@fastagi_coroutines", server.port())};
    CHECK(balance.status() == "SUCCESS");
    CHECK(balance.variable("BALANCE") == "balance of 42");
    const auto commands = balance.commands();
    CHECK(commands.back() == "200 Success: STREAM FILE \"auth-thankyou\" \"\"");
}

#endif

TEST_CASE("fastagi_tls: behind stunnel, and closed to others") {
    if (lacks("/usr/bin/stunnel4", "stunnel4") || lacks("/usr/bin/openssl", "openssl")) return;
    const std::string folder = Asterisk::get().setting("AST_DIR") + "/certificates/";
    REQUIRE(std::system((AGI_EXAMPLES_FOLDER "/fastagi_certificates '" + folder +
                         "' localhost > /dev/null 2>&1")
                            .c_str()) == 0);
    const ServerProcess server{{AGI_FASTAGI_TLS, "0", folder + "localhost.pem",
                                folder + "localhost.key", folder + "authority.pem"}};
    const int port = free_port();
    const std::string configuration =
        Configuration{"stunnel.conf"}
            .replace("[fastagi]\n", "foreground = yes\npid =\n[fastagi]\n")
            .replace("127.0.0.1:4573", "127.0.0.1:" + std::to_string(port))
            .replace("fastagi.example.net:4574", "127.0.0.1:" + std::to_string(server.port()))
            .replace("/etc/stunnel/asterisk.pem", folder + "asterisk.pem")
            .replace("/etc/stunnel/asterisk.key", folder + "asterisk.key")
            .replace("/etc/stunnel/authority.pem", folder + "authority.pem")
            .replace("checkHost = fastagi.example.net", "checkHost = localhost")
            .write();
    const ServerProcess stunnel{{"/usr/bin/stunnel4", configuration}};
    stunnel.says("Configuration successful");

    Call call{example("115@fastagi_tls", port)};
    call.wait_for_command("GET DATA");
    call.press("1234#");
    CHECK(call.status() == "SUCCESS");
    CHECK(call.variable("ENTERED") == "1234");

    // Asterisk itself, without TLS.
    Call plain{example("115@fastagi_tls", server.port())};
    CHECK(plain.status() == "SUCCESS");
    CHECK(plain.variable("ENTERED") == "(not set)");
    CHECK(plain.commands().size() <= 1);
}
