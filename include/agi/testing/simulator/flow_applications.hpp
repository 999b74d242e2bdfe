// SPDX-License-Identifier: MIT
#pragma once
// Applications of the dialplan that set, decide and go elsewhere.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/functions.hpp>
#include <agi/version.hpp>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

Application find_application_or_say(Call& call, std::string_view name);

inline int set_application(Call& call, const std::string& assignment) {
    const std::size_t equals = assignment.find('=');
    if (equals != std::string::npos) {
        set_value(call, assignment.substr(0, equals), assignment.substr(equals + 1));
    }
    return 0;
}

inline int mset_application(Call& call, const std::string& assignments) {
    for (const std::string& assignment : split(assignments, ',')) set_application(call, assignment);
    return 0;
}

/// Goto([[context,]extension,]priority).
inline int goto_application(Call& call, const std::string& options) {
    if (options.empty()) return -1;
    const auto parts = split(options, ',');
    if (parts.size() > 2) call.go_to_context(parts[parts.size() - 3]);
    if (parts.size() > 1) call.go_to_extension(parts[parts.size() - 2]);
    const Place place = call.place();
    const auto label = call.labels.find(place.context + ',' + place.extension + ',' + parts.back());
    const int priority =
        label != call.labels.end() ? label->second : std::atoi(parts.back().c_str());
    if (priority < 1) return -1;
    call.go_to_priority(priority);
    return 0;
}

/// The half of `condition?yes:no` that counts; the separator between them may be in an application's
/// parentheses.
inline std::string chosen_half(std::string_view options) {
    const std::size_t mark = options.find('?');
    if (mark == std::string_view::npos) return {};
    const std::string_view condition = trimmed(options.substr(0, mark));
    const bool yes = !condition.empty() && condition != "0";
    std::size_t colon = mark + 1;
    for (int open = 0; colon < options.size() && (options[colon] != ':' || open > 0); ++colon) {
        if (options[colon] == '(') ++open;
        if (options[colon] == ')') --open;
    }
    if (yes) return std::string{options.substr(mark + 1, colon - mark - 1)};
    return colon < options.size() ? std::string{options.substr(colon + 1)} : std::string{};
}

inline int goto_if_application(Call& call, const std::string& options) {
    const std::string place = chosen_half(options);
    return place.empty() ? 0 : goto_application(call, place);
}

/// `application(options)`: what it returns; nothing when there is none.
inline std::optional<int> run_application(Call& call, std::string_view text) {
    const std::size_t open = text.find('(');
    const auto application = find_application_or_say(call, trimmed(text.substr(0, open)));
    if (!application) return std::nullopt;
    const std::size_t close = text.rfind(')');
    const bool has_options =
        open != std::string_view::npos && close != std::string_view::npos && open < close;
    return application(call, std::string{has_options ? text.substr(open + 1, close - open - 1)
                                                     : std::string_view{}});
}

/// Exec(application(options)), which evaluates the options.
inline int exec_application(Call& call, const std::string& options) {
    const std::string text = evaluated(call, options);
    return text.empty() ? 0 : run_application(call, text).value_or(-1);
}

inline int try_exec_application(Call& call, const std::string& options) {
    const std::string text = evaluated(call, options);
    if (text.empty()) return 0;
    const auto result = run_application(call, text);
    call.channel.variables["TRYSTATUS"] = !result ? "NOAPP" : *result == 0 ? "SUCCESS" : "FAILED";
    return 0;
}

/// ExecIf(condition?application(options):application(options)).
inline int exec_if_application(Call& call, const std::string& options) {
    if (options.empty()) return 0;
    if (options.find('?') >= options.size() - 1) return -1;
    const std::string chosen = chosen_half(options);
    return chosen.empty() ? 0 : run_application(call, evaluated(call, chosen)).value_or(-1);
}

/// Gosub([[context,]extension,]priority(arguments)): only the place is set; the subroutine runs when the
/// program has ended.
inline int gosub_application(Call& call, const std::string& options) {
    const std::string place = options.substr(0, options.find('('));
    if (place.empty()) return -1;
    const auto parts = split(place, ',');
    const Place here = call.place();
    const std::string context = parts.size() > 2 ? parts[parts.size() - 3] : here.context;
    const std::string extension = parts.size() > 1 ? parts[parts.size() - 2] : here.extension;
    const std::string path = context + ',' + extension + ',' + parts.back();
    if (call.subroutines.count(path) == 0 && call.labels.count(path) == 0) return -1;
    return goto_application(call, place);
}
inline int gosub_if_application(Call& call, const std::string& options) {
    const std::string place = chosen_half(options);
    return place.empty() ? 0 : gosub_application(call, place);
}

}}}  // namespace agi::v0::testing::simulator
