// SPDX-License-Identifier: MIT
#pragma once
// Dialplan expressions: ${VARIABLE}, ${VARIABLE:offset:length}, ${FUNCTION(arguments)}, nested.

#include <agi/version.hpp>
#include <agi/wire/number.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing {

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
    void slice(std::string_view numbers) {
        const std::size_t second = numbers.find(':');
        offset = wire::to_number<long>(numbers.substr(0, second)).value_or(0);
        if (second == std::string_view::npos) return;
        length = wire::to_number<long>(numbers.substr(second + 1)).value_or(0);
    }
};

/// Replaces every `${...}` of a text by what `value_of(Reference)` says, inner ones first.
template <class ValueOf>
std::string evaluate(std::string_view text, const ValueOf& value_of) {
    std::string out;
    while (!text.empty()) {
        const std::size_t begin = text.find("${");
        out += text.substr(0, begin);
        if (begin == std::string_view::npos) break;
        std::size_t end = begin + 2;
        int depth = 1;
        for (; end < text.size() && depth > 0; ++end) {
            if (text[end] == '}') --depth;
            if (text[end] == '{') ++depth;
        }
        if (depth > 0) break;  // never closed: Asterisk drops the rest
        const std::string inner = evaluate(text.substr(begin + 2, end - begin - 3), value_of);
        const Reference reference{inner};
        const std::string value = value_of(reference);
        out += substring(value, reference.offset, reference.length);
        text.remove_prefix(end);
    }
    return out;
}

}}}  // namespace agi::v0::testing
