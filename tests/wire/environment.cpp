// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/environment.hpp>

#include <optional>
#include <regex>
#include <string>
#include <string_view>

using namespace agi;
using Catch::Matchers::ContainsSubstring;
using wire::parse_environment;

namespace {

using Value = std::optional<std::string_view>;

// Asterisk 22.10.1, AGI(agi://127.0.0.1:41669/some/path/script.agi?a=1&b=two%20words,
// arg1,second arg,,ü€,"quoted",last)
constexpr std::string_view fastagi =
    "agi_network: yes\n"
    "agi_network_script: some/path/script.agi?a=1&b=two%20words\n"
    "agi_request: agi://127.0.0.1:41669/some/path/script.agi?a=1&b=two%20words\n"
    "agi_channel: Local/run@agi-00000000;2\n"
    "agi_language: en\n"
    "agi_type: Local\n"
    "agi_uniqueid: 1795330838.1\n"
    "agi_version: 22.10.1+dfsg+~cs6.17.60671434-1\n"
    "agi_callerid: 5550100\n"
    "agi_calleridname: Caller Name\n"
    "agi_callingpres: 0\n"
    "agi_callingani2: 0\n"
    "agi_callington: 0\n"
    "agi_callingtns: 0\n"
    "agi_dnid: unknown\n"
    "agi_rdnis: unknown\n"
    "agi_context: agi\n"
    "agi_extension: run\n"
    "agi_priority: 2\n"
    "agi_enhanced: 0.0\n"
    "agi_accountcode: \n"
    "agi_threadid: 139765098636992\n"
    "agi_arg_1: arg1\n"
    "agi_arg_2: second arg\n"
    "agi_arg_3: \n"
    "agi_arg_4: \xc3\xbc\xe2\x82\xac\n"
    "agi_arg_5: quoted\n"
    "agi_arg_6: last\n"
    "\n";

// Asterisk 22.10.1, AGI(pipe.py,env-pipe,log,5038,arg1,second arg,,ü€,last)
constexpr std::string_view program =
    "agi_request: /srv/agi/pipe.py\n"
    "agi_channel: Local/run@agi-00000001;2\n"
    "agi_language: en\n"
    "agi_type: Local\n"
    "agi_uniqueid: 1795330838.3\n"
    "agi_version: 22.10.1+dfsg+~cs6.17.60671434-1\n"
    "agi_callerid: 5550100\n"
    "agi_calleridname: Caller Name\n"
    "agi_callingpres: 0\n"
    "agi_callingani2: 0\n"
    "agi_callington: 0\n"
    "agi_callingtns: 0\n"
    "agi_dnid: unknown\n"
    "agi_rdnis: unknown\n"
    "agi_context: agi\n"
    "agi_extension: run\n"
    "agi_priority: 2\n"
    "agi_enhanced: 0.0\n"
    "agi_accountcode: \n"
    "agi_threadid: 139765099148992\n"
    "agi_arg_1: env-pipe\n"
    "agi_arg_2: /srv/agi/22-env-pipe.log\n"
    "agi_arg_3: 5038\n"
    "agi_arg_4: arg1\n"
    "agi_arg_5: second arg\n"
    "agi_arg_6: \n"
    "agi_arg_7: \xc3\xbc\xe2\x82\xac\n"
    "agi_arg_8: last\n"
    "\n";

/// The block with the lines of a peer that ends them with CRLF.
std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

/// The message of the AGIError that the block is refused with.
std::string refusal(std::string_view text, const wire::EnvironmentLimits& limits = {}) {
    try {
        parse_environment(text, limits);
    } catch (const AGIError& error) {
        return error.what();
    }
    return "not refused";
}

}  // namespace

