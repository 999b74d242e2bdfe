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

}}}  // namespace agi::v0::testing
