// SPDX-License-Identifier: MIT
#pragma once
// Functions of the dialplan that work on a variable with a list in it.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/version.hpp>

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing::simulator {

std::optional<std::string> find_value(Call& call, std::string_view name);
void set_value(Call& call, std::string_view name, const std::string& value);

inline std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}
inline std::string joined(const std::vector<std::string>& parts, char separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (&part != &parts.front()) out += separator;
        out += part;
    }
    return out;
}

/// The arguments of such a function: what is in the variable, and the delimiter.
struct ListArguments {
    std::vector<std::string> all;
    std::string text;
    char delimiter;

    ListArguments(Call& call, std::string_view argument)
        : all{arguments_of(argument, 4)},
          text{find_value(call, all[0]).value_or("")},
          delimiter{all[1].empty() ? ',' : all[1].front()} {}
    [[nodiscard]] std::vector<std::string> parts() const {
        return text.empty() ? std::vector<std::string>{} : split(text, delimiter);
    }
};

/// CUT(variable,delimiter,fields): fields as `2`, `2-4`, `2-`, `-4`, `1&3`.
inline std::string cut_function(Call& call, const std::string& argument) {
    const ListArguments list{call, argument};
    const char delimiter = list.all[1].empty() ? '-' : list.all[1].front();
    const auto parts = split(list.text, delimiter);
    std::vector<std::string> chosen;
    if (list.all[2].empty()) return {};
    for (const std::string& range : split(list.all[2], '&')) {
        const std::size_t dash = range.find('-');
        std::size_t first = std::strtoul(range.c_str(), nullptr, 10);
        std::size_t last = first;
        if (dash != std::string::npos) {
            first = dash == 0 ? 1 : first;
            last = dash + 1 == range.size() ? parts.size()
                                            : std::strtoul(range.c_str() + dash + 1, nullptr, 10);
        }
        for (std::size_t i = first; i <= last && i <= parts.size(); ++i) {
            if (i > 0) chosen.push_back(parts[i - 1]);
        }
    }
    return joined(chosen, delimiter);
}

/// Takes the first or the last of a list away, and says what it was.
inline std::string take_from_list(Call& call, const std::string& argument, bool first) {
    const ListArguments list{call, argument};
    auto parts = list.parts();
    if (parts.empty()) return {};
    const auto at = first ? parts.begin() : parts.end() - 1;
    std::string taken = *at;
    parts.erase(at);
    set_value(call, list.all[0], joined(parts, list.delimiter));
    return taken;
}

/// PUSH and UNSHIFT, which are written to.
inline void put_into_list(Call& call, const std::string& argument, const std::string& value,
                          bool first) {
    const ListArguments list{call, argument};
    auto parts = list.parts();
    parts.insert(first ? parts.begin() : parts.end(), value);
    set_value(call, list.all[0], joined(parts, list.delimiter));
}

/// FIELDQTY and FIELDNUM: how many there are, and which one it is.
inline std::string field_count(Call& call, const std::string& argument) {
    return std::to_string(ListArguments{call, argument}.parts().size());
}
inline std::string field_number(Call& call, const std::string& argument) {
    const ListArguments list{call, argument};
    std::size_t number = 1;
    for (const std::string& part : list.parts()) {
        if (part == list.all[2]) return std::to_string(number);
        ++number;
    }
    return "0";
}

inline std::string list_filter(Call& call, const std::string& argument) {
    const ListArguments list{call, argument};
    std::vector<std::string> left;
    for (const std::string& part : list.parts()) {
        if (part != list.all[2]) left.push_back(part);
    }
    return joined(left, list.delimiter);
}

/// REPLACE(variable,bytes[,byte]).
inline MaybeText replace_function(Call& call, const std::string& argument) {
    const ListArguments list{call, argument};
    if (list.all[1].empty()) return std::nullopt;
    std::string out;
    for (const char c : list.text) {
        if (list.all[1].find(c) == std::string::npos) {
            out += c;
        } else if (!list.all[2].empty()) {
            out += list.all[2].front();
        }
    }
    return out;
}

/// STRREPLACE(variable,text[,replacement[,most]]).
inline MaybeText text_replace_function(Call& call, const std::string& argument) {
    const ListArguments list{call, argument};
    if (list.all[1].empty()) return std::nullopt;
    std::size_t left =
        list.all[3].empty() ? std::string::npos : std::strtoul(list.all[3].c_str(), nullptr, 10);
    std::string text = list.text;
    for (std::size_t at = text.find(list.all[1]); at != std::string::npos && left > 0; --left) {
        text.replace(at, list.all[1].size(), list.all[2]);
        at = text.find(list.all[1], at + list.all[2].size());
    }
    return text;
}

/// INC and DEC: nothing when the variable has no number.
inline MaybeText counted(Call& call, const std::string& variable, int step) {
    const std::string text = find_value(call, variable).value_or("");
    char* end = nullptr;
    const long number = std::strtol(text.c_str(), &end, 10);
    if (end == text.c_str()) return std::nullopt;
    std::string next = std::to_string(number + step);
    set_value(call, variable, next);
    return next;
}

}}}  // namespace agi::v0::testing::simulator