TEST_CASE("Environment: a FastAGI call") {
    const bool crlf = GENERATE(false, true);
    CAPTURE(crlf);
    const Environment environment = parse_environment(crlf ? with_crlf(fastagi) : fastagi);
    CHECK(environment.network());
    CHECK(environment.network_script() == "some/path/script.agi?a=1&b=two%20words");
    CHECK(environment.script().path() == "some/path/script.agi");
    CHECK(environment.script().query("b") == "two words");
    CHECK(environment.request() == "agi://127.0.0.1:41669/some/path/script.agi?a=1&b=two%20words");
    CHECK(environment.channel() == "Local/run@agi-00000000;2");
    CHECK(environment.language() == "en");
    CHECK(environment.type() == "Local");
    CHECK(environment.uniqueid() == "1795330838.1");
    CHECK(environment.version().at_least(22, 10, 1));
    CHECK_FALSE(environment.version().at_least(22, 10, 2));
    CHECK(environment.callerid() == "5550100");
    CHECK(environment.calleridname() == "Caller Name");
    CHECK(environment.callingpres() == 0);
    CHECK(environment.callingani2() == 0);
    CHECK(environment.callington() == 0);
    CHECK(environment.callingtns() == 0);
    CHECK(environment.dnid() == std::nullopt);
    CHECK(environment.rdnis() == std::nullopt);
    CHECK(environment.context() == "agi");
    CHECK(environment.extension() == "run");
    CHECK(environment.priority() == 2);
    CHECK_FALSE(environment.enhanced());
    CHECK(environment.accountcode().empty());
    CHECK(environment.threadid() == 139765098636992LL);
    CHECK(environment.argument(1) == "arg1");
    CHECK(environment.argument(2) == "second arg");
    CHECK(environment.argument(3) == "");
    CHECK(environment.argument(4) == "\xc3\xbc\xe2\x82\xac");
    CHECK(environment.argument(5) == "quoted");
    CHECK(environment.argument(6) == "last");
    CHECK(environment.argument(7) == std::nullopt);
    CHECK(environment.raw() == fastagi.substr(0, fastagi.size() - 1));
}

TEST_CASE("Environment: a program that Asterisk started") {
    const Environment environment = parse_environment(program);
    CHECK_FALSE(environment.network());
    CHECK(environment.network_script().empty());
    CHECK(environment.script().path().empty());
    CHECK(environment.request() == "/srv/agi/pipe.py");
    CHECK(environment.channel() == "Local/run@agi-00000001;2");
    CHECK(environment.uniqueid() == "1795330838.3");
    CHECK(environment.threadid() == 139765099148992LL);
    CHECK(environment.argument(1) == "env-pipe");
    CHECK(environment.argument(3) == "5038");
    CHECK(environment.argument(6) == "");
    CHECK(environment.argument(8) == "last");
    CHECK(environment.argument(9) == std::nullopt);
}

TEST_CASE("Environment: values that differ from zero and from unknown") {
    const Environment environment = parse_environment(
        "agi_callingpres: 67\n"
        "agi_callingani2: 2\n"
        "agi_callington: 16\n"
        "agi_callingtns: -3\n"
        "agi_dnid: 100\n"
        "agi_rdnis: 200\n"
        "agi_enhanced: 1.0\n"
        "agi_accountcode: acme\n"
        "agi_threadid: -1218745456\n"
        "agi_type: PJSIP\n"
        "agi_language: de_AT\n");
    CHECK(environment.callingpres() == 67);
    CHECK(environment.callingani2() == 2);
    CHECK(environment.callington() == 16);
    CHECK(environment.callingtns() == -3);
    CHECK(environment.dnid() == "100");
    CHECK(environment.rdnis() == "200");
    CHECK(environment.enhanced());
    CHECK(environment.accountcode() == "acme");
    CHECK(environment.threadid() == -1218745456LL);
    CHECK(environment.type() == "PJSIP");
    CHECK(environment.language() == "de_AT");
}

TEST_CASE("Environment: a long argument") {
    // Asterisk 16.28 with an argument of 1280 bytes, made in the dialplan.
    std::string argument;
    for (int i = 0; i < 80; ++i) argument += "0123456789abcdef";
    const Environment environment = parse_environment(
        "agi_version: 16.28.0~dfsg-0+deb11u4\nagi_arg_1: " + argument + "\nagi_arg_2: after\n\n");
    CHECK(environment.argument(1) == argument);
    CHECK(environment.argument(2) == "after");
    CHECK(environment.version().at_least(16, 28));
}

