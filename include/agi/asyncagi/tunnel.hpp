// SPDX-License-Identifier: MIT
#pragma once
// One AsyncAGI channel as one FastAGI connection, without I/O.

#include <agi/asyncagi/detail/channel_actions.hpp>
#include <agi/asyncagi/detail/claim.hpp>
#include <agi/asyncagi/detail/dead_channel.hpp>
#include <agi/asyncagi/detail/joined_environment.hpp>
#include <agi/asyncagi/detail/session_side.hpp>
#include <agi/asyncagi/detail/under_way.hpp>
#include <agi/asyncagi/environment_block.hpp>
#include <agi/asyncagi/result.hpp>
#include <agi/asyncagi/tunnel_options.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

/// What it is told: events of the channel, lines of the session, the time. What it says: actions
/// for Asterisk, bytes for the session.
///
/// One command is under way at a time. A line that comes while a command runs that FastAGI would
/// end then, ends it, and its reply is dropped. Lines after the end of AsyncAGI are answered as
/// those on a dead channel are.
class Tunnel {
  public:
    using Time = ChannelActions::Time;
    using Output = ChannelAction;
    enum class State : unsigned char {
        claiming,  ///< It is asked whose call it is.
        foreign,   ///< It is another program's.
        running,
        away,       ///< AsyncAGI has ended; it may begin again.
        gone,       ///< It does not: the call is over, or somebody else has it.
        finishing,  ///< The session has ended: Asterisk goes on with the dialplan.
        over,
    };

    /// `env`: the value of Env in the event that began it; empty where a call is adopted, whose
    /// environment is `environment` then.
    Tunnel(const TunnelOptions& options, std::string channel, std::string_view env,
           std::string environment = {})
        : says_{std::move(channel), options.id, options.dead_man},
          claim_{options.owner, options.from},
          comes_back_{options.comes_back} {
        environment_.set(std::move(environment));
        environment_.begin(env);
    }

    /// Asks whose call it is.
    void begin(Time now) {
        std::string id = says_.next_id();
        under_way_.send(says_, now, {std::move(id), Kind::claim, claim_.line(says_.next_id())});
    }

    // --- From Asterisk ---

    /// AsyncAGIExec of this channel, also for a command of another program.
    void executed(Time now, std::string_view command_id, std::string_view encoded) {
        Part part{encoded};
        environment_.close(part, Claim::reply_head);
        if (auto ended = under_way_.executed(says_, now, command_id, part)) complete(now, *ended);
        next(now);
    }
    /// AGIExecStart of this channel.
    void command_started(std::string_view text) { under_way_.started(says_, text); }

    /// What TIMEOUT(absolute) was before that: seconds.
    void limit(Time now, std::string_view timeout) { says_.set_limit(now, timeout); }

    /// AsyncAGIStart of a channel that this is about already.
    void started(Time now, std::string_view env) {
        if (state_ != State::away) return;
        state_ = claimed_ ? State::running : State::claiming;
        environment_ = {};
        environment_.begin(env);
        next(now);
    }
    /// AsyncAGIEnd.
    void ended(Time now) {
        if (state_ == State::finishing) return finish();
        if (state_ == State::gone || state_ == State::over || state_ == State::foreign) return;
        state_ = State::away;
        away_since_ = now;
        says_.set_limit_back(now);
        if (session_.closed()) finish();
    }
    /// HangupRequest, or the like: it is over, but what runs has its reply yet.
    void hangup_requested() { tell_hangup(); }
    /// Hangup: the channel is no more.
    void hung_up(Time now) {
        hung_up_ = true;
        leave(now);
    }

    /// The action of a command was refused: there is no such channel.
    void refused(Time now, std::string_view command_id) {
        if (expects_break_ == command_id) return finish();
        if (under_way_.is_current(command_id)) leave(now);
    }
    /// ControlPlayback or PlayDTMF has its answer.
    void stop_answered(Time now) {
        under_way_.stop_answered();
        next(now);
    }
    /// Another name, as after a masquerade.
    void renamed(std::string channel) { says_.renamed(std::move(channel)); }

    /// The connection to Asterisk is lost: nothing is sent.
    void disconnected() noexcept { connected_ = false; }
    [[nodiscard]] bool is_disconnected() const noexcept { return !connected_; }
    /// It is there again, and the channel is in AsyncAGI still, or was told to have left it.
    void reconnected(Time now) {
        connected_ = true;
        away_since_ = now;
        if (state_ == State::finishing) return send_break(now);
        under_way_.reconnected(says_, now);
        next(now);
    }

    // --- From the session ---

    void line(Time now, std::string_view text) {
        session_.add({std::string{text}});
        stop_for_next();
        next(now);
    }
    /// Commands in place of a line: see can_be_sent_together. `take_replies` has what they come to
    /// when the line has its reply.
    void batch(Time now, std::vector<std::string> lines) {
        session_.add({{}, Batch{std::move(lines)}});
        stop_for_next();
        next(now);
    }
    /// It has closed: the dialplan goes on when all lines are done.
    void session_closed(Time now) {
        session_.close();
        stop_for_next();
        next(now);
    }

    // --- From elsewhere ---

