// SPDX-License-Identifier: MIT
#pragma once
// Functions of the dialplan that make a text of a text.

#include <agi/testing/simulator/arguments.hpp>
#include <agi/testing/simulator/base64.hpp>
#include <agi/testing/simulator/digest.hpp>
#include <agi/testing/simulator/expression.hpp>
#include <agi/testing/simulator/match.hpp>
#include <agi/testing/simulator/sprintf_function.hpp>
#include <agi/version.hpp>
#include <agi/wire/percent.hpp>

#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

using Text = std::string;

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

inline std::string quoted_for_dialplan(const std::string& text) {
    std::string out{'"'};
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}

inline std::string quoted_for_csv(const std::string& text) {
    std::string out{'"'};
    for (const char c : text) out += c == '"' ? std::string{"\"\""} : std::string(1, c);
    return out += '"';
}

/// The digits of a telephone's keys; what is no letter or digit is left out.
inline std::string keypad_hash(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (upper >= 'A' && upper <= 'Z') out += "22233344455566677778889999"[upper - 'A'];
        if (c >= '0' && c <= '9') out += c;
    }
    return out;
}

/// A byte that may be escaped, of a FILTER() or REPLACE().
inline char take_escaped_byte(std::string_view& rest) {
    const auto take = [&rest] {
        const char c = rest.front();
        rest.remove_prefix(1);
        return c;
    };
    const char c = take();
    if (c != '\\' || rest.empty()) return c;
    const char escape = take();
    if (escape == 'n') return '\n';
    if (escape == 't') return '\t';
    if (escape == 'r') return '\r';
    if (escape != 'x') return escape;
    const std::string hex{rest.substr(0, 2)};
    rest.remove_prefix(hex.size());
    return static_cast<char>(std::strtol(hex.c_str(), nullptr, 16));
}

/// FILTER(allowed,text): what is between two bytes with a `-` is allowed, too. After the last byte
/// comes the first.
inline MaybeText filter_function(std::string_view argument) {
    std::size_t comma = argument.find(',');
    while (comma != std::string_view::npos && comma > 0 && argument[comma - 1] == '\\') {
        comma = argument.find(',', comma + 1);
    }
    if (comma == std::string_view::npos) return std::nullopt;
    std::string_view rest = argument.substr(0, comma);
    std::string allowed;
    while (!rest.empty()) {
        const char first = take_escaped_byte(rest);
        if (rest.size() < 2 || rest.front() != '-') {
            allowed += first;
            if (rest == "-") break;
            continue;
        }
        rest.remove_prefix(1);
        const auto last = static_cast<unsigned char>(take_escaped_byte(rest));
        for (auto at = static_cast<unsigned char>(first);; ++at) {
            allowed += static_cast<char>(at);
            if (at == last) break;
        }
    }
    std::string out;
    for (const char c : argument.substr(comma + 1)) {
        if (allowed.find(c) != std::string::npos) out += c;
    }
    return out;
}

/// DIRNAME and BASENAME, as dirname() and basename() of C make them.
inline std::string folder_of(std::string_view path) {
    const auto drop_slashes = [&path] {
        while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    };
    const bool two_slashes = path.substr(0, 2) == "//" && path.substr(2, 1) != "/";
    const bool slash = path.substr(0, 1) == "/";
    drop_slashes();
    path = path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'));
    drop_slashes();
    if (!path.empty()) return std::string{path};
    return slash ? two_slashes ? "//" : "/" : ".";
}
inline std::string file_of(std::string_view path) {
    if (path.empty()) return ".";
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    return path == "/" ? "/" : std::string{path.substr(path.rfind('/') + 1)};
}

/// LTRIM, RTRIM, TRIM: without the blanks at its begin, its end, or both.
inline std::string trimmed_text(std::string_view text, bool begin, bool end) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = begin ? text.find_first_not_of(blanks) : 0;
    if (first == std::string_view::npos) return {};
    const std::size_t last = end ? text.find_last_not_of(blanks) + 1 : text.size();
    return std::string{text.substr(first, last > first ? last - first : 0)};
}

