// SPDX-License-Identifier: MIT
#pragma once
// Variables and functions of the dialplan, read and written.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/base64.hpp>
#include <agi/testing/simulator/caller_id.hpp>
#include <agi/testing/simulator/expression.hpp>
#include <agi/version.hpp>
#include <agi/wire/percent.hpp>
#include <agi/wire/words.hpp>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The value of a variable or of a function, named as in `${...}`. Nothing when there is none.
std::optional<std::string> find_value(Call& call, std::string_view name);

/// Sets a variable, or writes a function.
void set_value(Call& call, std::string_view name, const std::string& value);

/// What Asterisk takes for no or yes in a variable.
inline bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
        if (wire::is_command(text, word)) return true;
    }
    return false;
}
inline bool means_no(std::string_view text) {
    return is_one_of(text, {"no", "false", "n", "f", "0", "off"});
}
inline bool means_yes(std::string_view text) {
    return is_one_of(text, {"yes", "true", "y", "t", "1", "on"});
}

inline std::optional<std::string> stored(const std::map<std::string, std::string>& map,
                                         const std::string& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

inline std::optional<std::string> find_variable(Call& call, const std::string& name) {
    if (auto value = stored(call.channel.variables, name)) return value;
    if (name == "CHANNEL") return call.entry("agi_channel");
    if (name == "CONTEXT") return call.place().context;
    if (name == "EXTEN") return call.place().extension;
    if (name == "PRIORITY") return std::to_string(call.place().priority);
    if (name == "UNIQUEID") return call.entry("agi_uniqueid");
    return stored(call.globals, name);
}

inline std::string with_case(std::string text, char first, char last, int step) {
    for (char& c : text) {
        if (c >= first && c <= last) c = static_cast<char>(c + step);
    }
    return text;
}

/// What Asterisk leaves as it is in a URI is more than what the library does.
inline std::string uri_encoded(std::string_view text) {
    std::string out;
    for (const char& c : text) {
        const bool plain = std::string_view{"!*'()"}.find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : wire::percent_encoded({&c, 1});
    }
    return out;
}

/// CHANNEL(item).
inline std::optional<std::string> channel_item(const Call& call, std::string_view item) {
    if (item == "name") return call.entry("agi_channel");
    if (item == "state") return std::string{call.answered ? "Up" : "Ring"};
    if (item == "language") return call.entry("agi_language");
    if (item == "channeltype") return call.entry("agi_type");
    if (item == "uniqueid") return call.entry("agi_uniqueid");
    if (item == "accountcode") return call.entry("agi_accountcode");
    return std::nullopt;
}

/// Takes an argument off the front, as applications and functions do: a delimiter in quotes or
/// parentheses does not count, and quotes and backslashes are removed.
inline std::string take_argument(std::string_view& rest, char delimiter) {
    std::string out;
    int open = 0;
    bool quoted = false;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c == delimiter && !quoted && open == 0) break;
        if (c == '(' || c == '[') ++open;
        if ((c == ')' || c == ']') && open > 0) --open;
        if (c == '"') {
            quoted = !quoted;
        } else if (c == '\\') {
            if (rest.empty()) break;
            out += rest.front();
            rest.remove_prefix(1);
        } else {
            out += c;
        }
    }
    return out;
}

/// IF(condition?yes:no): a condition is no when it begins with 0, an empty one is an error.
inline std::optional<std::string> if_function(std::string_view rest) {
    const std::string condition = take_argument(rest, '?');
    const std::string yes{trimmed(take_argument(rest, ':'))};
    const std::string no{trimmed(rest)};
    if (condition.empty() || (yes.empty() && no.empty())) return std::nullopt;
    return condition.front() != '0' ? yes : no;
}

/// CUT(variable,delimiter,field).
inline std::string cut_function(Call& call, const std::string& argument) {
    const std::size_t first = argument.find(',');
    const std::size_t second = argument.rfind(',');
    if (first == std::string::npos || second == first) return {};
    const std::string text = find_value(call, argument.substr(0, first)).value_or("");
    const char delimiter = argument[first + 1];
    std::size_t begin = 0;
    for (int field = std::atoi(argument.c_str() + second + 1); field > 1; --field) {
        const std::size_t end = text.find(delimiter, begin);
        if (end == std::string::npos) return {};
        begin = end + 1;
    }
    const std::size_t end = text.find(delimiter, begin);
    return text.substr(begin, end == std::string::npos ? end : end - begin);
}

