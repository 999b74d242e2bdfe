// SPDX-License-Identifier: MIT
// Any block from a server: every accessor, the limits, and what untrusted values may not do.

#include "fuzz.hpp"
#include <agi/wire/environment.hpp>
#include <agi/wire/error.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using agi::Environment;
using agi::wire::EnvironmentLimits;
using agi::wire::EnvironmentReader;
using fuzz::require;

struct Field {
    std::string name;
    std::string value;
};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> lines;
    for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    return lines;
}

/// `name: value`, split at the first colon and blank; a colon at the end is an empty value. A name
/// that begins with agi_ is Asterisk's, and has no colon: such a line is split at the first one, with
/// or without the blank.
std::vector<Field> fields_of(const std::vector<std::string>& lines) {
    std::vector<Field> fields;
    for (const std::string& line : lines) {
        const bool asterisks = line.rfind("agi_", 0) == 0;
        std::size_t at = line.find(asterisks ? ":" : ": ");
        if (at == std::string::npos && !line.empty() && line.back() == ':') at = line.size() - 1;
        if (at == std::string::npos || at == 0) continue;
        std::string value = line.substr(at + 1);
        if (!value.empty() && value.front() == ' ') value.erase(0, 1);
        fields.push_back({line.substr(0, at), value});
    }
    return fields;
}

void check_fields(const Environment& environment, const std::vector<Field>& fields) {
    std::size_t index = 0;
    environment.for_each([&](std::string_view name, std::string_view value) {
        require(index < fields.size() && name == fields[index].name && value == fields[index].value,
                "Environment: for_each gives the fields in their order");
        ++index;
    });
    require(index == fields.size(), "Environment: for_each gives all fields");
    for (const Field& field : fields) {
        const auto first = std::find_if(fields.begin(), fields.end(), [&field](const Field& other) {
            return other.name == field.name || other.name == "agi_" + field.name;
        });
        require(environment.get(field.name) == first->value, "Environment: the first value wins");
    }
}

void check_accessors(const Environment& environment) {
    const std::string_view parts[] = {environment.request(),
                                      environment.channel(),
                                      environment.language(),
                                      environment.type(),
                                      environment.uniqueid(),
                                      environment.callerid().value_or(""),
                                      environment.calleridname().value_or(""),
                                      environment.dnid().value_or(""),
                                      environment.rdnis().value_or(""),
                                      environment.context(),
                                      environment.extension(),
                                      environment.accountcode(),
                                      environment.network_script(),
                                      environment.script().path(),
                                      environment.script().raw_query(),
                                      environment.argument(1).value_or(""),
                                      environment.argument(-1).value_or("")};
    const std::string raw = environment.raw();
    for (const auto part : parts) {
        require(raw.find(part) != std::string::npos, "Environment: values are in the block");
    }
    for (const auto& known : {environment.callerid(), environment.dnid(), environment.rdnis()}) {
        require(known != "unknown", "Environment: unknown is nothing");
    }
    static_cast<void>(environment.callingpres());
    static_cast<void>(environment.callingani2());
    static_cast<void>(environment.callington());
    static_cast<void>(environment.callingtns());
    static_cast<void>(environment.priority());
    static_cast<void>(environment.threadid());
    static_cast<void>(environment.enhanced());
    static_cast<void>(environment.network());

    const std::size_t line_limit = environment.version().line_limit();
    require(line_limit == 2046 || line_limit == 8190, "ServerVersion: one of two limits");
    require(environment.version().known() || line_limit == 2046,
            "ServerVersion: the smaller limit for an unknown version");

    const int count = environment.argument_count();
    for (int n = 1; n <= count; ++n) {
        require(environment.argument(n).has_value(), "Environment: every argument is there");
    }
    require(!environment.argument(count + 1), "Environment: and no more");

    const agi::ScriptUrl script = environment.script();
    std::size_t decoded = 0;
    script.for_each_query([&](std::string&& name, std::string&& value) {
        decoded += name.size() + value.size();
        require(script.query(name).has_value(), "ScriptUrl: every name is found");
    });
    require(decoded <= script.raw_query().size(), "ScriptUrl: decoding does not grow");
}

}  // namespace

void fuzz::environment(std::string_view bytes) {
    Input input{bytes};
    EnvironmentLimits limits;
    const auto up_to = [&](std::size_t most) {
        return 1 + static_cast<unsigned>(input.below(most));
    };
    if (input.flag()) limits = {up_to(64), up_to(16), up_to(255)};
    const std::vector<std::string> lines = split(input.rest());

    EnvironmentReader reader{limits};
    std::vector<std::string> taken;
    bool complete = false;
    try {
        for (const std::string& line : lines) {
            complete = reader.push(line);
            if (complete) break;
            taken.push_back(line);
        }
    } catch (const agi::AGIError& error) {
        require(std::string_view{error.what()}.substr(0, 13) == "environment: ",
                "EnvironmentReader: says that it is the environment");
        require(std::string_view{error.what()}.size() < 400, "EnvironmentReader: quotes a part");
    }
    const Environment& environment = reader.environment();
    require(environment.raw().size() <= limits.total, "EnvironmentReader: the total is bounded");
    require(taken.size() <= limits.lines, "EnvironmentReader: the lines are bounded");
    for (const std::string& line : taken) {
        require(line.size() <= limits.line, "EnvironmentReader: a line is bounded");
    }
    if (complete && lines[taken.size()] == "\r") {
        for (std::string& line : taken) {
            if (line.back() == '\r') line.pop_back();
        }
    }
    std::string text;
    for (const std::string& line : taken) text += line + '\n';
    require(environment.raw() == text, "Environment: raw() is what came");
    check_fields(environment, fields_of(taken));
    check_accessors(environment);
}