    /// Ends the command that runs, if one does that can be ended: its reply says what came of it.
    bool stop() { return under_way_.stop(says_, runs()); }
    /// Shows Asterisk that we are there.
    void keep(Time now) {
        // A claim may wait for a long command of a program that has died.
        if (runs() || (state_ == State::claiming && connected_)) says_.wake(now);
    }
    /// Looks at the time.
    void tick(Time now) {
        if (state_ != State::away || !connected_) return;
        if (now - away_since_ >= comes_back_) leave(now);
    }

    /// It is no more our concern.
    void give_up() noexcept { finish(); }

    [[nodiscard]] std::vector<Output> take_actions() { return says_.take(); }
    /// Bytes for the session.
    [[nodiscard]] std::string take_bytes() { return session_.take_bytes(); }
    /// The replies of a batch, for the session, too.
    [[nodiscard]] auto take_replies() noexcept { return session_.take_replies(); }
    [[nodiscard]] State state() const noexcept { return state_; }
    /// Whether the call is ours, and the environment was given out.
    [[nodiscard]] bool claimed() const noexcept { return claimed_; }
    [[nodiscard]] const std::string& channel() const noexcept { return says_.channel(); }
    [[nodiscard]] bool channel_hung_up() const noexcept { return hung_up_; }
    /// The line that is under way; empty where none is.
    [[nodiscard]] std::string_view current() const noexcept { return under_way_.current_line(); }

  private:
    using Kind = ChannelCommand::Kind;
    static constexpr std::string_view too_long_reply =
        "500 Not sent: over 1013 bytes, which is what AMI takes\n";

    /// Whether it can be spoken with.
    [[nodiscard]] bool runs() const noexcept { return state_ == State::running && connected_; }

    // --- Commands ---

    /// The next line, when its turn has come.
    void next(Time now) {
        while (under_way_.is_free() && claimed_ && runs()) {
            if (!session_.has_item()) {
                if (session_.closed()) send_break(now);
                return;
            }
            const auto& item = session_.next_item();
            if (!item.batch && under_way_.drain_before(says_, now, item.line)) return;
            run(now, session_.take_item());
        }
        if (state_ != State::gone) return;
        session_.answer_dead();
        if (session_.closed()) finish();
    }
    void run(Time now, SessionSide::Item item) {
        if (item.batch) {
            batch_ = std::move(item.batch);
            return under_way_.send(says_, now, *batch_);
        }
        run(now, std::move(item.line));
    }
    void run(Time now, std::string line) {
        if (wire::ends_session(line)) {
            session_.close();
            session_.drop_items();
            return send_break(now);
        }
        if (line.size() > line_limit) return session_.give(too_long_reply);
        if (says_.set_limit_by(now, line)) return session_.give(JoinedResult::reply_to_noop);
        under_way_.send(says_, now, Kind::user, std::move(line));
        if (session_.goes_on()) stop_for_next();
    }
    void stop_for_next() { under_way_.stop_for_next(says_, runs()); }

    void complete(Time now, const ChannelCommand& command) {
        if (command.kind == Kind::claim) {
            command.lost ? begin(now) : take_claim(command.result.text());
        } else if (command.kind == Kind::user) {
            if (const auto reply = command.reply()) session_.give(*reply);
        } else if (command.kind == Kind::batch) {
            session_.give(batch_->replies(command.result, ChannelCommand::lost_reply));
        }
    }
    void take_claim(const std::string& reply) {
        if (!claim_.take(reply)) {
            state_ = State::foreign;
            return;
        }
        claimed_ = true;
        if (state_ == State::claiming) state_ = State::running;
        session_.give(environment_block(environment_.text()));
    }

    // --- The end ---

    void tell_hangup() {
        if (claimed_ && state_ != State::finishing && state_ != State::over) session_.tell_hangup();
    }
    /// Nothing can be done for the call any more.
    void leave(Time now) {
        if (state_ == State::over || state_ == State::foreign || state_ == State::gone) return;
        if (!claimed_ || state_ == State::finishing) return finish();
        tell_hangup();
        state_ = State::gone;
        const auto lost = under_way_.lose();
        if (lost && lost->kind == Kind::user && !lost->dropped) session_.give(dead_reply);
        if (lost && lost->kind == Kind::batch) {
            session_.give(batch_->replies(lost->result, dead_reply));
        }
        next(now);
    }
    /// The limit that the call had, or none, is set again before the dialplan goes on. That wakes
    /// the idle loop, too, so that it may take all three at once.
    void send_break(Time now) {
        state_ = State::finishing;
        says_.queue(says_.next_id(), "SET VARIABLE AGI_OWNER \"\"");
        says_.set_limit_back(now);
        expects_break_ = says_.next_id();
        says_.queue(expects_break_, "ASYNCAGI BREAK");
    }
    void finish() noexcept {
        state_ = State::over;
        under_way_.lose();
        session_.drop_items();
    }

    ChannelActions says_;
    JoinedEnvironment environment_;
    Claim claim_;
    UnderWay under_way_;
    SessionSide session_;
    std::optional<Batch> batch_;  ///< Under way.
    State state_ = State::claiming;
    std::chrono::milliseconds comes_back_;
    Time away_since_{};
    std::string expects_break_;
    bool claimed_ = false;
    bool connected_ = true;
    bool hung_up_ = false;
};

}}}  // namespace agi::v0::asyncagi