inline std::optional<std::string> read_database_function(Call& call, std::string_view function,
                                                         const std::string& argument) {
    const auto entry = call.database.find('/' + argument);
    const bool there = entry != call.database.end();
    if (function == "DB_EXISTS") return std::string{there ? "1" : "0"};
    if (!there) return std::string{};
    std::string value = entry->second;
    if (function == "DB_DELETE") call.database.erase(entry);
    return value;
}

/// Functions of nothing but a text.
inline std::optional<std::string> text_function(std::string_view function,
                                                const std::string& text) {
    struct Known {
        std::string_view name;
        std::string (*value)(const std::string&);
    };
    using Text = const std::string&;
    static constexpr Known known[] = {
        {"URIENCODE", [](Text of) { return uri_encoded(of); }},
        {"URIDECODE", [](Text of) { return wire::percent_decoded(of); }},
        {"BASE64_ENCODE", [](Text of) { return base64_encoded(of); }},
        {"BASE64_DECODE", [](Text of) { return base64_decoded(of); }},
        {"LEN", [](Text of) { return std::to_string(of.size()); }},
        {"TOUPPER", [](Text of) { return with_case(of, 'a', 'z', 'A' - 'a'); }},
        {"TOLOWER", [](Text of) { return with_case(of, 'A', 'Z', 'a' - 'A'); }},
        {"EXISTS", [](Text of) { return std::string{of.empty() ? "0" : "1"}; }},
        {"ISNULL", [](Text of) { return std::string{of.empty() ? "1" : "0"}; }},
    };
    for (const Known& one : known) {
        if (function == one.name) return one.value(text);
    }
    return std::nullopt;
}

inline std::optional<std::string> read_function(Call& call, std::string_view function,
                                                const std::string& argument) {
    const auto own = call.functions.find(std::string{function});
    if (own != call.functions.end()) return own->second(call, argument);
    if (auto text = text_function(function, argument)) return text;
    if (function == "CALLERID") return caller_id_part(call, argument);
    if (function == "CHANNEL") return channel_item(call, argument);
    if (function == "IF") return if_function(argument);
    // What SPEECH CREATE makes belongs to the session, not to the channel.
    if (function == "SPEECH" && argument == "status") return std::string{"0"};
    if (function == "CUT") return cut_function(call, argument);
    if (function == "GLOBAL") return stored(call.globals, argument).value_or("");
    if (function == "HASH") return stored(call.channel.variables, "~HASH~" + argument).value_or("");
    if (function.substr(0, 2) == "DB") return read_database_function(call, function, argument);
    if (function == "SET") {
        const std::size_t equals = argument.find('=');
        if (equals == std::string::npos) return std::nullopt;
        const std::string value{trimmed(std::string_view{argument}.substr(equals + 1))};
        set_value(call, trimmed(std::string_view{argument}.substr(0, equals)), value);
        return value;
    }
    return std::nullopt;
}

inline std::optional<std::string> find_value(Call& call, std::string_view name) {
    if (name.empty() || name.back() != ')') return find_variable(call, std::string{name});
    const Reference reference{name};
    return read_function(call, reference.function, std::string{reference.argument});
}

/// Replaces every `${...}` by its value.
inline std::string evaluated(Call& call, std::string_view text) {
    return evaluate(text, [&](const Reference& reference) {
        const auto value =
            reference.name.find('(') == std::string_view::npos
                ? find_variable(call, std::string{reference.name})
                : read_function(call, reference.function, std::string{reference.argument});
        return value.value_or(std::string{});
    });
}

inline void set_value(Call& call, std::string_view name, const std::string& value) {
    const Reference reference{name};
    const std::string argument{reference.argument};
    if (reference.function == "DB") {
        call.database['/' + argument] = value;
    } else if (reference.function == "CALLERID") {
        set_caller_id_part(call, argument, value);
    } else if (reference.function == "GLOBAL") {
        call.globals[argument] = value;
    } else if (reference.function == "HASH") {
        call.channel.variables["~HASH~" + argument] = value;
    } else if (reference.function.empty()) {
        while (name.size() > 1 && name.front() == '_') name.remove_prefix(1);  // inheritance
        call.channel.variables[std::string{name}] = value;
    }
}

}}}  // namespace agi::v0::testing::simulator
