// SPDX-License-Identifier: MIT
// Values on their way from the dialplan to the program and back.

#include "catch.hpp"
#include "odd_values.hpp"
#include "scenario.hpp"

#include <string>
#include <vector>

using namespace live;
using namespace std::chrono_literals;

namespace {

/// An event shows every other byte as U+FFFD.
bool is_utf8(const std::string& text) {
    return text.find_first_of("\xe9\xff") == std::string::npos;
}

LIVE_PROGRAM(variables) {
    const auto read = [&](const std::string& name) {
        const auto value = agi::GetVariable{name}(session);
        report(name, value ? '[' + *value + ']' : std::string{"unset"});
    };
    const int count = std::stoi(agi::GetVariable{"COUNT"}(session).value_or("0"));
    for (int i = 1; i <= count; ++i) {
        const auto number = std::to_string(i);
        read("GIVEN_" + number);
        agi::SetVariable{"SET_" + number,
                         agi::GetVariable{"GIVEN_" + number}(session).value_or("")}(session);
        read("SET_" + number);
    }
    for (const char* name : {"LINES", "NO_SUCH_VARIABLE", "CHANNEL(language)"}) read(name);
}

LIVE_PROGRAM(line_limit) {
    const auto limit = session.line_limit();
    const auto frame = agi::SetVariable{"LONG", ""}.request().view().size();
    std::string value(limit - frame - 3, 'x');
    value += "end";
    const agi::SetVariable longest{"LONG", value};
    report("limit", limit);
    report("size", longest.request().view().size());
    report("value", value);
    longest(session);
    attempt(report, "too_long", [&] { agi::SetVariable{"MORE", value + 'x'}(session); });
    agi::SetVariable{"AFTER", "in step"}(session);
    report("after", agi::GetVariable{"AFTER"}(session).value_or("unset"));
}

LIVE_PROGRAM(odd_variables) {
    const auto values = odd_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto name = "SET_" + std::to_string(i);
        agi::SetVariable{name, values[i]}(session);
        report(name, agi::GetVariable{name}(session).value_or("unset"));
        report(name + " full", agi::GetFullVariable::of(name)(session));
        report(name + " exact", agi::GetVariableExact{name}(session));
    }
    attempt(report, "cr", [&] { agi::SetVariable{"CR", "a\rb\r"}(session); });
    agi::SetVariable{"CR", "a\rb\r", agi::CarriageReturn::allow}(session);
    report("cr allowed", agi::GetVariable{"CR"}(session).value_or("unset"));
    attempt(report, "lf", [&] { agi::SetVariable{"LF", "a\nb"}(session); });
    agi::SetVariable{"NUMBER", 42}(session);
    report("number", agi::GetVariable{"NUMBER"}(session).value_or("unset"));
    agi::SetVariable{"CHANNEL(language)", "de"}(session);
    report("function", agi::GetVariable{"CHANNEL(language)"}(session).value_or("unset"));
    report("part", agi::GetFullVariable::of("NUMBER:1:1")(session));
}

LIVE_PROGRAM(exact_variables) {
    const auto values = exact_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto name = "EXACT_" + std::to_string(i);
        agi::SetVariableExact{name, values[i]}(session);
        report(name, agi::GetVariableExact{name}(session));
        report(name + " base64",
               agi::GetFullVariable{"${BASE64_ENCODE(${" + name + "}end)}"}(session));
    }
    report("lines", agi::GetVariableExact{"LINES"}(session));
    report("unset", agi::GetVariableExact{"NO_SUCH_VARIABLE"}(session));
    agi::SetVariableExact{"CHANNEL(accountcode)", "a,b (c)"}(session);
    report("function", agi::GetVariable{"CHANNEL(accountcode)"}(session).value_or("unset"));
    attempt(report, "code", [&] { agi::GetVariableExact{"${EXTEN}"}(session); });
    // What follows a value with line feeds is still in step.
    agi::GetVariable{"EXACT_18"}(session);
    report("after", agi::GetVariable{"AGISTATUS"}(session).value_or("unset"));
    agi::SetVariable{"AFTER", "in step"}(session);
}

LIVE_PROGRAM(full_variable) {
    const std::string other{session.environment().argument(3).value()};
    report("expression", agi::GetFullVariable{"${EXTEN}/$[6 * 7]/EXTEN"}(session));
    report("of", agi::GetFullVariable::of("EXTEN")(session));
    report("unset", agi::GetFullVariable::of("NO_SUCH_VARIABLE")(session));
    report("other", agi::GetFullVariable{"${GIVEN}", other}(session));
    report("of other", agi::GetFullVariable::of("GIVEN", other)(session));
    attempt(report, "unknown", [&] {
        agi::GetFullVariable{"${EXTEN}", "Local/nobody@nowhere"}(session);
    });
    attempt(report, "code", [&] { agi::GetFullVariable::of("${EXTEN}")(session); });
    agi::SetVariable{"LONG", std::string(1500, 'l')}(session);
    report("long", agi::GetFullVariable::of("LONG")(session).size());
    report("cut", agi::GetVariable{"LONG"}(session).value_or("").size());
}

LIVE_PROGRAM(parked) { wait_for_test(session); }

}  // namespace

