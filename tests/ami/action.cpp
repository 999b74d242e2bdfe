// SPDX-License-Identifier: MIT
// The text of actions, and what cannot get into it.

#include "catch.hpp"
#include <agi/ami/action.hpp>
#include <agi/ami/detail/md5.hpp>
#include <agi/ami/detail/redact.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using agi::AGIArgumentError;
using agi::ami::Action;
using agi::ami::redacted;

TEST_CASE("Action: headers in order, the id at the end") {
    CHECK(Action{"Ping"}.text("1") == "Action: Ping\r\nActionID: 1\r\n\r\n");
    CHECK(Action{"AGI"}.set("Channel", "Local/1@a-0;2").set("Command", "NOOP \"x\"").text("a-2") ==
          "Action: AGI\r\nChannel: Local/1@a-0;2\r\nCommand: NOOP \"x\"\r\nActionID: a-2\r\n\r\n");
    CHECK(Action{"X"}.set("Same", "1").set("Same", "").text("3") ==
          "Action: X\r\nSame: 1\r\nSame: \r\nActionID: 3\r\n\r\n");
}

TEST_CASE("Action: a value ends neither its line nor the action") {
    const std::vector<std::string> values{"x\r\nAction: Command",
                                          "x\n\nAction: Command",
                                          "x\rAction: Command",
                                          std::string{"x\0y", 3},
                                          "\n",
                                          "\r",
                                          "x\r\n",
                                          "x\n"};
    for (const std::string& value : values) {
        CAPTURE(value);
        CHECK_THROWS_AS(Action{"X"}.set("Name", value), AGIArgumentError);
        CHECK_THROWS_AS(Action{"X"}.set(value, "x"), AGIArgumentError);
        CHECK_THROWS_AS(Action{value}, AGIArgumentError);
        CHECK_THROWS_AS(Action{"X"}.set_variable("A", value), AGIArgumentError);
        CHECK_THROWS_AS(Action{"X"}.set_variable(value, "x"), AGIArgumentError);
    }
    for (const char* name : {"", "a:b", "a b", ":", "\t"}) {
        CHECK_THROWS_AS(Action{"X"}.set(name, "x"), AGIArgumentError);
    }
}

TEST_CASE("Action: what is secret is in no error and no trace, in whatever letters") {
    for (const char* name : {"Secret", "secret", "KEY"}) {
        CAPTURE(name);
        CHECK_THROWS_WITH(Action{"Login"}.set(name, "hunter2\n"),
                          !Catch::Matchers::ContainsSubstring("hunter2"));
        CHECK_THROWS_WITH(Action{"Login"}.set(name, "hunter2" + std::string(1022, 'x')),
                          !Catch::Matchers::ContainsSubstring("hunter2"));
        const std::string header = std::string{name} + ": ";
        CHECK(redacted("Action: Login\r\n" + header + "hunter2\r\nUsername: u\r\n\r\n") ==
              "Action: Login\r\n" + header + "***\r\nUsername: u\r\n\r\n");
    }
    CHECK(redacted("Keys: 1\r\nSecretive: 2\r\n") == "Keys: 1\r\nSecretive: 2\r\n");
}

TEST_CASE("Action: what Asterisk would cut is refused") {
    CHECK_NOTHROW(Action{"X"}.set("Command", std::string(1013, 'x')));
    CHECK_THROWS_AS(Action{"X"}.set("Command", std::string(1014, 'x')), AGIArgumentError);
    Action action{"X"};
    for (int i = 0; i < 126; ++i) action.set("V", "x");
    CHECK_THROWS_WITH(action.set("V", "x"), Catch::Matchers::ContainsSubstring("over 126"));
}

TEST_CASE("Action: a variable's value stays one value") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"", "A="},           {"x y", "A=x y"},
        {"1,2", "A=1\\,2"},   {"\"q\"", "A=\\\"q\\\""},
        {"a\\b", "A=a\\\\b"}, {"a=b;c|d", "A=a=b;c|d"},
    };
    for (const auto& [value, text] : rows) {
        CHECK(Action{"O"}.set_variable("A", value).text("1") ==
              "Action: O\r\nVariable: " + text + "\r\nActionID: 1\r\n\r\n");
    }
    CHECK(Action{"O"}.set_variable("CALLERID(name)", "x").text("1") ==
          "Action: O\r\nVariable: CALLERID(name)=x\r\nActionID: 1\r\n\r\n");
    for (const char* name : {"", "A=B", "A,B", "A\"", "A\\"}) {
        CHECK_THROWS_AS(Action{"O"}.set_variable(name, "x"), AGIArgumentError);
    }
}

TEST_CASE("md5_hex: the digests of RFC 1321") {
    const std::vector<std::pair<std::string, std::string>> rows{
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    for (const auto& [text, digest] : rows) CHECK(agi::ami::md5_hex(text) == digest);
}
