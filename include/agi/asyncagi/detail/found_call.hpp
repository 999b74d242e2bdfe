// SPDX-License-Identifier: MIT
#pragma once
// A call that is found in AsyncAGI, and whose beginning nobody here has seen.

#include <agi/ami/message.hpp>
#include <agi/version.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace asyncagi {

/// Whether the channel of this event Status is in AGI(agi:async).
inline bool is_in_async_agi(const ami::Message& status) noexcept {
    constexpr std::string_view async = "agi:async";
    return ami::same_name(status["Application"], "AGI") &&
           ami::same_name(status["Data"].substr(0, async.size()), async);
}

/// Where in the dialplan a channel is.
inline std::string place_of(const ami::Message& event) {
    std::string place{event["Exten"]};
    return place.append(1, '@').append(event["Context"]).append(1, ':').append(event["Priority"]);
}

/// The value of a channel variable that was asked for; empty where it has none.
inline std::string_view variable_of(const ami::Message& status, std::string_view name) noexcept {
    std::string_view found;
    status.for_each([&](std::string_view header, std::string_view value) {
        if (!ami::same_name(header, "Variable") || value.substr(0, name.size()) != name ||
            value.substr(name.size(), 1) != "=") {
            return;
        }
        found = value.substr(name.size() + 1);
    });
    return found == "(null)" ? std::string_view{} : found;
}

/// The first argument of AGI(agi:async,...): a script.
inline std::string_view script_of(std::string_view data) noexcept {
    const std::size_t comma = data.find(',');
    if (comma == std::string_view::npos) return {};
    data.remove_prefix(comma + 1);
    return data.substr(0, data.find(','));
}

/// The environment that the call would have now. What Status does not say is not in it: the
/// number that was dialled, and what is known of presentations and plans.
inline std::string environment_of(const ami::Message& status, std::string_view version) {
    std::string block;
    const auto add = [&](std::string_view name, std::string_view value) {
        block.append("agi_").append(name).append(": ").append(value).append(1, '\n');
    };
    const auto known = [&](std::string_view header) {
        const std::string_view value = status[header];
        return value.empty() || value == "<unknown>" ? std::string_view{"unknown"} : value;
    };
    add("request", "async");
    add("channel", status["Channel"]);
    add("language", status["Language"]);
    add("type", status["Type"]);
    add("uniqueid", status["Uniqueid"]);
    add("version", version);
    add("callerid", known("CallerIDNum"));
    add("calleridname", known("CallerIDName"));
    add("dnid", known("DNID"));
    add("context", status["Context"]);
    add("extension", status["Exten"]);
    add("priority", status["Priority"]);
    add("enhanced", "0.0");
    add("accountcode", status["AccountCode"]);
    std::string_view data = status["Data"];
    for (int i = 1; data.find(',') != std::string_view::npos; ++i) {
        data.remove_prefix(data.find(',') + 1);
        add("arg_" + std::to_string(i), data.substr(0, data.find(',')));
    }
    return block;
}

}}}  // namespace agi::v0::asyncagi
