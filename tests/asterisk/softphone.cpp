// SPDX-License-Identifier: MIT
// The softphone against this Asterisk: programs in six languages, and every line of both the same.

#include "../connection.hpp"
#include "call.hpp"
#include "catch.hpp"
#include "fast_agi.hpp"

#ifdef AGI_SOFTPHONE

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

using namespace live;

namespace {

std::string content(const std::string& path) {
    std::ifstream in{path};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// The program of the softphone's page in that language, with sounds that every Asterisk has.
std::string program(const std::string& language, const std::string& folder) {
    const std::string page = content(std::string{AGI_SOURCE} + "/docs/softphone.md");
    const std::string fence = "\n```" + language + '\n';
    const std::size_t from = page.find(fence) + fence.size();
    std::string text = page.substr(from, page.find("\n```", from) + 1 - from);
    for (const auto& [ours, theirs] :
         {std::pair{"enter-pin", "agent-pass"}, std::pair{"wrong ", "auth-incorrect "},
          std::pair{"'wrong'", "'auth-incorrect'"}, std::pair{"welcome", "auth-thankyou"}}) {
        const std::string name = ours;
        for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at)) {
            text.replace(at, name.size(), theirs);
        }
    }
    const std::string path = folder + "/page." + language;
    std::ofstream{path} << text;
    ::chmod(path.c_str(), 0755);
    if (language != "go") return path;
    const std::string build = "GOCACHE=" + folder + "/gocache go build -o " + folder + "/page-go " +
                              path + " 2> /dev/null";
    REQUIRE(std::system(build.c_str()) == 0);
    return folder + "/page-go";
}

/// The dialogue without the environment, which names channels and versions.
std::string after_environment(const std::string& log) {
    const std::size_t end = log.find("<< \n");
    return end == std::string::npos ? "no environment: " + log : log.substr(end + 4);
}

/// A server whose only call sends all its requests at once, and then no more.
class HalfClosing {
  public:
    explicit HalfClosing(const std::string& requests)
        : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)},
          port_{listen_on_loopback(listener_.get(), 1)},
          thread_{[this, requests] { serve(requests); }} {}
    HalfClosing(const HalfClosing&) = delete;
    HalfClosing& operator=(const HalfClosing&) = delete;
    ~HalfClosing() {
        if (thread_.joinable()) thread_.join();
    }

    [[nodiscard]] std::string url() const { return "agi://127.0.0.1:" + std::to_string(port_); }
    /// All that it was sent after the environment.
    std::string replies() {
        thread_.join();
        return replies_;
    }

  private:
    void serve(const std::string& requests) {
        pollfd waiting{listener_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, 20000) != 1) return;
        const Connection call{Accepted{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)}};
        while (!call.line().empty()) {
        }
        call.send(requests);
        ::shutdown(call.fd(), SHUT_WR);
        replies_ = call.read();
    }

    Descriptor listener_;
    std::uint16_t port_;
    std::string replies_;
    std::thread thread_;
};

struct Language {
    const char* name;
    const char* probe;
};

}  // namespace

TEST_CASE("softphone: programs in six languages get the same lines from both") {
    const auto language =
        GENERATE(Language{"sh", "true"}, Language{"python", "true"},
                 Language{"perl", "/usr/bin/perl -MAsterisk::AGI -e 1"},
                 Language{"php", "test -x /usr/bin/php"}, Language{"js", "test -x /usr/bin/node"},
                 Language{"go", "go version"});
    CAPTURE(language.name);
    if (std::system((std::string{"{ test -x /usr/bin/python3 && "} + language.probe +
                     "; } > /dev/null 2>&1")
                        .c_str()) != 0) {
        WARN("SKIPPED: no python3 for the relay, or no " << language.name);
        return;
    }
    const std::string folder = Asterisk::get().setting("AST_DIR") + "/softphone";
    std::filesystem::create_directories(folder);
    const std::string path = program(language.name, folder);
    const std::string relay = std::string{AGI_SOURCE} + "/tests/asterisk/programs/relay.py";
    const std::string there = folder + "/there";
    const std::string here = folder + "/here";

    {
        Setup setup;
        setup.agi = relay + ',' + there + ',' + path;
        Call call{setup};
        call.wait_for_command("GET DATA");
        call.press("1111");
        call.wait_for_command("STREAM FILE");
        call.wait_for_command("GET DATA");
        call.press("1234");
        CHECK(call.status() == "SUCCESS");
    }
    const std::string sounds = Asterisk::get().setting("AST_DIR") + "/data/sounds/en";
    const std::string command = std::string{AGI_SOFTPHONE} + " --answered --sounds " + sounds +
                                " --press-during agent-pass=1111 --press-during agent-pass=1234 " +
                                relay + ' ' + here + ' ' + path + " > /dev/null";
    CHECK(std::system(command.c_str()) == 0);
    CHECK(after_environment(content(here)) == after_environment(content(there)));
}

TEST_CASE("softphone: what comes before a half-close is answered as by this Asterisk") {
    // No command that waits: the softphone's time passes at once, so that the wait is over before the end
    // comes.
    const std::string requests =
        GENERATE("SET VARIABLE LATE yes\nGET VARIABLE LATE\nNOOP\n", "GET VARIABLE NONE\nNOOP",
                 "no command\nEXEC NoOp x\nNOOP\n", "\n");
    CAPTURE(requests);
    HalfClosing there{requests};
    Setup setup;
    setup.agi = there.url();
    Call call{setup};
    const std::string expected = there.replies();
    CHECK(call.status() == "SUCCESS");
    CHECK(expected.substr(expected.size() - std::min(expected.size(), std::size_t{7})) ==
          "HANGUP\n");

    HalfClosing here{requests};
    const std::string command =
        std::string{AGI_SOFTPHONE} + " --answered " + here.url() + " > /dev/null 2>&1";
    CHECK(std::system(command.c_str()) == 0);
    CHECK(here.replies() == expected);
}

#endif
