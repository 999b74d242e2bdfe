// SPDX-License-Identifier: MIT
#pragma once
// The command that a channel has from us: its reply in parts, its stop, and a stop that comes late.

#include <agi/asyncagi/detail/batch.hpp>
#include <agi/asyncagi/detail/channel_actions.hpp>
#include <agi/asyncagi/result.hpp>
#include <agi/asyncagi/stopping.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

struct ChannelCommand {
    enum class Kind : unsigned char {
        claim,
        user,
        drain,  ///< Takes a stop that came too late.
        batch,  ///< Of several lines.
    };
    std::string id;
    Kind kind;
    std::string line;
    std::vector<std::string> before{};  ///< Ids whose Results come first.
    bool dropped = false;               ///< Its reply is not for the session.
    bool runs = false;                  ///< Asterisk has begun with it.
    bool stop_wanted = false;
    bool stopped = false;  ///< A stop was sent.
    bool lost = false;     ///< Its Result was, with the connection.
    JoinedResult result{};

    static constexpr std::string_view lost_reply = "500 The reply was lost on its way over AMI\n";

    /// What the session gets; nothing where the reply is that of a stop that it has not asked for.
    [[nodiscard]] std::optional<std::string_view> reply() const {
        const std::string& text = result.text();
        if (dropped && (lost || is_reply_of_stop(line, text))) return std::nullopt;
        if (lost || result.lost()) return lost_reply;
        // What WAIT FOR DIGIT says of a stop is no key.
        return text == stopped_wait ? JoinedResult::reply_to_noop : std::string_view{text};
    }
    static constexpr std::string_view stopped_wait = "200 result=1000\n";
};

/// One command at a time. What it tells Asterisk goes into the actions that each call is given.
class UnderWay {
  public:
    using Time = ChannelActions::Time;
    using Kind = ChannelCommand::Kind;

    /// Whether the next command may be sent: nothing goes behind a stop before its answer.
    [[nodiscard]] bool is_free() const noexcept { return !current_ && !stop_owed_; }

    /// `line` under an id of its own.
    void send(ChannelActions& says, Time now, Kind kind, std::string line) {
        std::string id = says.next_id();
        send(says, now, {std::move(id), kind, std::move(line)});
    }
    void send(ChannelActions& says, Time now, ChannelCommand command) {
        says.queue(command.id, command.line);
        if (command.kind != Kind::claim) says.wake(now);
        current_ = std::move(command);
    }
    /// Several lines at once. Nothing goes between them.
    void send(ChannelActions& says, Time now, Batch& batch) {
        std::vector<std::string> ids = batch.send(says);
        says.wake(now);
        std::string last = std::move(ids.back());
        ids.pop_back();
        current_ = {std::move(last), Kind::batch, {}, std::move(ids)};
    }
    /// Sends something else where a stop that came late would hit this line.
    bool drain_before(ChannelActions& says, Time now, std::string_view line) {
        if (!late_stop_ || !reads_frames(line)) return false;
        late_stop_ = false;
        send(says, now, Kind::drain, "WAIT FOR DIGIT 5");
        return true;
    }

    /// A Result. The command, if it has ended with it.
    std::optional<ChannelCommand> executed(ChannelActions& says, Time now, std::string_view id,
                                           const Part& part) {
        if (!mark_id_.empty() && id == mark_id_) return at_mark(says, now, part);
        if (!current_) return std::nullopt;
        if (current_->id != id) {
            const auto& before = current_->before;
            if (std::find(before.begin(), before.end(), id) != before.end()) {
                current_->result.append(part);
            }
            return std::nullopt;
        }
        if (!current_->result.push(part)) {
            if (!mark_id_.empty()) {  // a mark that was sent already is as good
                current_->id.swap(mark_id_);
                mark_id_.clear();
            } else {
                current_->id = mark(says, now, current_->kind != Kind::claim);
            }
            return std::nullopt;
        }
        mark_id_.clear();
        look_for_late_stop();
        return take();
    }

