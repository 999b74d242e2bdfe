// SPDX-License-Identifier: MIT
#pragma once
// Functions of the dialplan that work on a variable with a list in it.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
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

/// The arguments of such a function: what is in the variable, and the delimiter. The last one that the
/// function has is all that is left, with its commas and quotes.
struct ListArguments {
    std::vector<std::string> all;
    std::size_t given;  ///< How many there are.
    std::string text;
    char delimiter;

    ListArguments(Call& call, std::string_view argument, std::size_t number)
        : given{!argument.empty() && argument.back() == ',' ? 1U : 0U} {
        while (!argument.empty() && all.size() + 1 < number) {
            all.push_back(take_argument(argument, ','));
        }
        if (!argument.empty()) all.emplace_back(argument);
        given = std::min(number, given + all.size());
        all.resize(number);
        text = find_value(call, all[0]).value_or("");
        std::string_view escaped = all[1];
        delimiter = escaped.empty() ? ',' : take_escaped_byte(escaped);
    }
    [[nodiscard]] std::vector<std::string> parts() const {
        return text.empty() ? std::vector<std::string>{} : split(text, delimiter);
    }
};

/// Some of the parts of a list: `2`, `2-4`, `2-`, `-4`. Nothing: it is none of these.
struct Fields {
    std::size_t first = 0;
    std::size_t last = 0;

    static std::optional<Fields> of(const std::string& text) {
        constexpr std::size_t all = std::string::npos;
        unsigned first = 0;
        unsigned last = 0;
        char next = '\0';
        if (std::sscanf(text.c_str(), "%30u-%30u", &first, &last) == 2) return Fields{first, last};
        if (std::sscanf(text.c_str(), "-%30u", &last) == 1) return Fields{1, last};
        const int found = std::sscanf(text.c_str(), "%30u%1c", &first, &next);
        if (found < 1) return std::nullopt;
        return Fields{first, found == 2 && next == '-' ? all : first};
    }
};

/// CUT(variable,delimiter,fields): fields with a `&` between them.
inline MaybeText cut_function(Call& call, const std::string& argument) {
    const ListArguments list{call, argument, 3};
    const char delimiter = list.all[1].empty() ? '-' : list.all[1].front();
    const auto parts = split(list.text, delimiter);
    std::vector<std::string> chosen;
    for (const std::string& range : split(list.all[2], '&')) {
        const auto fields = Fields::of(range);
        if (!fields) return std::nullopt;
        for (std::size_t i = fields->first; i <= fields->last && i <= parts.size(); ++i) {
            if (i > 0) chosen.push_back(parts[i - 1]);
        }
    }
    return joined(chosen, delimiter);
}

/// Takes the first or the last of a list away, and says what it was.
inline MaybeText take_from_list(Call& call, const std::string& argument, bool first) {
    const ListArguments list{call, argument, 2};
    auto parts = list.parts();
    if (parts.empty()) return std::nullopt;
    const auto at = first ? parts.begin() : parts.end() - 1;
    std::string taken = *at;
    parts.erase(at);
    set_value(call, list.all[0], joined(parts, list.delimiter));
    return taken;
}

/// PUSH and UNSHIFT, which are written to.
inline void put_into_list(Call& call, const std::string& argument, const std::string& value,
                          bool first) {
    const ListArguments list{call, argument, 2};
    auto parts = list.parts();
    parts.insert(first ? parts.begin() : parts.end(), value);
    set_value(call, list.all[0], joined(parts, list.delimiter));
}

/// FIELDQTY and FIELDNUM: how many there are, and which one it is.
inline std::string field_count(Call& call, const std::string& argument) {
    const ListArguments list{call, argument, 2};
    if (list.given < 2) return "1";
    if (list.all[1].empty()) return list.text.empty() ? "0" : "1";
    return std::to_string(list.parts().size());
}
inline MaybeText field_number(Call& call, const std::string& argument) {
    const ListArguments list{call, argument, 3};
    if (list.given < 3) return std::nullopt;
    if (list.all[1].empty()) return "0";
    std::size_t number = 1;
    for (const std::string& part : list.parts()) {
        if (part == list.all[2]) return std::to_string(number);
        ++number;
    }
    return "0";
}

