// SPDX-License-Identifier: MIT
#pragma once
// One AsyncAGI channel as one FastAGI connection, without I/O.

#include <agi/asyncagi/detail/channel_actions.hpp>
#include <agi/asyncagi/detail/claim.hpp>
#include <agi/asyncagi/detail/command_flow.hpp>
#include <agi/asyncagi/detail/joined_environment.hpp>
#include <agi/asyncagi/detail/redirects.hpp>
#include <agi/asyncagi/environment_block.hpp>
#include <agi/asyncagi/result.hpp>
#include <agi/asyncagi/tunnel_options.hpp>
#include <agi/version.hpp>

#include <chrono>
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
        : flow_{std::move(channel), options.id, options.dead_man},
          claim_{options.owner, options.from, ChannelActions::seconds(options.dead_man)},
          comes_back_{options.comes_back},
          adopts_{!options.from.empty()} {
        environment_.set(std::move(environment));
        environment_.begin(env);
        if (!env.empty()) claim_.began();
    }

    /// Asks whether the call has a limit, and then whose call it is.
    void begin(Time now) {
        asked_ = true;
        if (adopts_) {  // the limit is the switch of who has lost it
            send_claim(now);
            return flow_.says.wake(now);
        }
        asks_limit_ = true;
        flow_.says.ask(Question::may_wake);
    }

    // --- From Asterisk ---

    /// AsyncAGIExec of this channel, also for a command of another program.
    void executed(Time now, std::string_view command_id, std::string_view encoded) {
        Part part{encoded};
        if (redirects_.sent() && part.more) return;  // nothing is sent for the rest
        environment_.close(part, Claim::reply_head);
        if (!claimed_) claim_.ran(command_id);
        // A claim that has come late: its wake-up may end our switch.
        if (runs() && !flow_.says.is_own(command_id)) flow_.says.wake(now);
        if (const auto claim = flow_.executed(now, command_id, part)) {
            claim->lost ? begin(now) : take_claim(now, claim->result.text());
        }
        next(now);
    }
    /// AGIExecStart of this channel.
    void command_started(std::string_view text) { flow_.under_way.started(flow_.says, text); }

    /// The answer to a question.
    void answered(Time now, Question question, std::string_view seconds) {
        switch (question) {
            case Question::none: return;
            case Question::limit: return flow_.says.answer_limit(now, seconds);
            case Question::may_wake:
                if (!std::exchange(asks_limit_, false)) return;
                asked_ = state_ == State::claiming;
                if (!asked_) return;
                send_claim(now);
                if (seconds == "0") flow_.says.wake_unlimited();
                return;
            case Question::is_armed:
                if (seconds == "0" && asked_ && state_ == State::away)
                    flow_.says.set_limit_back(now);
                return;
        }
    }

    /// AsyncAGIStart of a channel that this is about already.
    void started(Time now, std::string_view env) {
        if (!env.empty()) claim_.began();
        if (state_ == State::away) {
            state_ = claimed_ ? State::running : State::claiming;
            if (!env.empty()) {
                if (claimed_) flow_.says.ask(Question::limit);  // which may be another by now
                environment_ = {};
                environment_.begin(env);
            }
        }
        if (state_ == State::claiming && !asked_ && !env.empty()) begin(now);
        next(now);
    }
    /// AsyncAGIEnd.
    void ended(Time now) {
        if (state_ == State::finishing) return finish();
        if (state_ == State::gone || state_ == State::over || state_ == State::foreign) return;
        if (redirects_.sent()) return leave(now);
        state_ = State::away;
        since_ = now;
        if (claimed_ || adopts_) flow_.says.set_limit_back(now);
        if (flow_.session.closed()) finish();
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
        if (flow_.under_way.is_current(command_id)) leave(now);
    }
    /// ControlPlayback or PlayDTMF has its answer.
    void stop_answered(Time now) {
        flow_.under_way.stop_answered();
        next(now);
    }
    /// Another name, as after a masquerade.
    void renamed(std::string channel) { flow_.says.renamed(std::move(channel)); }

    /// The connection to Asterisk is lost: nothing is sent.
    void disconnected() noexcept {
        connected_ = false;
        claim_.out_of_sight();
    }
    [[nodiscard]] bool is_disconnected() const noexcept { return !connected_; }
    /// It is there again, and the channel is in AsyncAGI still, or was told to have left it.
    /// `ours`: its AGI_OWNER is what we have set.
    void reconnected(Time now, bool ours) {
        connected_ = true;
        since_ = now;
        redirects_.forget_sent();  // or it has left AsyncAGI, or begun with it again
        if (state_ == State::finishing) return ours ? send_break(now) : finish();
        if (claimed_ && !ours) return leave(now);
        if (asks_limit_) return begin(now);
        if (state_ == State::away && asked_ && ours) flow_.says.ask(Question::is_armed);
        flow_.under_way.reconnected(flow_.says, now, runs());
        next(now);
    }

    // --- From the session ---

    void line(Time now, std::string_view text) {
        flow_.session.add({std::string{text}});
        flow_.stop_for_next(runs());
        next(now);
    }
    /// Commands in place of a line: see can_be_sent_together. `take_replies` has what they come to
    /// when the line has its reply.
    void batch(Time now, std::vector<std::string> lines) {
        flow_.session.add({{}, Batch{std::move(lines)}});
        flow_.stop_for_next(runs());
        next(now);
    }
    /// It has closed: the dialplan goes on when all lines are done.
    void session_closed(Time now) {
        flow_.session.close();
        flow_.stop_for_next(runs());
        next(now);
    }

    // --- From elsewhere ---

    /// Sends it elsewhere in the dialplan, where any program may have it. A command that Asterisk has
    /// not begun by then would wait until AsyncAGI begins again, and run there: so the redirect
    /// waits for that, and no other command is sent.
    void redirect(ami::Action action) { redirects_.want(std::move(action)); }
    void redirect_answered(Time now, bool success) {
        if (!redirects_.answered(success) || !runs()) return;
        flow_.says.set_variable(Claim::variable, claim_.owner());
        // The rest of a reply may have been left there.
        flow_.under_way.reconnected(flow_.says, now, true);
        if (flow_.session.goes_on()) flow_.stop_for_next(true);
        next(now);
    }

    /// Ends the command that runs, if one does that can be ended: its reply says what came of it.
    bool stop() { return flow_.under_way.stop(flow_.says, runs()); }
    /// Shows Asterisk that we are there.
    void keep(Time now) {
        // A claim may wait for a long command of the program that has died.
        if (runs() || (state_ == State::claiming && adopts_ && connected_)) flow_.says.wake(now);
    }
    /// Looks at the time.
    void tick(Time now) {
        // A claim that waits while it is away runs first when it comes back.
        if (asked_ || !connected_ || now - since_ < comes_back_) return;
        if (state_ == State::away) leave(now);
        if (state_ == State::claiming) begin(now);  // who had it would have left by now
    }

    /// It is no more our concern.
    void give_up() noexcept { finish(); }

    [[nodiscard]] std::vector<Output> take_actions(Time now) {
        if (redirects_.any_wanted() && connected_) send_redirects(now);
        return flow_.says.take();
    }
    /// Bytes for the session.
    [[nodiscard]] std::string take_bytes() { return flow_.session.take_bytes(); }
    /// The replies of a batch, for the session, too.
    [[nodiscard]] auto take_replies() noexcept { return flow_.session.take_replies(); }
    [[nodiscard]] State state() const noexcept { return state_; }
    /// Whether the call is ours, and the environment was given out.
    [[nodiscard]] bool claimed() const noexcept { return claimed_; }
    [[nodiscard]] const std::string& channel() const noexcept { return flow_.says.channel(); }
    [[nodiscard]] bool channel_hung_up() const noexcept { return hung_up_; }
    /// The line that is under way; empty where none is.
    [[nodiscard]] std::string_view current() const noexcept {
        return flow_.under_way.current_line();
    }
    /// Whether Asterisk is about to say something of it.
    [[nodiscard]] bool is_owed() const noexcept {
        return !current().empty() || (state_ == State::running && redirects_.leaves());
    }

  private:
    /// Whether it can be spoken with.
    [[nodiscard]] bool runs() const noexcept {
        return state_ == State::running && connected_ && !redirects_.leaves();
    }

    /// What can be done now.
    void next(Time now) {
        if (claimed_ && runs() && flow_.next(now)) send_break(now);
        if (state_ != State::gone) return;
        flow_.session.answer_dead();
        if (flow_.session.closed()) finish();
    }
    /// A limit may be that of the dialplan, or the switch of a program that was faster: Asterisk is not
    /// woken then. Who wins has set the switch, if there was none.
    void send_claim(Time now) {
        ChannelActions& says = flow_.says;
        std::string id = says.next_id();
        flow_.under_way.send(
            says, now, {std::move(id), ChannelCommand::Kind::claim, claim_.line(says.next_id())});
    }
    void take_claim(Time now, const std::string& reply) {
        asked_ = false;
        since_ = now;
        const Claim::Answer answer = claim_.take(reply);
        // Of a call whose program has died it is not known.
        if (answer == Claim::Answer::ours && !adopts_) flow_.says.set_limit(now, claim_.limit());
        if (state_ == State::away) {  // it has come back for another script than ours
            if (answer == Claim::Answer::ours) {
                flow_.says.queue(flow_.says.next_id(), "SET VARIABLE AGI_OWNER \"\"");
                flow_.says.set_limit_back(now);
            }
            return finish();
        }
        switch (answer) {
            case Claim::Answer::ours:
                claimed_ = true;
                state_ = State::running;
                flow_.says.wake(now);  // there is no switch yet, or a wake-up has ended it
                return flow_.session.give(environment_block(environment_.text()));
            case Claim::Answer::foreign: state_ = State::foreign; return;
            case Claim::Answer::free: adopts_no_more(now); return begin(now);
            case Claim::Answer::released:
                return adopts_no_more(now);  // `tick` claims it if it stays
        }
    }

    void adopts_no_more(Time now) {
        if (std::exchange(adopts_, false)) flow_.says.set_limit_back(now);
    }

    // --- The end ---

    /// If they may be sent. A claim that runs before the redirect is to find the call taken.
    void send_redirects(Time now) {
        const bool in_dialplan = state_ == State::away;
        if (state_ == State::finishing || (state_ == State::running && flow_.under_way.waits())) {
            return;
        }
        if (state_ == State::running && !redirects_.sent()) flow_.says.set_limit_back(now);
        for (ami::Action& action : redirects_.take_wanted()) flow_.says.redirect(std::move(action));
        if (!in_dialplan && state_ != State::running) return;
        flow_.says.set_variable(Claim::variable,
                                Claim::released_by(Claim::release_id(flow_.says.next_id())));
        if (in_dialplan) leave(now);
    }
    void tell_hangup() {
        if (claimed_ && state_ != State::finishing && state_ != State::over)
            flow_.session.tell_hangup();
    }
    /// Nothing can be done for the call any more.
    void leave(Time now) {
        if (state_ == State::over || state_ == State::foreign || state_ == State::gone) return;
        if (!claimed_ || state_ == State::finishing) return finish();
        tell_hangup();
        state_ = State::gone;
        flow_.die();
        next(now);
    }
    /// The limit that the call had, or none, is set again before the dialplan goes on. That wakes
    /// the idle loop, too, so that it may take all three at once.
    void send_break(Time now) {
        state_ = State::finishing;
        const std::string release_id = Claim::release_id(flow_.says.next_id());
        flow_.says.queue(release_id, Claim::release(release_id));
        flow_.says.set_limit_back(now);
        expects_break_ = flow_.says.next_id();
        flow_.says.queue(expects_break_, "ASYNCAGI BREAK");
    }
    void finish() noexcept {
        state_ = State::over;
        flow_.drop();
    }

    CommandFlow flow_;
    JoinedEnvironment environment_;
    Claim claim_;
    Redirects redirects_;
    State state_ = State::claiming;
    std::chrono::milliseconds comes_back_;
    bool adopts_;              ///< The call of a program that has died.
    bool asks_limit_ = false;  ///< The claim is sent when that is known.
    Time since_{};             ///< It has been away, or its claim without a clear answer.
    std::string expects_break_;
    bool asked_ = false;  ///< A claim is under way.
    bool claimed_ = false;
    bool connected_ = true;
    bool hung_up_ = false;
};

}}}  // namespace agi::v0::asyncagi