    /// AGIExecStart. A stop that came before it would be lost.
    void started(ChannelActions& says, std::string_view text) {
        if (!current_ || current_->line != text || text.empty()) return;
        current_->runs = true;
        if (current_->stop_wanted) send_stop(says);
    }

    /// Ends the command, if it is the session's and can be ended: now, when it begins, or when the
    /// connection is there again.
    bool stop(ChannelActions& says, bool connected) {
        if (current_line().empty() || stop_by(current_->line) == StopBy::nothing) return false;
        current_->stop_wanted = true;
        if (current_->runs && connected) send_stop(says);
        return true;
    }
    /// Another line has come, or the end: ends what FastAGI ends then.
    void stop_for_next(ChannelActions& says, bool connected) {
        if (!stops_at_next_line(current_line())) return;
        current_->dropped = true;
        stop(says, connected);
    }
    /// The action that stops has its answer.
    void stop_answered() noexcept { stop_owed_ = false; }

    /// The connection is there again. What was under way may have had its reply meanwhile: a mark is
    /// sent behind it. `runs`: the call is ours, and in AsyncAGI.
    void reconnected(ChannelActions& says, Time now, bool runs) {
        stop_owed_ = false;
        if (!current_) {
            if (runs) says.wake(now);  // the last sign of life may be old
            return;
        }
        current_->runs = true;  // if it has not ended
        mark_id_ = mark(says, now, runs);
        if (!current_->stop_wanted || !runs) return;
        current_->stopped = false;  // a stop that was sent may be lost, too
        send_stop(says);
    }

    /// Nothing comes of it any more.
    std::optional<ChannelCommand> lose() noexcept {
        stop_owed_ = false;
        return take();
    }

    /// Whether something is sent that Asterisk may not have begun with.
    [[nodiscard]] bool waits() const noexcept {
        return !mark_id_.empty() || (current_ && !current_->runs);
    }
    [[nodiscard]] bool is_current(std::string_view id) const noexcept {
        return current_ && current_->id == id;
    }
    /// The line of the session that is under way; empty where none is.
    [[nodiscard]] std::string_view current_line() const noexcept {
        return current_ && current_->kind == Kind::user ? std::string_view{current_->line}
                                                        : std::string_view{};
    }

  private:
    static constexpr int max_drains = 8;

    /// Its id. The wake-up is a limit of the call, and only for one that is ours.
    static std::string mark(ChannelActions& says, Time now, bool wakes) {
        std::string id = says.next_id();
        says.queue(id, "NOOP");
        if (wakes) says.wake(now);
        return id;
    }

    std::optional<ChannelCommand> take() noexcept { return std::exchange(current_, std::nullopt); }

    /// What had no Result before the mark has lost it.
    std::optional<ChannelCommand> at_mark(ChannelActions& says, Time now, const Part& part) {
        if (part.more) {  // the rest of a long reply that nobody waits for
            mark_id_ = mark(says, now, current_ && current_->kind != Kind::claim);
            return std::nullopt;
        }
        mark_id_.clear();
        if (!current_) return std::nullopt;
        current_->lost = true;
        look_for_late_stop();
        return take();
    }

    void send_stop(ChannelActions& says) {
        if (current_->stopped) return;
        current_->stopped = true;
        stop_owed_ = true;
        says.stop(stop_by(current_->line));
    }
    void look_for_late_stop() {
        const std::string& text = current_->result.text();
        if (current_->kind == Kind::drain) {
            // A key of the caller, or the stop: there may be more.
            late_stop_ = text != JoinedResult::reply_to_noop && ++drains_ < max_drains;
        } else if (current_->stopped) {
            drains_ = 0;
            late_stop_ = text != ChannelCommand::stopped_wait;
        }
    }

    std::optional<ChannelCommand> current_;
    std::string mark_id_;
    bool stop_owed_ = false;
    bool late_stop_ = false;  ///< It may be on its way to the next command.
    int drains_ = 0;
};

}}}  // namespace agi::v0::asyncagi
