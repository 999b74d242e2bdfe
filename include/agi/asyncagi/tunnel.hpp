// SPDX-License-Identifier: MIT
#pragma once
// One AsyncAGI channel as one FastAGI connection, without I/O.

#include <agi/ami/action.hpp>
#include <agi/asyncagi/environment_block.hpp>
#include <agi/asyncagi/result.hpp>
#include <agi/asyncagi/stopping.hpp>
#include <agi/version.hpp>
#include <agi/wire/number.hpp>
#include <agi/wire/request.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace asyncagi {

/// The longest line that fits into the action AGI.
inline constexpr std::size_t line_limit =
    ami::Action::max_line - std::string_view{"Command: "}.size();

struct TunnelOptions {
    std::string owner{};  ///< Ours: letters, digits and `-._:`.
    /// Whose call is taken over; empty: one that nobody has.
    std::string from{};
    /// In front of the ids of commands: no other program's begins so.
    std::string id{};
    /// After so long without a sign of us, Asterisk takes the call away: it goes to the extension
    /// T, or is hung up.
    std::chrono::milliseconds dead_man{60'000};
    /// How long the dialplan may take to come back into AsyncAGI after a command that has failed.
    std::chrono::milliseconds comes_back{1'000};
};

/// What it is told: events of the channel, lines of the session, the time. What it says: actions
/// for Asterisk, bytes for the session.
///
/// One command is under way at a time. A line that comes while a command runs that FastAGI would
/// end then, ends it, and its reply is dropped. Lines after the end of AsyncAGI are answered as
/// those on a dead channel are.
class Tunnel {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// An action, and the id of the command that it is about, if it is one for AsyncAGI.
    struct Output {
        ami::Action action;
        std::string command_id{};
    };
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
    Tunnel(TunnelOptions options, std::string channel, std::string_view env,
           std::string environment = {})
        : options_{std::move(options)},
          channel_{std::move(channel)},
          environment_{std::move(environment)} {
        open_environment(env);
    }

    /// Asks whose call it is.
    void begin(Time now) {
        now_ = now;
        send({next_id(), Kind::claim, claim()});
    }

    // --- From Asterisk ---

    /// AsyncAGIExec of this channel, also for a command of another program.
    void executed(Time now, std::string_view command_id, std::string_view encoded) {
        now_ = now;
        Part part{encoded};
        if (environment_open_) close_environment(part);
        if (!mark_id_.empty() && command_id == mark_id_) return at_mark(part);
        if (!current_ || current_->id != command_id) return;
        if (!current_->result.push(part)) {
            // A mark that was sent already is as good.
            if (!mark_id_.empty()) return current_->id.swap(mark_id_), mark_id_.clear();
            current_->id = next_id();
            return act(current_->id, "NOOP");
        }
        mark_id_.clear();
        const Command done = std::move(*current_);
        current_.reset();
        complete(done);
    }

    /// AGIExecStart of this channel. A stop that came before it would be lost.
    void command_started(Time now, std::string_view text) {
        now_ = now;
        if (!current_ || current_->line != text) return;
        current_->runs = true;
        if (current_->stop_wanted) stop_current();
    }

    /// What TIMEOUT(absolute) was before that: seconds.
    void limit(Time now, std::string_view timeout) {
        now_ = now;
        set_limit(timeout);
    }

    /// AsyncAGIStart of a channel that this is about already.
    void started(Time now, std::string_view env) {
        now_ = now;
        if (state_ != State::away) return;
        state_ = claimed_ ? State::running : State::claiming;
        environment_.clear();
        open_environment(env);
        next();
    }

    /// AsyncAGIEnd.
    void ended(Time now) {
        now_ = now;
        if (state_ == State::finishing) return finish();
        if (state_ == State::gone || state_ == State::over || state_ == State::foreign) return;
        state_ = State::away;
        away_since_ = now;
        set_timeout();
        if (session_closed_) finish();
    }

    /// HangupRequest, or the like: it is over, but what runs has its reply yet.
    void hangup_requested(Time now) {
        now_ = now;
        tell_hangup();
    }

    /// Hangup: the channel is no more.
    void hung_up(Time now) {
        now_ = now;
        hung_up_ = true;
        leave();
    }

    /// The action of a command was refused: there is no such channel.
    void refused(Time now, std::string_view command_id) {
        now_ = now;
        if (expects_break_ == command_id) return finish();
        if (current_ && current_->id == command_id) leave();
    }

    /// ControlPlayback or PlayDTMF has its answer.
    void stop_answered(Time now) {
        now_ = now;
        stop_owed_ = false;
        next();
    }

    /// Another name, as after a masquerade.
    void renamed(std::string channel) { channel_ = std::move(channel); }

    /// The connection to Asterisk is lost: nothing is sent.
    void disconnected() noexcept { connected_ = false; }

    [[nodiscard]] bool is_disconnected() const noexcept { return !connected_; }

    /// It is there again, and the channel is in AsyncAGI still. What was under way may have had its
    /// reply meanwhile: a mark is sent behind it.
    void reconnected(Time now) {
        now_ = now;
        connected_ = true;
        stop_owed_ = false;
        if (state_ == State::finishing) return send_break();
        if (!current_) return next();
        current_->runs = true;  // if it has not ended
        mark_id_ = next_id();
        act(mark_id_, "NOOP");
    }

    // --- From the session ---

    void line(Time now, std::string_view text) {
        now_ = now;
        lines_.emplace_back(text);
        stop_for_next();
        next();
    }

    /// It has closed: the dialplan goes on when all lines are done.
    void session_closed(Time now) {
        now_ = now;
        session_closed_ = true;
        stop_for_next();
        next();
    }

    // --- From elsewhere ---

    /// Ends the command that runs, if one does that can be ended: its reply says what came of it.
    bool stop(Time now) {
        now_ = now;
        if (!current_ || current_->kind != Kind::user) return false;
        return stop_current();
    }

    /// Shows Asterisk that we are there.
    void keep(Time now) {
        now_ = now;
        if (state_ == State::running && connected_) wake();
    }

    /// Looks at the time.
    void tick(Time now) {
        now_ = now;
        if (state_ == State::away && now_ - away_since_ >= options_.comes_back) leave();
    }

    [[nodiscard]] std::vector<Output> take_actions() { return std::exchange(actions_, {}); }
    /// Bytes for the session.
    [[nodiscard]] std::string take_bytes() { return std::exchange(bytes_, {}); }
    [[nodiscard]] State state() const noexcept { return state_; }
    /// Whether the call is ours, and the environment was given out.
    [[nodiscard]] bool claimed() const noexcept { return claimed_; }
    /// Who has it, once that is known.
    [[nodiscard]] const std::string& owner() const noexcept { return owner_; }
    [[nodiscard]] const std::string& channel() const noexcept { return channel_; }
    [[nodiscard]] bool channel_hung_up() const noexcept { return hung_up_; }
    /// The line that is under way; empty where none is.
    [[nodiscard]] std::string_view current() const noexcept {
        return current_ && current_->kind == Kind::user ? std::string_view{current_->line}
                                                        : std::string_view{};
    }

  private:
    static constexpr std::string_view claim_head = "200 result=1 (agi-claim:";
    static constexpr std::string_view hangup_line = "HANGUP\n";
    static constexpr std::string_view dead_reply = "511 Command Not Permitted on a dead channel\n";
    static constexpr std::string_view lost_reply = "500 The reply was lost on its way over AMI\n";
    static constexpr std::string_view too_long_reply =
        "500 Not sent: over 1013 bytes, which is what AMI takes\n";

    enum class Kind : unsigned char {
        claim,
        user,
        drain,  ///< Takes a stop that came too late.
    };
    struct Command {
        std::string id;
        Kind kind;
        std::string line;
        bool dropped = false;  ///< Its reply is not for the session.
        bool runs = false;     ///< Asterisk has begun with it.
        bool stop_wanted = false;
        bool stopped = false;  ///< A stop was sent.
        JoinedResult result{};
    };

    std::string next_id() { return options_.id + std::to_string(++last_id_); }

    /// What had no Result before the mark has lost it.
    void at_mark(const Part& part) {
        if (part.more) {  // the rest of a long reply that nobody waits for
            mark_id_ = next_id();
            return act(mark_id_, "NOOP");
        }
        mark_id_.clear();
        if (!current_) return next();
        const Command lost = std::move(*current_);
        current_.reset();
        if (lost.kind == Kind::claim) return send({next_id(), Kind::claim, claim()});
        if (lost.kind == Kind::user && !lost.dropped) give(lost_reply);
        next();
    }

    // --- The environment ---

    void open_environment(std::string_view env) {
        if (env.empty()) return;
        const Part part{env};
        environment_ = part.text;
        if (part.lost) cut_line();
        environment_open_ = part.more;
    }
    /// What is left of a line whose end is lost would be a wrong value.
    void cut_line() { environment_.erase(environment_.rfind('\n') + 1); }

    /// The rest of it is in front of the first Result: takes it off.
    void close_environment(Part& part) {
        // Our claim is known by its words; in front of anything else there is an empty line.
        std::size_t end = part.text.rfind(claim_head);
        if (end == std::string::npos && !part.text.empty() && part.text.front() == '\n') end = 1;
        if (end == std::string::npos) {
            end = part.text.find("\n\n");
            if (end != std::string::npos) end += 2;
        }
        environment_ += part.text.substr(0, end);
        environment_open_ = end == std::string::npos && part.more;
        part.text.erase(0, end);
        part.lost = part.lost && !environment_open_;
    }

    // --- Whose call it is ---

    [[nodiscard]] std::string claim() {
        nonce_ = next_id();
        const std::string is_free = options_.from.empty()
                                        ? "${LEN(${AGI_OWNER})}"
                                        : R"("${AGI_OWNER}"!=")" + options_.from + '"';
        const std::string owner =
            "${SET(AGI_OWNER=${IF($[" + is_free + "]?${AGI_OWNER}:" + options_.owner + ")})}";
        const wire::Request request{"GET FULL VARIABLE", "agi-claim:" + nonce_ + ':' + owner};
        return std::string{request.view()};
    }
    void take_claim(const std::string& reply) {
        const std::string head = std::string{claim_head} + nonce_ + ':';
        const std::size_t at = reply.rfind(head);
        if (at != std::string::npos) {
            owner_ = reply.substr(at + head.size());
            owner_.erase(std::min(owner_.rfind(')'), owner_.size()));
        }
        if (owner_ != options_.owner) {
            state_ = State::foreign;
            return;
        }
        claimed_ = true;
        if (state_ == State::claiming) state_ = State::running;
        give(environment_block(environment_));
    }

    // --- Commands ---

    void send(Command command) {
        act(command.id, command.line);
        current_ = std::move(command);
    }

    void act(const std::string& id, std::string_view line) {
        ami::Action action{"AGI"};
        action.set("Channel", channel_).set("Command", line).set("CommandID", id);
        actions_.push_back({std::move(action), id});
        wake();
    }

    /// Asterisk looks for a command every 100 ms, or when a frame comes. This makes one, and tells
    /// that we are there.
    void wake() {
        std::chrono::milliseconds time = options_.dead_man;
        if (limit_) {
            time = std::min(time,
                            std::chrono::duration_cast<std::chrono::milliseconds>(*limit_ - now_));
            time = std::max(time, std::chrono::milliseconds{1});
        }
        actions_.push_back({ami::Action{"AbsoluteTimeout"}
                                .set("Channel", channel_)
                                .set("Timeout", seconds(time))});
    }
    static std::string seconds(std::chrono::milliseconds time) {
        std::string text = std::to_string(time.count() / 1000);
        std::string part = std::to_string(1000 + time.count() % 1000);
        part[0] = '.';
        return time.count() % 1000 == 0 ? text : text + part;
    }

    /// The next line, when its turn has come.
    void next() {
        while (!current_ && !stop_owed_ && claimed_ && (connected_ || state_ == State::gone)) {
            if (state_ == State::gone) {
                if (lines_.empty()) break;
                answer_dead(take_line());
                continue;
            }
            if (state_ != State::running) break;
            if (lines_.empty()) {
                if (session_closed_) send_break();
                return;
            }
            if (late_stop_ && reads_frames(lines_.front())) {
                late_stop_ = false;
                return send({next_id(), Kind::drain, "WAIT FOR DIGIT 5"});
            }
            run(take_line());
        }
        if (state_ == State::gone && session_closed_ && lines_.empty()) finish();
    }
    std::string take_line() {
        std::string line = std::move(lines_.front());
        lines_.pop_front();
        return line;
    }

    void run(std::string line) {
        if (wire::ends_session(line)) {
            session_closed_ = true;
            lines_.clear();
            return send_break();
        }
        if (line.size() > line_limit) return give(too_long_reply);
        if (wire::is_command(line, "SET AUTOHANGUP")) {
            set_limit(word_of(line, 2));
            wake();
            return give(JoinedResult::reply_to_noop);
        }
        if (wire::is_command(line, "SET VARIABLE") &&
            wire::is_command(word_of(line, 2), "TIMEOUT(absolute)")) {
            set_limit(word_of(line, 3));
        }
        send({next_id(), Kind::user, std::move(line)});
        if (!lines_.empty() || session_closed_) stop_for_next();
    }

    /// Another line has come, or the end.
    void stop_for_next() {
        if (!current_ || current_->kind != Kind::user || !stops_at_next_line(current_->line)) {
            return;
        }
        current_->dropped = true;
        stop_current();
    }

    /// The call's own limit: seconds from now on; 0: none.
    void set_limit(std::string_view seconds_text) {
        limit_.reset();
        const std::string whole{seconds_text.substr(0, seconds_text.find('.'))};
        long long milliseconds = wire::to_number<int>(whole).value_or(0) * 1000LL;
        if (const std::size_t dot = seconds_text.find('.'); dot != std::string_view::npos) {
            std::string part{seconds_text.substr(dot + 1, 3)};
            part.resize(3, '0');
            milliseconds += wire::to_number<int>(part).value_or(0);
        }
        if (milliseconds > 0) limit_ = now_ + std::chrono::milliseconds{milliseconds};
    }

    void complete(const Command& command) {
        switch (command.kind) {
            case Kind::claim: take_claim(command.result.text()); break;
            case Kind::drain:
                // A key of the caller, or the stop: there may be more.
                late_stop_ = command.result.text() != "200 result=0\n" && ++drains_ < max_drains;
                break;
            case Kind::user: reply(command); break;
        }
        next();
    }

    void reply(const Command& command) {
        if (command.stopped) {
            drains_ = 0;
            late_stop_ = command.result.text() != stopped_wait;
        }
        if (command.dropped && is_of_stop(command)) return;
        if (command.result.lost()) return give(lost_reply);
        // What WAIT FOR DIGIT says of a stop is no key.
        give(command.result.text() == stopped_wait ? JoinedResult::reply_to_noop
                                                   : std::string_view{command.result.text()});
    }
    static constexpr std::string_view stopped_wait = "200 result=1000\n";

    /// Whether the reply is that of a stop. A key of the caller has come before it.
    [[nodiscard]] static bool is_of_stop(const Command& command) {
        if (wire::is_command(command.line, "GET DATA")) return true;
        const std::string& text = command.result.text();
        constexpr std::string_view head = "200 result=";
        if (text.compare(0, head.size(), head) != 0) return true;
        const std::string key = text.substr(head.size(), text.find_first_of(" \n") - head.size());
        const std::string result = key.substr(0, key.find_first_of(" \n"));
        return result == "0" || result == "1000" ||
               (result == "35" && stop_by(command.line) == StopBy::key) || result == "-1";
    }

    bool stop_current() {
        const StopBy by = stop_by(current_->line);
        if (by == StopBy::nothing || state_ != State::running || !connected_) return false;
        if (current_->stopped) return true;
        current_->stop_wanted = true;
        if (!current_->runs) return true;
        current_->stopped = true;
        stop_owed_ = true;
        if (by == StopBy::control) {
            actions_.push_back(
                {ami::Action{"ControlPlayback"}.set("Channel", channel_).set("Control", "stop")});
        } else {
            actions_.push_back({ami::Action{"PlayDTMF"}
                                    .set("Channel", channel_)
                                    .set("Digit", "#")
                                    .set("Receive", "true")});
        }
        return true;
    }

    // --- The end ---

    void tell_hangup() {
        if (!claimed_ || told_hangup_ || state_ == State::finishing || state_ == State::over)
            return;
        told_hangup_ = true;
        give(hangup_line);
    }

    /// Nothing can be done for the call any more.
    void leave() {
        if (state_ == State::over || state_ == State::foreign || state_ == State::gone) return;
        if (!claimed_ || state_ == State::finishing) return finish();
        tell_hangup();
        state_ = State::gone;
        stop_owed_ = false;
        if (const auto lost = std::exchange(current_, std::nullopt)) {
            if (lost->kind == Kind::user && !lost->dropped) give(dead_reply);
        }
        next();
    }

    /// As a dead channel does, where nothing has to be asked for it.
    void answer_dead(std::string_view line) {
        if (wire::is_command(line, "NOOP")) return give(JoinedResult::reply_to_noop);
        if (wire::is_command(line, "GET FULL VARIABLE")) {
            const std::string text = word_of(line, 3);  // a mark, most likely
            if (!text.empty() && text.find('$') == std::string::npos) {
                return give("200 result=1 (" + text + ")\n");
            }
        }
        give(dead_reply);
    }

    /// The limit that the call had, or none, is set again before the dialplan goes on. That wakes
    /// the idle loop, too, so that it may take all three at once.
    void send_break() {
        state_ = State::finishing;
        const auto command = [this](std::string_view line) {
            std::string id = next_id();
            ami::Action action{"AGI"};
            action.set("Channel", channel_).set("Command", line).set("CommandID", id);
            actions_.push_back({std::move(action), id});
            return id;
        };
        command("SET VARIABLE AGI_OWNER \"\"");
        set_timeout();
        expects_break_ = command("ASYNCAGI BREAK");
    }
    /// Ends the dead man's switch.
    void set_timeout() {
        std::string time = "0";
        if (limit_) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*limit_ - now_);
            time = seconds(std::max(left, std::chrono::milliseconds{1}));
        }
        actions_.push_back({ami::Action{"Setvar"}
                                .set("Channel", channel_)
                                .set("Variable", "TIMEOUT(absolute)")
                                .set("Value", time)});
    }
    void finish() {
        state_ = State::over;
        current_.reset();
        lines_.clear();
    }

    void give(std::string_view bytes) { bytes_ += bytes; }

    TunnelOptions options_;
    std::string channel_;
    std::string environment_;
    bool environment_open_ = false;  ///< A part of it is still in Asterisk.
    State state_ = State::claiming;
    bool claimed_ = false;
    std::string owner_;
    std::string nonce_;
    unsigned long long last_id_ = 0;

    std::optional<Command> current_;
    std::deque<std::string> lines_;
    std::string expects_break_;
    std::string mark_id_;
    bool connected_ = true;
    bool stop_owed_ = false;  ///< Nothing is sent behind a stop before its answer.
    bool late_stop_ = false;  ///< It may be on its way to the next command.
    int drains_ = 0;
    static constexpr int max_drains = 8;

    Time now_{};
    std::optional<Time> limit_;  ///< The call's own, not the dead man's switch.
    Time away_since_{};
    bool session_closed_ = false;
    bool told_hangup_ = false;
    bool hung_up_ = false;
    std::vector<Output> actions_;
    std::string bytes_;
};

}}}  // namespace agi::v0::asyncagi