TEST_CASE("Environment: what is missing is empty or nothing") {
    const Environment environment = parse_environment("\n");
    CHECK(environment.request().empty());
    CHECK(environment.channel().empty());
    CHECK(environment.language().empty());
    CHECK(environment.type().empty());
    CHECK(environment.uniqueid().empty());
    CHECK_FALSE(environment.version().known());
    CHECK_FALSE(environment.callerid());
    CHECK_FALSE(environment.calleridname());
    CHECK_FALSE(environment.callingpres());
    CHECK_FALSE(environment.callingani2());
    CHECK_FALSE(environment.callington());
    CHECK_FALSE(environment.callingtns());
    CHECK_FALSE(environment.dnid());
    CHECK_FALSE(environment.rdnis());
    CHECK(environment.context().empty());
    CHECK(environment.extension().empty());
    CHECK_FALSE(environment.priority());
    CHECK_FALSE(environment.enhanced());
    CHECK(environment.accountcode().empty());
    CHECK_FALSE(environment.threadid());
    CHECK_FALSE(environment.network());
    CHECK(environment.network_script().empty());
    CHECK_FALSE(environment.argument(1));
    CHECK(environment.raw().empty());
}

TEST_CASE("Environment: unknown is nothing, but can be told from a name that is missing") {
    const Environment environment = parse_environment(
        "agi_callerid: unknown\nagi_calleridname: unknown\nagi_dnid: Unknown\nagi_rdnis:  "
        "unknown\n");
    CHECK(environment.callerid() == std::nullopt);
    CHECK(environment.calleridname() == std::nullopt);
    CHECK(environment.dnid() == "Unknown");
    CHECK(environment.rdnis() == " unknown");
    CHECK(environment.get("agi_callerid") == "unknown");
    CHECK(environment.get("callerid") == "unknown");
    CHECK(environment.get("calleridname") == "unknown");
    CHECK(environment.get("callingpres") == std::nullopt);
}

TEST_CASE("Environment: a number is one as a whole") {
    const std::string value = GENERATE("", "x", "1x", " 1", "1.5", "99999999999", "unknown");
    CAPTURE(value);
    const Environment environment =
        parse_environment("agi_priority: " + value + "\nagi_callingpres: " + value + '\n');
    CHECK_FALSE(environment.priority());
    CHECK_FALSE(environment.callingpres());
    CHECK(environment.get("priority") == value);
}

TEST_CASE("Environment: get, with and without the prefix") {
    const Environment environment =
        parse_environment("agi_request: a\nother: b\nagi_arg_1: c\nagi_: d\n");
    const auto [name, value] = GENERATE(table<std::string, Value>({
        {"agi_request", "a"},
        {"request", "a"},
        {"other", "b"},
        {"agi_other", Value{}},
        {"agi_arg_1", "c"},
        {"arg_1", "c"},
        {"agi_", "d"},
        {"reques", Value{}},
        {"Request", Value{}},
        {"request: a", Value{}},
        {"a", Value{}},
    }));
    CAPTURE(name);
    CHECK(environment.get(name) == value);
}

TEST_CASE("Environment: the first value of a name wins") {
    const Environment environment =
        parse_environment("agi_callerid: 100\nagi_callerid: 200\nagi_arg_1: a\nagi_arg_1: b\n\n");
    CHECK(environment.callerid() == "100");
    CHECK(environment.argument(1) == "a");
    CHECK(environment.raw() ==
          "agi_callerid: 100\nagi_callerid: 200\nagi_arg_1: a\nagi_arg_1: b\n");
}

TEST_CASE("Environment: a line feed in a value does not replace another value") {
    // The caller's name is `Eve` LF `agi_context: admin` LF `just text`.
    const Environment environment = parse_environment(
        "agi_callerid: 100\n"
        "agi_calleridname: Eve\n"
        "agi_callerid: 999\n"
        "just text\n"
        "agi_context: default\n\n");
    CHECK(environment.callerid() == "100");
    CHECK(environment.calleridname() == "Eve");
    CHECK(environment.context() == "default");
    CHECK_THAT(std::string{environment.raw()}, ContainsSubstring("\njust text\n"));
}

