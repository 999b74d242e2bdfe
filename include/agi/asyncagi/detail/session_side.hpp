// SPDX-License-Identifier: MIT
#pragma once
// A tunnel's end towards the session: lines that wait for their turn, bytes that are given out.

#include <agi/asyncagi/detail/batch.hpp>
#include <agi/asyncagi/detail/dead_channel.hpp>
#include <agi/version.hpp>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

class SessionSide {
  public:
    /// One line, or several commands in its place.
    struct Item {
        std::string line;
        std::optional<Batch> batch{};
    };

    void add(Item item) { items_.push_back(std::move(item)); }
    [[nodiscard]] bool has_item() const noexcept { return !items_.empty(); }
    [[nodiscard]] const Item& next_item() const noexcept { return items_.front(); }
    Item take_item() {
        Item item = std::move(items_.front());
        items_.pop_front();
        return item;
    }
    void drop_items() noexcept { items_.clear(); }

    /// It has closed, or has said its last line.
    void close() noexcept { closed_ = true; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    /// Whether anything follows what is under way.
    [[nodiscard]] bool goes_on() const noexcept { return closed_ || has_item(); }

    void give(std::string_view bytes) { bytes_ += bytes; }
    /// Once.
    void tell_hangup() {
        if (!std::exchange(told_hangup_, true)) give(hangup_line);
    }
    /// The replies of a batch, and that of the line in whose place it was.
    void give(std::vector<std::string> replies) {
        replies_ = std::move(replies);
        give(JoinedResult::reply_to_noop);
    }
    /// All that waits, as a dead channel does.
    void answer_dead() {
        while (has_item()) {
            const Item item = take_item();
            if (item.batch) {
                give(item.batch->replies({}, dead_reply));
            } else {
                give(answer_of_dead_channel(item.line));
            }
        }
    }
    [[nodiscard]] std::optional<std::vector<std::string>> take_replies() noexcept {
        return std::exchange(replies_, std::nullopt);
    }
    [[nodiscard]] std::string take_bytes() { return std::exchange(bytes_, {}); }

  private:
    std::deque<Item> items_;
    std::optional<std::vector<std::string>> replies_;
    std::string bytes_;
    bool closed_ = false;
    bool told_hangup_ = false;
};

}}}  // namespace agi::v0::asyncagi
