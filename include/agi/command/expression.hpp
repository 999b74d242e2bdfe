// SPDX-License-Identifier: MIT
#pragma once
// Values that travel through dialplan expressions, percent-encoded, so that they may hold anything.

#include <agi/command/parse.hpp>
#include <agi/wire/percent.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace wire {

/// Refuses a name that would be more than a name in an expression.
inline void refuse_expression(const char* verb, std::string_view name,
                              std::string_view bytes = "${}") {
    const std::size_t at = name.find_first_of(bytes);
    if (at == std::string_view::npos) return;
    throw AGIArgumentError(
        verb, joined({"a name cannot have ", shown(name.substr(at, 1)), ": ", shown(name)}));
}

/// The value that GET FULL VARIABLE sends back.
inline std::string_view evaluated(AnyCommand command, const Reply& reply) {
    const int number = number_of(command, reply);
    if (number == 0) fail(command, reply, "no such channel");
    if (number != 1 || !reply.data()) unexpected(command, reply);
    return *reply.data();
}

/// An expression that is `%25` where Asterisk has URIENCODE, and nothing where not: a missing
/// function would otherwise read as an empty value.
inline constexpr const char* uri_probe = "${URIENCODE(%)}";

/// The value behind what the probe has become.
inline std::string_view uri_probed(AnyCommand command, const Reply& reply) {
    constexpr std::string_view there = "%25";
    const std::string_view value = evaluated(command, reply);
    if (value.substr(0, there.size()) != there) fail(command, reply, "Asterisk has no URIENCODE");
    return value.substr(there.size());
}

/// Application Exec evaluates expressions in the options of the application that it runs: EXEC and
/// SET VARIABLE do not.
inline Request set_by_expression(const std::string& name, std::string_view value) {
    const std::size_t nul = value.find('\0');
    if (nul != std::string_view::npos) {
        throw AGIArgumentError("EXEC", joined({"the value ", unsendable(value, nul)}));
    }
    return Request{"EXEC", "Exec",
                   joined({"Set(", name, "=${URIDECODE(", percent_encoded(value), ")})"})};
}

}}}  // namespace agi::v0::wire