TEST_CASE("Environment: raw is what came, whatever bytes a line begins with") {
    // A known name is kept as one byte of these.
    std::string text;
    for (int first = 0x80; first <= 0xff; ++first) {
        text += static_cast<char>(first);
        text += "agi_dnid: 1\n";
        text += static_cast<char>(first);
        text += '\n';
    }
    text += "agi_dnid: 2\nagi_rdnis:3\nagi_language:\nagi_context: \nagi_none: 4\nagi_dnid: 5\n";
    const Environment environment = parse_environment(text + '\n');
    CHECK(environment.raw() == text);
    CHECK(environment.dnid() == "2");
    CHECK(environment.rdnis() == "3");
    CHECK(environment.get("language") == "");
    CHECK(environment.get("context") == "");
    CHECK(environment.get("none") == "4");
    CHECK(environment.get("\x80"
                          "agi_dnid") == "1");
    CHECK(environment.get("\xff"
                          "agi_dnid") == "1");
    CHECK_FALSE(environment.empty());
}

TEST_CASE("Environment: an unprefixed name is not taken for an accessor's") {
    const Environment environment =
        parse_environment("callerid: 999\narg_1: evil\nagi_callerid: 100\n");
    CHECK(environment.callerid() == "100");
    CHECK(environment.argument(1) == std::nullopt);
}

TEST_CASE("Environment: a line without a separator is kept in raw only") {
    const std::string line =
        GENERATE("junk", "agi_channel", "channel:x", "agi_channel x", ":", " ", "\x01\xff");
    CAPTURE(line);
    const Environment environment = parse_environment(line + "\nagi_language: en\n");
    CHECK(environment.channel().empty());
    CHECK(environment.get("agi_channel") == std::nullopt);
    CHECK(environment.language() == "en");
    CHECK(environment.raw() == line + "\nagi_language: en\n");
}

TEST_CASE("Environment: an empty name is no name") {
    CHECK(parse_environment("junk\nagi_language: en\n").get("") == std::nullopt);
}

TEST_CASE("Environment: splits at the first colon and blank, and trims nothing") {
    const auto [line, value] = GENERATE(table<std::string, Value>({
        {"agi_channel: SIP/a: b:c", "SIP/a: b:c"},
        {"agi_channel:  two ", " two "},
        {"agi_channel: ", ""},
        {"agi_channel:", ""},
        {"agi_channel: :", ":"},
        {"agi_channel:1", "1"},
        {"agi_channel:SIP/a: b", "SIP/a: b"},
        {"other:1", Value{}},
        {"agi_channel: a\rb", "a\rb"},
        {"agi_channel: a\r", "a\r"},
        {"agi_channel: \tx", "\tx"},
        {" agi_channel: x", Value{}},
        {"agi_channel : x", Value{}},
    }));
    CAPTURE(line);
    CHECK(parse_environment(line + "\n\n").get("agi_channel") == value);
}

TEST_CASE("Environment: arguments are found by their number") {
    std::string text;
    for (int i = 1; i <= 127; ++i)
        text += "agi_arg_" + std::to_string(i) + ": " + std::to_string(i) + '\n';
    const Environment environment = parse_environment(text);
    for (int i = 1; i <= 127; ++i) {
        CAPTURE(i);
        CHECK(environment.argument(i) == std::to_string(i));
    }
    CHECK(environment.argument_count() == 127);
    CHECK_FALSE(environment.argument(128));
    CHECK_FALSE(environment.argument(0));
    CHECK_FALSE(environment.argument(-1));
}

TEST_CASE("Environment: arguments in another order, twice, with a gap, with odd numbers") {
    const auto [text, arguments] = GENERATE(table<std::string, std::string>({
        {"agi_arg_2: b\nagi_arg_1: a\n", "ab"},
        {"agi_arg_1: a\nagi_arg_2: b\nagi_arg_1: x\nagi_arg_2: y\n", "ab"},
        {"agi_arg_1: a\nagi_arg_3: c\n", "a"},
        {"agi_arg_2: b\n", ""},
        {"agi_arg_0: x\nagi_arg_1: a\nagi_arg_02: x\nagi_arg_2x: x\nagi_arg_-1: x\n", "a"},
        {"agi_arg_4294967297: x\nagi_arg_999999: x\nagi_arg_1: a\n", "a"},
        {"agi_arg_: x\nagi_arg_1x\nagi_arg_1: a\n", "a"},
    }));
    CAPTURE(text);
    for (const Environment& environment :
         {parse_environment(text), parse_environment(text + '\n'),
          parse_environment(std::regex_replace(text, std::regex{"\n"}, "\r\n") + "\r\n")}) {
        CHECK(environment.argument_count() == static_cast<int>(arguments.size()));
        std::string found;
        for (int n = 1; n <= environment.argument_count(); ++n) {
            found += environment.argument(n).value();
        }
        CHECK(found == arguments);
    }
}

