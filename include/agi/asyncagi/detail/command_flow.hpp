// SPDX-License-Identifier: MIT
#pragma once
// From the lines of a session to the commands of a channel, and from their Results to replies.

#include <agi/asyncagi/detail/batch.hpp>
#include <agi/asyncagi/detail/channel_actions.hpp>
#include <agi/asyncagi/detail/dead_channel.hpp>
#include <agi/asyncagi/detail/session_side.hpp>
#include <agi/asyncagi/detail/under_way.hpp>
#include <agi/asyncagi/tunnel_options.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace asyncagi {

/// One after the other. Its parts are for the tunnel, too.
class CommandFlow {
  public:
    using Time = ChannelActions::Time;
    using Kind = ChannelCommand::Kind;

    CommandFlow(std::string channel, std::string id_head, std::chrono::milliseconds dead_man)
        : says{std::move(channel), std::move(id_head), dead_man} {}

    ChannelActions says;
    UnderWay under_way{};
    SessionSide session{};

    /// Sends what may be sent. True: the session has said all that it will.
    bool next(Time now) {
        while (under_way.is_free()) {
            if (!session.has_item()) return session.closed();
            const auto& item = session.next_item();
            if (!item.batch && under_way.drain_before(says, now, item.line)) return false;
            if (!run(now, session.take_item())) return true;
        }
        return false;
    }
    /// Another line has come, or the end.
    void stop_for_next(bool connected) { under_way.stop_for_next(says, connected); }

    /// A Result. The claim, if it has ended with that.
    std::optional<ChannelCommand> executed(Time now, std::string_view id, const Part& part) {
        auto ended = under_way.executed(says, now, id, part);
        if (!ended || ended->kind == Kind::claim) return ended;
        if (ended->kind == Kind::batch) {
            session.give(batch_->replies(ended->result, ChannelCommand::lost_reply));
        } else if (ended->kind == Kind::user) {
            if (const auto reply = ended->reply()) session.give(*reply);
        }
        return std::nullopt;
    }

    /// The channel is dead: what is under way has a reply of that.
    void die() {
        const auto lost = under_way.lose();
        if (!lost) return;
        if (lost->kind == Kind::batch) session.give(batch_->replies(lost->result, dead_reply));
        if (lost->kind == Kind::user && !lost->dropped) session.give(dead_reply);
    }
    /// The end.
    void drop() noexcept {
        under_way.lose();
        session.drop_items();
    }

  private:
    static constexpr std::string_view too_long_reply =
        "500 Not sent: over 1013 bytes, which is what AMI takes\n";

    /// False: it ends the session.
    bool run(Time now, SessionSide::Item item) {
        if (item.batch) {
            batch_ = std::move(item.batch);
            under_way.send(says, now, *batch_);
        } else if (wire::ends_session(item.line)) {
            session.close();
            session.drop_items();
            return false;
        } else if (item.line.size() > line_limit) {
            session.give(too_long_reply);
        } else if (says.set_limit_by(now, item.line)) {
            session.give(JoinedResult::reply_to_noop);
        } else {
            under_way.send(says, now, Kind::user, std::move(item.line));
            if (session.goes_on()) stop_for_next(true);
        }
        return true;
    }

    std::optional<Batch> batch_;  ///< Under way.
};

}}}  // namespace agi::v0::asyncagi
