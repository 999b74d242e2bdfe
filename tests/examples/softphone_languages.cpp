// SPDX-License-Identifier: MIT
// The programs of the softphone's page, in six languages: each makes the same call.

#include "catch.hpp"
#include "softphone.hpp"

#ifdef AGI_SOFTPHONE

#include <cstdlib>
#include <iterator>
#include <string>

using namespace phone;

namespace {

/// What is between ```language and ``` on the page.
std::string block(const std::string& language) {
    std::ifstream in{AGI_TEST_DATA "/../docs/softphone.md"};
    const std::string page{std::istreambuf_iterator<char>{in}, {}};
    const std::string fence = "\n```" + language + '\n';
    const std::size_t begin = page.find(fence);
    REQUIRE(begin != std::string::npos);
    const std::size_t from = begin + fence.size();
    return page.substr(from, page.find("\n```", from) + 1 - from);
}

struct Language {
    const char* name;
    const char* probe;  // whether it is on the machine
};

/// The program, ready to run; empty when the language is not here.
std::string program(const Language& language) {
    const std::string name = language.name;
    if (std::system((std::string{language.probe} + " > /dev/null 2>&1").c_str()) != 0) {
        WARN("SKIPPED: no " + name);
        return {};
    }
    if (name != "go") return script("ivr." + name, block(name));
    const std::string source = script("ivr.go", block(name));
    const std::string binary = temporary_path("ivr-go").string();
    REQUIRE(std::system(("GOCACHE=" + phone::softphone + ".gocache GOFLAGS=-mod=mod go build -o " +
                         binary + ' ' + source)
                            .c_str()) == 0);
    return binary;
}

}  // namespace

TEST_CASE("softphone: the page's programs in six languages make the same call") {
    const auto language =
        GENERATE(Language{"sh", "true"}, Language{"python", "test -x /usr/bin/python3"},
                 Language{"perl", "/usr/bin/perl -MAsterisk::AGI -e 1"},
                 Language{"php", "test -x /usr/bin/php"}, Language{"js", "test -x /usr/bin/node"},
                 Language{"go", "go version"});
    CAPTURE(language.name);
    const std::string path = program(language);
    if (path.empty()) return;

    std::string text = block("toml");
    text.erase(text.find("program = "),
               text.find('\n', text.find("program = ")) - text.find("program = "));
    const std::string scenario = file("page.call", text);
    const Run suite = run("--scenario " + scenario + ' ' + path);
    INFO(suite.output);
    CHECK(suite.status == 0);

    const Run wrong = run("--press enter-pin=1111 " + path);
    has(wrong.output, "PIN_RESULT is now \"WRONG\"");
    CHECK(run("--rehearse --press enter-pin=1234 " + path).status == 0);
}

#endif