/// LISTFILTER(variable,delimiter,value): the delimiter may be long, but then the last part stays; and
/// so does an empty one at the end.
inline MaybeText list_filter(Call& call, const std::string& argument) {
    const ListArguments list{call, argument, 3};
    if (list.given < 3) return std::nullopt;
    const std::string delimiter = list.all[1].empty() ? "," : list.all[1];
    std::string out;
    bool first = true;
    for (std::string_view rest = list.text;;) {
        const std::size_t end = rest.find(delimiter);
        const bool last = end == std::string_view::npos;
        const std::string_view part = rest.substr(0, end);
        const bool only = part.size() == list.text.size();
        const bool stays = last && !only && (part.empty() || delimiter.size() > 1);
        if (stays || part != list.all[2]) {
            if (!first) out += delimiter;
            out += part;
            first = false;
        }
        if (last) return out;
        rest.remove_prefix(end + delimiter.size());
    }
}

/// REPLACE(variable,bytes[,byte]): quotes are bytes as others, and the new byte may be escaped.
inline MaybeText replace_function(Call& call, std::string_view argument) {
    const std::string text = find_value(call, take_raw_argument(argument)).value_or(std::string{});
    const std::string_view old = take_raw_argument(argument);
    std::string_view rest = take_raw_argument(argument);
    if (old.empty() || text.empty()) return std::nullopt;
    const char replacement = rest.empty() ? '\0' : take_escaped_byte(rest);
    std::string out;
    for (const char c : text) {
        if (old.find(c) == std::string_view::npos) {
            out += c;
        } else if (replacement != '\0') {
            out += replacement;
        }
    }
    return out;
}

/// STRREPLACE(variable,text[,replacement[,most]]).
inline MaybeText text_replace_function(Call& call, const std::string& argument) {
    const ListArguments list{call, argument, 4};
    if (list.all[1].empty()) return std::nullopt;
    const int most = std::atoi(list.all[3].c_str());
    std::size_t left = most > 0 ? static_cast<std::size_t>(most) : std::string::npos;
    std::string text = list.text;
    for (std::size_t at = text.find(list.all[1]); at != std::string::npos && left > 0; --left) {
        text.replace(at, list.all[1].size(), list.all[2]);
        at = text.find(list.all[1], at + list.all[2].size());
    }
    return text;
}

/// STRBETWEEN(variable,text): the text between each two bytes.
inline MaybeText text_between(Call& call, const std::string& argument) {
    const ListArguments list{call, argument, 3};
    if (list.given != 2) return std::nullopt;
    std::string out;
    for (const char c : list.text) {
        if (!out.empty()) out += list.all[1];
        out += c;
    }
    return out;
}

/// ARRAY(names): each gets the value at its place.
inline void set_array(Call& call, const std::string& names, const std::string& value) {
    const auto values = arguments_of(value);
    std::size_t next = 0;
    for (const std::string& one : arguments_of(names)) {
        set_value(call, one, next < values.size() ? values[next] : std::string{});
        ++next;
    }
}

/// INC and DEC, with 32 bits: nothing when the variable is no whole number. Blanks are 0.
inline MaybeText counted(Call& call, const std::string& variable, int step) {
    const std::string text = find_value(call, variable).value_or("");
    char* end = nullptr;
    const long number = std::strtol(text.c_str(), &end, 10);
    const bool blank = !text.empty() && text.find_first_not_of(' ') == std::string::npos;
    if (!blank && (end == text.c_str() || *end != '\0')) return std::nullopt;
    std::string next = std::to_string(static_cast<std::int32_t>(static_cast<std::uint32_t>(number) +
                                                                static_cast<std::uint32_t>(step)));
    set_value(call, variable, next);
    return next;
}

}}}  // namespace agi::v0::testing::simulator
