// SPDX-License-Identifier: MIT
#pragma once
// Commands that are sent together, each with a mark behind it by which its reply is told from the next.

#include <agi/asyncagi/detail/channel_actions.hpp>
#include <agi/asyncagi/result.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

/// Whether the command of this line takes no time, no frame of the channel, and cannot end AsyncAGI.
inline bool can_be_sent_together(std::string_view line) noexcept {
    using wire::is_command;
    constexpr std::string_view verbs[] = {
        "NOOP",         "GET VARIABLE",  "GET FULL VARIABLE", "SET VARIABLE", "SET CALLERID",
        "SET CONTEXT",  "SET EXTENSION", "SET PRIORITY",      "SET MUSIC",    "DATABASE GET",
        "DATABASE PUT", "DATABASE DEL",  "DATABASE DELTREE",  "VERBOSE",      "CHANNEL STATUS"};
    return std::any_of(std::begin(verbs), std::end(verbs),
                       [line](std::string_view verb) { return is_command(line, verb); });
}

/// All replies are one text: that of a command, the echo of its mark, that of the next...
class Batch {
  public:
    explicit Batch(std::vector<std::string> lines) : lines_{std::move(lines)} {}

    /// Queues all of it. The ids in the order of their Results.
    std::vector<std::string> send(ChannelActions& says) {
        std::vector<std::string> ids;
        for (const std::string& line : lines_) {
            ids.push_back(says.next_id());
            says.queue(ids.back(), line);
            ids.push_back(says.next_id());
            const std::string mark = "agi-mark-" + ids.back();
            says.queue(ids.back(), "GET FULL VARIABLE \"" + mark + '"');
            echoes_.push_back("200 result=1 (" + mark + ")\n");
        }
        return ids;
    }

    /// A reply for each line. `otherwise`: what one is that has not come.
    [[nodiscard]] std::vector<std::string> replies(const JoinedResult& result,
                                                   std::string_view otherwise) const {
        const std::string& text = result.text();
        std::vector<std::string> replies;
        std::size_t begin = 0;
        bool whole = true;  // from `begin` on there is nothing of an earlier one
        for (const std::string& echo : echoes_) {
            const std::size_t end = text.find(echo, begin);
            if (end == std::string::npos) {
                replies.emplace_back(otherwise);
                whole = false;
                continue;
            }
            const bool sure = whole && !result.lost_in(begin, end);
            replies.push_back(sure ? text.substr(begin, end - begin) : std::string{otherwise});
            whole = true;
            begin = end + echo.size();
        }
        replies.resize(lines_.size(), std::string{otherwise});
        return replies;
    }

  private:
    std::vector<std::string> lines_;
    std::vector<std::string> echoes_;
};

}}}  // namespace agi::v0::asyncagi
