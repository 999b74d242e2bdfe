// SPDX-License-Identifier: MIT
#pragma once
// Dialplan expressions: ${VARIABLE}, ${VARIABLE:offset:length}, ${FUNCTION(arguments)}, $[1 + 2], nested.

#include <agi/testing/simulator/calculation.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The part of a text that `offset` and `length` of `${NAME:offset:length}` choose. Negative ones
/// count from the end.
inline std::string_view substring(std::string_view text, long offset, long length) {
    const auto size = static_cast<long>(text.size());
    if (offset < 0) offset = size + offset < 0 ? 0 : size + offset;
    if (offset >= size) return {};
    const long rest = size - offset;
    if (length < 0) length = rest + length < 0 ? 0 : rest + length;
    return text.substr(static_cast<std::size_t>(offset),
                       static_cast<std::size_t>(length < rest ? length : rest));
}

/// The text without the blanks around it.
inline std::string_view trimmed(std::string_view text) {
    const auto is_blank = [](char c) { return c > 0 && c <= ' '; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// A name as `${...}` has it.
struct Reference {
    std::string_view name;      ///< With the arguments, if it is a function.
    std::string_view function;  ///< Empty: a variable.
    std::string_view argument;
    long offset = 0;
    long length = 0x7fffffff;

    explicit Reference(std::string_view text) : name{text} {
        int open = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '(') ++open;
            if (text[i] == ')') --open;
            if (text[i] != ':' || open != 0) continue;
            name = text.substr(0, i);
            slice(text.substr(i + 1));
            break;
        }
        const std::size_t begin = name.find('(');
        if (begin == std::string_view::npos) return;
        function = name.substr(0, begin);
        argument = name.substr(begin + 1);
        argument = argument.substr(0, argument.rfind(')'));
    }

  private:
    /// What is no number counts as not written.
    void slice(std::string_view numbers) {
        const std::string text{numbers};
        int from = 0;
        int size = 0;
        const int found = std::sscanf(text.c_str(), "%30d:%30d", &from, &size);
        if (found > 0) offset = from;
        if (found > 1) length = size;
    }
};

/// Replaces every `${...}` of a text by what `value_of(Reference)` says, and every `$[...]` by what it
/// comes to, inner ones first.
///
/// @throws NotSimulated  functions in `$[...]`
template <class ValueOf>
std::string evaluate(std::string_view text, const ValueOf& value_of) {
    std::string out;
    while (!text.empty()) {
        const std::size_t begin = std::min(text.find("${"), text.find("$["));
        out += text.substr(0, begin);
        if (begin == std::string_view::npos) break;
        const bool calculates = text[begin + 1] == '[';
        const char open = calculates ? '[' : '{';
        const char close = calculates ? ']' : '}';
        std::size_t end = begin + 2;
        int depth = 1;
        for (; end < text.size() && depth > 0; ++end) {
            if (text[end] == close) --depth;
            if (text[end] == open) ++depth;
        }
        const bool closed = depth == 0;
        const std::string inner =
            evaluate(text.substr(begin + 2, end - begin - (closed ? 3 : 2)), value_of);
        text.remove_prefix(end);
        if (calculates) {
            out += Calculation{inner}.result();
        } else if (closed) {  // Asterisk drops one that is not
            const Reference reference{inner};
            out += substring(value_of(reference), reference.offset, reference.length);
        }
    }
    return out;
}

}}}  // namespace agi::v0::testing::simulator
