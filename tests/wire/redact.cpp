// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/redact.hpp>
#include <agi/wire/request.hpp>

#include <string>

using namespace agi::wire;

TEST_CASE("redacted_request: the command's own words stay") {
    CHECK(redacted_request("NOOP") == "NOOP");
    CHECK(redacted_request("GET FULL VARIABLE \"${PIN}\"") == "GET FULL VARIABLE ***");
    CHECK(redacted_request(Request{"SET VARIABLE", "PIN", "1 2"}.view()) == "SET VARIABLE *** ***");
    CHECK(redacted_request(Request{"GET DATA", "file", 5000, 4}.view()) == "GET DATA *** *** ***");
    CHECK(redacted_request("EXEC \"ABC\" \"\"") == "EXEC *** ***");
    CHECK(redacted_request("EXEC \"a\\\" b\" c") == "EXEC *** ***");
    CHECK(redacted_request("SET VARIABLE PIN SECRET") == "SET VARIABLE *** ***");
    CHECK(redacted_request("set variable PIN SECRET") == "SET VARIABLE *** ***");
    CHECK(redacted_request("\"SET\" VARIABLE PIN") == "SET VARIABLE ***");
    CHECK(redacted_request("DATABASE DELTREE a") == "DATABASE DELTREE ***");
    CHECK(redacted_request("SET") == "***");
    CHECK(redacted_request("MY SECRET") == "*** ***");
    CHECK(redacted_request("").empty());
}

TEST_CASE("redacted_reply: a result") {
    CHECK(redacted_reply("200 result=0") == "200 result=*");
    CHECK(redacted_reply("200 result=") == "200 result=");
    CHECK(redacted_reply("200 result=1234") == "200 result=****");
    CHECK(redacted_reply("200 result=1 (timeout)") == "200 result=* (timeout)");
    CHECK(redacted_reply("200 result= (timeout)") == "200 result= (timeout)");
    CHECK(redacted_reply("200 result=49 endpos=1600") == "200 result=** endpos=1600");
    CHECK(redacted_reply("200 result=0 Gosub complete") == "200 result=* Gosub complete");
    CHECK(redacted_reply("200 result=1 no known words") == "200 result=* ** ***** *****");
}

TEST_CASE("redacted_reply: a value") {
    CHECK(redacted_reply("200 result=1 (secret)") == "200 result=1 (******)");
    CHECK(redacted_reply("200 result=1 (a (b) c") == "200 result=1 (* (*) *");
    CHECK(redacted_reply("200 result=1 ()") == "200 result=1 ()");
    CHECK(redacted_reply("200 result=1 (") == "200 result=1 (");
    CHECK(redacted_reply("200 result=35 (dtmf) endpos=8") == "200 result=** (****) ********");
    CHECK(redacted_reply("200 result=1 (digit) digit=4 endpos=8") ==
          "200 result=1 (*****) ******* ********");
}

TEST_CASE("redacted_reply: what Asterisk says of the command") {
    for (const char* line :
         {"HANGUP", "100 result=0 Trying...", "510 Invalid or unknown command",
          "511 Command Not Permitted on a dead channel", "520 End of proper usage."}) {
        CHECK(redacted_reply(line) == line);
    }
    CHECK(redacted_reply("511 Command Not Permitted on a dead channel or so") ==
          "511 Command Not Permitted on a dead channel******");
    CHECK(redacted_reply("520-Invalid command syntax.  x") == "520-Invalid command syntax.***");
}

TEST_CASE("redacted_reply: any other line may be part of a value") {
    CHECK(redacted_reply("511 Main Street") == "***************");
    CHECK(redacted_reply("4111 1111)") == "**********");
    CHECK(redacted_reply("the rest") == "********");
    CHECK(redacted_reply("HANGUP200 result=12") == "HANGUP*************");
    CHECK(redacted_reply("200 resul") == "*********");
    CHECK(redacted_reply("").empty());
}
