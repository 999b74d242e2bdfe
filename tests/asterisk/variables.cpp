// SPDX-License-Identifier: MIT
// Values on their way from the dialplan to the program and back.

#include "catch.hpp"
#include "scenario.hpp"

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

const live::Program variables{
    "variables", [](live::Session& session, live::ReportWriter& report) {
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
    }};

const live::Program line_limit{
    "line_limit", [](live::Session& session, live::ReportWriter& report) {
        const auto limit = session.line_limit();
        const auto frame = agi::SetVariable{"LONG", ""}.request().view().size();
        std::string value(limit - frame - 3, 'x');
        value += "end";
        const agi::SetVariable longest{"LONG", value};
        report("limit", limit);
        report("size", longest.request().view().size());
        report("value", value);
        longest(session);
        live::attempt(report, "too_long", [&] { agi::SetVariable{"MORE", value + 'x'}(session); });
        agi::SetVariable{"AFTER", "in step"}(session);
        report("after", agi::GetVariable{"AFTER"}(session).value_or("unset"));
    }};

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
    live::Setup setup;
    setup.leg = "lines@agi";
    setup.variables.emplace_back("COUNT", std::to_string(values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) {
        setup.variables.emplace_back("GIVEN_" + std::to_string(i + 1), values[i]);
    }
    live::Scenario call{variables, setup};
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
    live::Scenario call{line_limit};
    const auto report = call.report();
    INFO(report["error"]);

    const auto& version = live::Asterisk::get().setting("AST_VERSION");
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