/// IF(condition?yes:no): a condition is no when it begins with 0, an empty one is an error.
inline MaybeText if_function(std::string_view rest) {
    const std::string condition{trimmed(take_argument(rest, '?'))};
    const std::string yes{trimmed(take_argument(rest, ':'))};
    const std::string no{trimmed(rest)};
    if (condition.empty() || (yes.empty() && no.empty())) return std::nullopt;
    return condition.front() != '0' ? yes : no;
}

/// REGEX("pattern" text).
inline MaybeText regex_function(std::string_view argument) {
    const std::size_t open = argument.find('"');
    if (open == std::string_view::npos) return std::nullopt;
    std::size_t close = open + 1;
    while (close < argument.size() && argument[close] != '"') {
        close += argument[close] == '\\' ? 2U : 1U;
    }
    if (close >= argument.size()) return std::nullopt;
    std::string_view text = argument.substr(close + 1);
    if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    const Match match{std::string{argument.substr(open + 1, close - open - 1)}, std::string{text}};
    if (!match.readable()) return std::nullopt;
    return std::string{match.found() ? "1" : "0"};
}

/// SORT(key:value,...): the keys by their values.
inline std::string sort_function(std::string_view argument) {
    // Not stable_sort: clang 19 warns of it in the library of g++ 12.
    std::multimap<double, std::string> all;
    for (const std::string& one : arguments_of(argument)) {
        const std::size_t colon = one.find(':');
        if (colon == std::string::npos) continue;
        all.emplace(std::strtod(one.c_str() + colon + 1, nullptr), one.substr(0, colon));
    }
    std::string out;
    for (const auto& [value, key] : all) (out += out.empty() ? "" : ",") += key;
    return out;
}

/// Functions of nothing but a text. Nothing: no such function.
struct TextFunction {
    std::string_view name;
    MaybeText (*value)(const Text&);
};
inline const TextFunction* find_text_function(std::string_view function) {
    using In = const Text&;
    static constexpr TextFunction known[] = {
        {"BASE64_DECODE", [](In of) { return of.empty() ? MaybeText{} : base64_decoded(of); }},
        {"BASE64_ENCODE", [](In of) { return of.empty() ? MaybeText{} : base64_encoded(of); }},
        {"BASENAME", [](In of) -> MaybeText { return file_of(of); }},
        {"CSV_QUOTE", [](In of) -> MaybeText { return quoted_for_csv(of); }},
        {"DIRNAME", [](In of) -> MaybeText { return folder_of(of); }},
        {"EXISTS", [](In of) -> MaybeText { return of.empty() ? "0" : "1"; }},
        {"FILTER", [](In of) { return filter_function(of); }},
        {"IF", [](In of) { return if_function(of); }},
        {"ISNULL", [](In of) -> MaybeText { return of.empty() ? "1" : "0"; }},
        {"KEYPADHASH", [](In of) -> MaybeText { return keypad_hash(of); }},
        {"LEN", [](In of) -> MaybeText { return std::to_string(of.size()); }},
        {"MD5", [](In of) -> MaybeText { return of.empty() ? MaybeText{} : md5(of); }},
        {"PASSTHRU", [](In of) -> MaybeText { return of; }},
        {"QUOTE", [](In of) -> MaybeText { return quoted_for_dialplan(of); }},
        {"REGEX", [](In of) { return regex_function(of); }},
        {"SHA1", [](In of) -> MaybeText { return of.empty() ? MaybeText{} : sha1(of); }},
        {"SORT", [](In of) -> MaybeText { return sort_function(of); }},
        {"SPRINTF", [](In of) { return sprintf_function(of); }},
        {"TOLOWER", [](In of) -> MaybeText { return with_case(of, 'A', 'Z', 'a' - 'A'); }},
        {"TOUPPER", [](In of) -> MaybeText { return with_case(of, 'a', 'z', 'A' - 'a'); }},
        {"URIDECODE", [](In of) -> MaybeText { return wire::percent_decoded(of); }},
        {"URIENCODE", [](In of) -> MaybeText { return uri_encoded(of); }},
    };
    for (const TextFunction& one : known) {
        if (function == one.name) return &one;
    }
    return nullptr;
}

}}}  // namespace agi::v0::testing::simulator
