// SPDX-License-Identifier: MIT
#pragma once
// The world of a simulated call from texts, as scenarios and command lines write it. Refuses what is wrong.

#include <agi/testing/asterisk.hpp>
#include <agi/testing/dialplan.hpp>
#include <agi/testing/simulator/list_functions.hpp>
#include <agi/version.hpp>
#include <agi/wire/digit_set.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/number.hpp>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// `5s`, `500ms`, `2m` or `1.5`, which is seconds.
///
/// @throws AGIArgumentError  it is none, is negative, or is more than a day
inline std::chrono::milliseconds parse_time(const std::string& text) {
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    const std::string_view unit{end};
    const double factor = unit == "ms"                  ? 1
                          : unit == "s" || unit.empty() ? 1000
                          : unit == "m"                 ? 60000
                                                        : 0;
    constexpr double day = 24.0 * 3600 * 1000;
    const bool is_number = end != text.c_str() && std::isfinite(number);
    if (!is_number || factor <= 0 || number < 0 || number * factor > day) {
        throw AGIArgumentError("a time is 5s, 500ms or 2m, and no more than a day: not \"" + text +
                               '"');
    }
    return std::chrono::milliseconds{std::llround(number * factor)};
}

/// An application with one result, which sets variables: `0,DIALSTATUS=BUSY`.
///
/// @throws AGIArgumentError  the result is no number, or a variable has no value
inline Application parse_application(const std::string& text) {
    std::string_view rest = text;
    const std::string first = simulator::take_argument(rest, ',');
    const auto result = wire::to_number<int>(first);
    if (!result) {
        throw AGIArgumentError(
            "an application's result is a number, as in 0,DIALSTATUS=BUSY: not \"" + text + '"');
    }
    std::map<std::string, std::string> variables;
    while (!rest.empty()) {
        const std::string one = simulator::take_argument(rest, ',');
        const std::size_t equals = one.find('=');
        if (equals == 0 || equals == std::string::npos) {
            throw AGIArgumentError("a variable of an application is NAME=VALUE: not \"" + one +
                                   '"');
        }
        variables[one.substr(0, equals)] = one.substr(equals + 1);
    }
    return [code = *result, variables](Call& call, const std::string& /*options*/) {
        for (const auto& [name, value] : variables) set_value(call, name, value);
        return code;
    };
}

/// A subroutine that returns a value.
inline Subroutine returning(std::string value) {
    return [value = std::move(value)](Call& /*call*/, const std::string& /*argument*/) {
        return std::optional<std::string>{value};
    };
}

/// A function that always has one value.
inline Function constant(std::string value) {
    return [value = std::move(value)](Call& /*call*/, const std::string& /*argument*/) {
        return std::optional<std::string>{value};
    };
}

/// A place of the dialplan as `subroutines` and `labels` name it: `context,extension,priority`.
///
/// @throws AGIArgumentError  it is none
inline std::string parse_place(const std::string& text) {
    const auto parts = simulator::split(text, ',');
    if (parts.size() != 3 || parts[0].empty() || parts[1].empty() || parts[2].empty()) {
        throw AGIArgumentError(
            "a place is context,extension,priority, or a label for the last: not \"" + text + '"');
    }
    return text;
}

/// A line of an extension.
///
/// @throws AGIArgumentError  it is no number from 1 on
inline int parse_priority(const std::string& text) {
    const auto priority = wire::to_number<int>(text);
    if (!priority || *priority < 1) {
        throw AGIArgumentError("a priority is a number from 1 on: not \"" + text + '"');
    }
    return *priority;
}

/// An entry of AstDB, `family/key`, as `database` names it: `/family/key`.
///
/// @throws AGIArgumentError  it is none
inline std::string parse_database_entry(const std::string& text) {
    const std::size_t slash = text.find('/');
    if (slash == 0 || slash == std::string::npos || slash + 1 == text.size()) {
        throw AGIArgumentError("an entry of the database is family/key: not \"" + text + '"');
    }
    return '/' + text;
}

/// The plan of a caller, a line for each thing that he does:
///
///     plan_step(caller, {"after", "menu", 2}, 1s)   the second time, a second later
struct Moment {
    std::string when;   ///< after, during, at.
    std::string sound;  ///< Or the time, for `at`.
    int time = 1;       ///< The first time that it is heard, the second...
};

/// Where the plan goes on. Earlier times of the same sound pass without anything.
///
/// @throws AGIArgumentError  no such moment
inline Caller::Moment plan_moment(Caller& caller, const Moment& moment,
                                  std::map<std::string, int>& planned) {
    if (moment.when == "at") return caller.at(parse_time(moment.sound));
    const bool after = moment.when == "after";
    if (!after && moment.when != "during") {
        throw AGIArgumentError("a moment is after, during or at: not \"" + moment.when + '"');
    }
    if (moment.time < 1) throw AGIArgumentError("a sound is heard for the first time, or later");
    const auto next = [&] {
        return after ? caller.after(moment.sound) : caller.during(moment.sound);
    };
    int& seen = planned[moment.when + ' ' + moment.sound];
    for (; seen < moment.time - 1; ++seen) next().do_nothing();
    seen = moment.time;
    return next();
}

}}}  // namespace agi::v0::testing