TEST_CASE("GetVariable, SetVariable: any value comes and goes unchanged") {
    const std::string latin_1 = "\xe9\xff Latin-1";
    const std::vector<std::string> values{
        R"(say "hello")",
        R"(back\slash\\ and \)",
        "(a) (timeout) endpos=5)",
        "200 result=1 (hangup)",
        "Gr\xc3\xbc\xc3\x9f\x65 \xe6\x97\xa5\xe6\x9c\xac",  // UTF-8
        latin_1,
        "tab\there",
        "",
        std::string(995, 'x') + "(end)",
    };
    Setup setup;
    setup.leg = "lines@agi";
    setup.variables.emplace_back("COUNT", std::to_string(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        setup.variables.emplace_back("GIVEN_" + std::to_string(i + 1), values[i]);
    }
    Scenario call{variables, setup};
    const auto report = call.report();
    INFO(report["error"]);

    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto number = std::to_string(i + 1);
        CHECK(report["GIVEN_" + number] == '[' + values[i] + ']');
        CHECK(report["SET_" + number] == '[' + values[i] + ']');
        // The event would show such bytes as U+FFFD.
        if (values[i] != latin_1) CHECK(call.variable("SET_" + number) == values[i]);
    }
    CHECK(report["LINES"] == "[line 1\nline 2]");
    CHECK(report["NO_SUCH_VARIABLE"] == "unset");
    CHECK(report["CHANNEL(language)"] == "[en]");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("Session: the longest line works, a longer one is refused and nothing is out of step") {
    Scenario call{line_limit};
    const auto report = call.report();
    INFO(report["error"]);

    const auto& version = Asterisk::get().setting("AST_VERSION");
    if (version.find("Asterisk 22.") == 0) CHECK(report["limit"] == "8190");
    if (version.find("Asterisk 16.") == 0) CHECK(report["limit"] == "2046");
    CHECK(report["size"] == report["limit"]);
    CHECK(call.variable("LONG") == report["value"]);
    CHECK(report["too_long"] == "AGIArgumentError");
    CHECK(call.variable("MORE") == "(not set)");
    CHECK(report["after"] == "in step");
    CHECK(call.variable("AFTER") == "in step");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("SetVariable: odd values") {
    Scenario call{odd_variables};
    const auto report = call.report();
    INFO(report["error"]);

    const auto values = odd_values();
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto name = "SET_" + std::to_string(i);
        INFO(values[i]);
        CHECK(report[name] == values[i]);
        CHECK(report[name + " full"] == values[i]);
        CHECK(report[name + " exact"] == values[i]);
        if (is_utf8(values[i])) CHECK(call.variable(name) == values[i]);
    }
    CHECK(report["cr"] == "AGIArgumentError");
    CHECK(report["cr allowed"] == "a\rb\r");
    CHECK(call.variable("CR") == "a\rb\r");
    CHECK(report["lf"] == "AGIArgumentError");
    CHECK(call.variable("LF") == "(not set)");
    CHECK(report["number"] == "42");
    CHECK(report["function"] == "de");
    CHECK(report["part"] == "2");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("SetVariableExact, GetVariableExact: any bytes but NUL") {
    Setup setup;
    setup.leg = "lines@agi";
    Scenario call{exact_variables, setup};
    const auto report = call.report();
    INFO(report["error"]);

    const auto values = exact_values();
    REQUIRE(values[18] == "a)\nb");
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto name = "EXACT_" + std::to_string(i);
        INFO(values[i]);
        CHECK(report[name] == values[i]);
        // Asterisk 16 may leave out the last bytes.
        CHECK_THAT(from_base64(report[name + " base64"]),
                   Catch::Matchers::StartsWith(values[i] + "e"));
        if (is_utf8(values[i])) CHECK(call.variable(name) == values[i]);
    }
    CHECK(report["lines"] == "line 1\nline 2");
    CHECK(report["unset"].empty());
    CHECK(report["function"] == "a,b (c)");
    CHECK(report["code"] == "AGIArgumentError");
    CHECK(report["after"] == "unset");
    CHECK(call.variable("AFTER") == "in step");
    CHECK(call.status() == "SUCCESS");
}

TEST_CASE("GetFullVariable: expressions, another channel, an unknown one, long values") {
    Setup with_value;
    with_value.variables = {{"GIVEN", "the other's (value)"}};
    Scenario other{parked, with_value};
    other.wait_for_command("WAIT FOR DIGIT");
    Setup setup;
    setup.agi = ',' + other.channel();
    Scenario call{full_variable, setup};
    const auto report = call.report();
    INFO(report["error"]);

    CHECK(report["expression"] == "run/42/EXTEN");
    CHECK(report["of"] == "run");
    CHECK(report["unset"].empty());
    CHECK(other.ask("GIVEN") == "the other's (value)");
    CHECK(report["other"] == "the other's (value)");
    CHECK(report["of other"] == "the other's (value)");
    CHECK(report["unknown"] == "AGIAppError");
    CHECK(report["code"] == "AGIArgumentError");
    CHECK(report["long"] == "1500");
    CHECK(report["cut"] == "1023");
    CHECK(call.status() == "SUCCESS");
    other.press("0");
}
