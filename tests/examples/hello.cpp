// SPDX-License-Identifier: MIT
// The hello example as a process, with what Asterisk would say in a file.

#include "catch.hpp"
#include "process/child.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

#ifdef AGI_HELLO

namespace {

Outcome hello(const std::string& said_by_asterisk) {
    return in_child(said_by_asterisk, [] { return ::execl(AGI_HELLO, "hello", nullptr); });
}

}  // namespace

TEST_CASE("hello: answers, plays and hangs up") {
    const auto call =
        hello("agi_request: hello\n\n200 result=0\n200 result=0 endpos=1\n200 result=1\n");
    CHECK(call.protocol == "ANSWER\nSTREAM FILE \"hello-world\" \"\"\nHANGUP\n");
    CHECK(call.errors.empty());
    CHECK(call.status == EXIT_SUCCESS);
}

TEST_CASE("hello: a file that is missing is a failure, a caller who is gone is not") {
    const std::string begin = "agi_request: hello\n\n200 result=0\n200 result=-1 endpos=0\n";
    const std::string requests = "ANSWER\nSTREAM FILE \"hello-world\" \"\"\nCHANNEL STATUS\n";
    const auto missing = hello(begin + "200 result=6\n200 result=1\n");
    CHECK_THAT(missing.protocol,
               Catch::Matchers::StartsWith(requests + "VERBOSE \"agi: STREAM FILE"));
    CHECK(missing.status == EXIT_FAILURE);
    const auto gone =
        hello(begin + "511 Command Not Permitted on a dead channel or intercept routine\n");
    CHECK(gone.protocol == requests);
    CHECK(gone.errors.empty());
    CHECK(gone.status == EXIT_SUCCESS);
    const auto closed = hello("agi_request: hello\n\n200 result=0\n");
    CHECK(closed.protocol == "ANSWER\nSTREAM FILE \"hello-world\" \"\"\n");
    CHECK(closed.status == EXIT_SUCCESS);
}

TEST_CASE("hello: without a call it says who it is for, and fails") {
    const auto by_hand = hello("");
    CHECK(by_hand.protocol.empty());
    CHECK_THAT(by_hand.errors, Catch::Matchers::ContainsSubstring("AGI("));
    CHECK(by_hand.status == EXIT_FAILURE);
}

#endif
