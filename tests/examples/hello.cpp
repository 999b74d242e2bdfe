// SPDX-License-Identifier: MIT
// The hello example as a process, with what Asterisk would say in a file.

#include "catch.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#ifdef AGI_HELLO

namespace {

std::string requests_of(const std::string& said_by_asterisk, bool succeeds) {
    const std::string in = std::string{AGI_HELLO} + ".in";
    const std::string out = std::string{AGI_HELLO} + ".out";
    std::ofstream{in} << said_by_asterisk;
    const std::string command =
        std::string{AGI_HELLO} + " < " + in + " > " + out + " 2> " + out + ".err";
    CHECK((std::system(command.c_str()) == 0) == succeeds);
    std::ostringstream text;
    text << std::ifstream{out}.rdbuf();
    return text.str();
}

}  // namespace

TEST_CASE("hello: answers, plays and hangs up") {
    CHECK(requests_of("agi_request: hello\n\n200 result=0\n200 result=0 endpos=1\n200 result=1\n",
                      true) == "ANSWER\nSTREAM FILE \"hello-world\" \"\"\nHANGUP\n");
}

TEST_CASE("hello: a file that is missing is a failure, a caller who is gone is not") {
    CHECK_THAT(requests_of("agi_request: hello\n\n200 result=0\n200 result=-1 endpos=0\n", false),
               Catch::Matchers::StartsWith("ANSWER\nSTREAM FILE \"hello-world\" \"\"\n"));
    CHECK(requests_of("agi_request: hello\n\n200 result=0\n", true) ==
          "ANSWER\nSTREAM FILE \"hello-world\" \"\"\n");
}

TEST_CASE("hello: without a call it says who it is for, and fails") {
    CHECK(requests_of("", false).empty());
}

#endif
