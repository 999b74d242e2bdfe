// SPDX-License-Identifier: MIT
// The softphone against this Asterisk: programs in six languages, and every line of both the same.

#include "call.hpp"
#include "catch.hpp"

#ifdef AGI_SOFTPHONE

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

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

#endif
