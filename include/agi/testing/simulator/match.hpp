// SPDX-License-Identifier: MIT
#pragma once
// A POSIX regular expression, as Asterisk uses them.

#include <agi/version.hpp>

#if __has_include(<regex.h>)
#include <regex.h>
#else
#include <regex>  // where there is no POSIX: nearly the same
#endif

#include <string>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The first place of a text that a pattern fits.
class Match {
  public:
#if __has_include(<regex.h>)
    Match(const std::string& pattern, const std::string& text, bool ignores_case = false) {
        regex_t compiled{};
        const int flags = REG_EXTENDED | (ignores_case ? REG_ICASE : 0);
        if (regcomp(&compiled, pattern.c_str(), flags) != 0) return;
        readable_ = true;
        has_group_ = compiled.re_nsub > 0;
        regmatch_t places[2]{};
        if (regexec(&compiled, text.c_str(), 2, places, 0) == 0) {
            found_ = true;
            begin_ = places[0].rm_so;
            length_ = places[0].rm_eo - places[0].rm_so;
            if (has_group_ && places[1].rm_so >= 0) {
                const auto from = static_cast<std::size_t>(places[1].rm_so);
                group_ = text.substr(from, static_cast<std::size_t>(places[1].rm_eo) - from);
            }
        }
        regfree(&compiled);
    }
#else
    Match(const std::string& pattern, const std::string& text, bool ignores_case = false) {
        try {
            auto flags = std::regex::extended;
            if (ignores_case) flags |= std::regex::icase;
            const std::regex compiled{pattern, flags};
            readable_ = true;
            has_group_ = compiled.mark_count() > 0;
            std::smatch places;
            found_ = std::regex_search(text, places, compiled);
            if (!found_) return;
            begin_ = static_cast<long>(places.position());
            length_ = static_cast<long>(places.length());
            if (has_group_) group_ = places[1];
        } catch (const std::regex_error&) {  // no pattern
        }
    }
#endif

    /// Whether the pattern is one.
    [[nodiscard]] bool readable() const noexcept { return readable_; }
    [[nodiscard]] bool found() const noexcept { return found_; }
    [[nodiscard]] bool at_front() const noexcept { return found_ && begin_ == 0; }
    [[nodiscard]] long length() const noexcept { return length_; }
    [[nodiscard]] bool has_group() const noexcept { return has_group_; }
    /// What the first parentheses fit.
    [[nodiscard]] const std::string& group() const noexcept { return group_; }

  private:
    bool readable_ = false;
    bool found_ = false;
    bool has_group_ = false;
    long begin_ = 0;
    long length_ = 0;
    std::string group_;
};

}}}  // namespace agi::v0::testing::simulator
