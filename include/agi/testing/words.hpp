// SPDX-License-Identifier: MIT
#pragma once
// A request line as the words that Asterisk reads in it.

#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// Splits a request line as Asterisk does: `GET DATA "my file" 5` is four words.
inline std::vector<std::string> words(std::string_view line) {
    using Step = wire::WordSplitter::Step;
    std::vector<std::string> found;
    wire::WordSplitter splitter;
    for (const char c : line) {
        const Step step = splitter.push(c);
        if (step == Step::nothing) continue;
        if (step != Step::more) found.emplace_back();
        if (step != Step::word) found.back() += c;
    }
    return found;
}

/// What a SAY command speaks from pieces is one sound with this name, in `heard()`, in plans and in scenarios:
/// `say digits 1234`.
inline std::string said_sound(const std::vector<std::string>& words) {
    std::string name;
    for (const char c : words.at(0) + ' ' + words.at(1)) name += wire::ascii_lower(c);
    return name + ' ' + words.at(2);
}

}}}  // namespace agi::v0::testing