TEST_CASE("Environment: 100,000 arguments, each found without a look at the others") {
    constexpr int count = 100000;
    wire::EnvironmentLimits limits;
    limits.lines = 1000000;
    limits.total = 1U << 24U;
    std::string text;
    for (int i = count; i > 0; --i) {
        text += "agi_arg_" + std::to_string(i) + ": " + std::to_string(i) + "\r\n";
    }
    const Environment environment = parse_environment(text + "\r\n", limits);
    REQUIRE(environment.argument_count() == count);
    int right = 0;
    for (int i = 1; i <= count; ++i) {
        if (environment.argument(i) == std::to_string(i)) ++right;
    }
    CHECK(right == count);
}

TEST_CASE("Environment: a copy has its own text") {
    Environment copy;
    {
        const Environment environment = parse_environment(program);
        copy = environment;
    }
    CHECK(copy.request() == "/srv/agi/pipe.py");
    CHECK(copy.argument(8) == "last");
}

TEST_CASE("Environment: script takes the query apart") {
    const Environment environment =
        parse_environment("agi_network_script: pin?account=4%32&to=+43%2B1\n");
    CHECK(environment.script().path() == "pin");
    CHECK(environment.script().query("account") == "42");
    CHECK(environment.script().query("to") == "+43+1");
}

TEST_CASE("EnvironmentReader: complete at the empty line, and not before") {
    wire::EnvironmentReader reader;
    CHECK_FALSE(reader.push("agi_request: x"));
    CHECK_FALSE(reader.push(" "));
    CHECK_FALSE(reader.push("junk"));
    CHECK(reader.push(""));
    CHECK(reader.environment().request() == "x");

    wire::EnvironmentReader crlf;
    CHECK_FALSE(crlf.push("agi_request: x\r"));
    CHECK(crlf.push("\r"));
    CHECK(crlf.environment().request() == "x");
}

TEST_CASE("parse_environment: stops behind the block") {
    CHECK(parse_environment("agi_request: x\n\n200 result=0\n").raw() == "agi_request: x\n");
    CHECK(parse_environment("agi_request: x").request() == "x");
    CHECK(parse_environment("").raw().empty());
}

TEST_CASE("EnvironmentReader: a line that is too long is refused") {
    wire::EnvironmentLimits limits;
    limits.line = 20;
    CHECK(refusal("agi_request: 1234567\n", limits) == "not refused");
    CHECK(refusal("agi_request: 12345678\n", limits) ==
          R"(environment: a line is longer than 20, at "agi_request: 12345678")");
    CHECK(refusal("agi_x: " + std::string(70000, 'y')) ==
          "environment: a line is longer than 65536, at \"agi_x: " + std::string(53, 'y') + '"');
    CHECK(refusal("agi_x: " + std::string(65536 - 7, 'y')) == "not refused");
}

TEST_CASE("EnvironmentReader: too many lines are refused") {
    wire::EnvironmentLimits limits;
    limits.lines = 3;
    CHECK(refusal("a: 1\nb: 2\nc: 3\n\n", limits) == "not refused");
    CHECK(refusal("a: 1\nb: 2\nc: 3\nd: 4\n\n", limits) ==
          R"(environment: the number of lines is over 3, at "d: 4")");
    std::string many;
    for (int i = 0; i < 512; ++i) many += "x\n";
    CHECK(refusal(many + '\n') == "not refused");
    CHECK(refusal(many + "last\n") == R"(environment: the number of lines is over 512, at "last")");
}

TEST_CASE("EnvironmentReader: too many bytes are refused") {
    wire::EnvironmentLimits limits;
    limits.total = 12;
    CHECK(refusal("a: 123\nb: 4\n\n", limits) == "not refused");
    CHECK(refusal("a: 123\nb: 45\n\n", limits) ==
          R"(environment: the total size is over 12, at "b: 45")");
    std::string big;
    for (int i = 0; i < 4; ++i) big += std::string(65535, 'x') + '\n';
    CHECK(refusal(big) == "not refused");
    CHECK(refusal(big + "y\n") == R"(environment: the total size is over 262144, at "y")");
}
