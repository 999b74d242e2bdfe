// SPDX-License-Identifier: MIT
#pragma once
// How a reply is read: the command knows.

#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string_view>

namespace agi { inline namespace v0 {

/// How the tail of a `200 result=` line is read. The command knows; the look of the line does not
/// tell, as a variable may hold `timeout` or `x) endpos=5`.
enum class ReplyForm : unsigned char {
    tags,         ///< `result=49 (dtmf) endpos=8000`: a tag, then name=value pairs; both optional.
    value,        ///< `result=1 (any text)`: everything up to the last byte; may hold line feeds.
    text,         ///< `result=0 Gosub complete`: free text.
    application,  ///< EXEC: free text, and a 520 that follows if the application returned 1.
    none,         ///< There is no reply: the session ends.
};

namespace wire {

/// For a line that was written elsewhere: its command tells.
constexpr ReplyForm form_of(std::string_view line) noexcept {
    for (const std::string_view verb :
         {"GET VARIABLE", "GET FULL VARIABLE", "DATABASE GET", "RECEIVE TEXT"}) {
        if (is_command(line, verb)) return ReplyForm::value;
    }
    if (is_command(line, "EXEC")) return ReplyForm::application;
    return is_command(line, "GOSUB") ? ReplyForm::text : ReplyForm::tags;
}

}  // namespace wire
}}  // namespace agi::v0
