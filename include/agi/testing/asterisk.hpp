// SPDX-License-Identifier: MIT
#pragma once
// Asterisk's side of AGI, in process: requests in, the replies that Asterisk would give out.

#include <agi/testing/call.hpp>
#include <agi/testing/channel.hpp>
#include <agi/testing/check_version.hpp>
#include <agi/testing/dialplan.hpp>
#include <agi/testing/happening.hpp>
#include <agi/testing/simulator/chunks.hpp>
#include <agi/testing/simulator/commands.hpp>
#include <agi/testing/simulator/environment.hpp>
#include <agi/testing/simulator/inbox.hpp>
#include <agi/testing/simulator/outbox.hpp>
#include <agi/testing/simulator/quirks.hpp>
#include <agi/testing/simulator/refusal.hpp>
#include <agi/testing/words.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// A simulated Asterisk with one call on it. It reads lines as Asterisk does, words and all, and answers
/// with Asterisk's reply lines; what a reply says follows from the caller's plan, the sounds, the
/// variables and the database. Takes no time and no I/O.
///
///     Asterisk asterisk;
///     asterisk.channel.sounds = {{"enter-pin", 2s}, {"welcome", 3s}};
///     asterisk.channel.caller.after("enter-pin").press("1234#");
///     Session session{SimulatedStream{asterisk}};
///
/// Copy it to make the same call twice.
class Asterisk : public Call {
  public:
    /// @throws AGIArgumentError  it is no version: see check_version
    explicit Asterisk(const std::string& agi_version = "22.10.1") : Call{agi_version} {
        check_version(agi_version);
    }

    /// The call begins: the environment can be read. A channel that is hung up by now is dead from
    /// the beginning, as in the `h` extension.
    ///
    /// @throws AGIArgumentError  see Channel::check_sounds
    void begin() {
        channel.check_sounds();
        failed_ = closed_ = false;
        began_dead = hangup_told_ = channel.hung_up();
        tells_hangup_ = !async && !simulator::means_no(value("AGISIGHUP"));
        exits_on_hangup_ = async || (simulator::knows_exit_on_hangup(version) &&
                                     simulator::means_yes(value("AGIEXITONHANGUP")));
        simulator::environment_lines(*this, [this](const std::string& line) {
            channel.note(Happening::Kind::environment, line);
            said_.add(line, channel.now());
        });
        said_.add({}, channel.now());
        channel.begin();
    }

    /// Takes a request line, without its LF, or several at once with an LF between them. A command that a
    /// new one ends is ended by it. As in Asterisk, a line that comes together with another, or while a
    /// command runs that does not look, lies in its buffer until one more comes, or the end. False when nobody
    /// reads it any more.
    bool receive(std::string_view lines) {
        if (closed()) return false;
        settle();
        catch_up();
        for (;;) {
            const std::size_t end = lines.find('\n');
            const std::string_view line = lines.substr(0, end);
            channel.plan(Caller::Step::When::before_command, {},
                         static_cast<int>(requests_.size()) + 1);
            settle();
            if (closed()) return false;
            inbox_.add(line, program_time_);
            requests_.emplace_back(line);
            channel.note(Happening::Kind::request, line);
            if (end == std::string_view::npos) break;
            lines.remove_prefix(end + 1);
        }
        look(program_time_);
        return true;
    }

    /// The program closes its side: what it has written is run to the end, then Asterisk ends the session.
    void end_of_input() {
        if (closed()) return;
        catch_up();
        inbox_.end(program_time_);
        look(Channel::Time::max());
    }

    /// The next line that Asterisk says, however long that takes. Nothing when it waits for the
    /// program.
    std::optional<std::string> next_line() {
        if (said_.empty()) look(Channel::Time::max());
        settle();
        if (channel.broken()) return std::nullopt;
        if (!said_.empty()) program_time_ = std::max(program_time_, said_.time());
        return said_.take();
    }

    /// A line that it has said and that nobody has read, if there is one. No time passes.
    std::optional<std::string> said_line() {
        if (said_.empty()) settle();
        if (channel.broken()) return std::nullopt;
        return said_.take();
    }

    /// Where the program is in time.
    [[nodiscard]] Channel::Time program_time() const noexcept {
        return std::max(program_time_, said_.empty() ? channel.now() : program_time_);
    }

    /// Lets the program wait for a line, for that long at most. Whether there is one now, or the
    /// end. What the program does in between takes no time.
    bool wait(Channel::Time time) {
        catch_up();
        const auto end = program_time_ + time;
        if (said_.empty()) look(end);
        settle();
        if (said_.empty() && !activity_ && !closed() && channel.now() < end) {
            channel.idle_until(end);
            if (channel.hung_up()) channel.pass(std::max(end - channel.now(), Channel::Time{0}));
            settle();
        }
        if (closed() || (!said_.empty() && said_.time() <= end)) return true;
        program_time_ = said_.empty() ? channel.now() : end;
        return false;
    }

    /// Whether a line lies in Asterisk's buffer and nothing makes it look there.
    [[nodiscard]] bool has_stuck_lines() const noexcept { return inbox_.has_stuck_lines(); }

    /// Whether a command runs that a new one would end.
    [[nodiscard]] bool can_be_stopped() const noexcept { return activity_ != nullptr; }

    /// Whether Asterisk has ended the session, or has lost the program.
    [[nodiscard]] bool closed() const noexcept { return closed_ || channel.broken(); }

    /// Whether Asterisk has sent SIGHUP: never over a network.
    [[nodiscard]] bool signalled() const noexcept { return signalled_; }

    /// Whether a command has failed since the call began: that ends AsyncAGI.
    [[nodiscard]] bool failed() const noexcept { return failed_; }

    /// What AGISTATUS would be if the program ended now with this exit status.
    [[nodiscard]] std::string agistatus(int exit_status = 0) const {
        if (failed_) return "FAILURE";
        if (channel.hung_up() && !began_dead) return "HANGUP";
        return exit_status != 0 ? "FAILURE" : "SUCCESS";
    }

    /// Every request line, as it came.
    [[nodiscard]] const std::vector<std::string>& requests() const noexcept { return requests_; }

    /// The value of a variable or a function, as in `${name}`; empty when there is none.
    std::string value(std::string_view name) {
        return find_value(*this, name).value_or(std::string{});
    }

    /// Sets a variable, or writes a function.
    void set(std::string_view name, const std::string& to) { set_value(*this, name, to); }

    /// The program waits for a line that would never come.
    void note_stuck() {
        stuck_ = true;
        channel.note(Happening::Kind::stuck);
    }
    [[nodiscard]] bool stuck() const noexcept { return stuck_; }

  private:
    using Status = simulator::Answer::Status;

    void say(std::string_view text) {
        for (std::string_view rest = text;;) {
            const std::size_t end = rest.find('\n');
            channel.note(Happening::Kind::reply, rest.substr(0, end));
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end + 1);
        }
        said_.add(text, channel.now());
    }

    /// The program is where the channel is, unless it has not read what Asterisk has said.
    void catch_up() {
        if (said_.empty()) program_time_ = std::max(program_time_, channel.now());
    }

    /// Lets happen what is due, and tells the program of a hang-up, as Asterisk does between two
    /// commands.
    void settle() {
        if (activity_) {
            go_on(channel.now());
        } else {
            channel.idle_until(channel.now());
        }
        if (hangup_told_ || !channel.hung_up() || closed_) return;
        hangup_told_ = true;
        tell_hangup();
        if (!exits_on_hangup_) return;
        end_session();
    }
    void tell_hangup() {
        if (!tells_hangup_) return;
        if (network) {
            say("HANGUP");
        } else {
            signalled_ = true;
            channel.note(Happening::Kind::signal);
        }
    }
    /// Over a network it has a HANGUP line of its own.
    void end_session() {
        closed_ = true;
        if (network) tell_hangup();
        channel.note(Happening::Kind::closed);
    }

    /// Lets Asterisk run commands and read new ones until that time, or until it has said something that was
    /// asked for.
    void look(Channel::Time horizon) {
        while (!closed()) {
            if (activity_) {
                if (!go_on_until_input(horizon)) return;
                continue;
            }
            if (!inbox_.readable()) return;
            const auto time = std::max(channel.now(), inbox_.since() + reads_after);
            if (time > horizon) return;
            if (time > channel.now()) channel.idle_until(time);
            settle();
            if (closed()) return;
            if (inbox_.empty()) return end_session();
            const std::string line = inbox_.take(channel.now());
            channel.plan(Caller::Step::When::during_command, {}, ++commands_);
            read(line);
            settle();
        }
    }
    /// Lets a command that polls the descriptor run; it ends by what comes there. False: not by that time.
    bool go_on_until_input(Channel::Time horizon) {
        const bool readable = inbox_.readable();
        const auto until = readable ? std::max(channel.now(), inbox_.since()) : horizon;
        go_on(std::min(horizon, until));
        if (!activity_) return true;
        if (!readable || until > horizon) return false;
        interrupt();
        return true;
    }
    void interrupt() {
        channel.new_command(true);
        go_on(channel.now());
        channel.new_command(false);
    }

    void read(std::string_view line) {
        chunks_.cut(line, version.line_limit() + 1, network, [this](std::string_view chunk) {
            read_chunk(chunk);
            return !closed_;
        });
    }

    void read_chunk(std::string_view line) {
        if (!async && wire::ends_session(line)) {
            failed_ = true;
            end_session();
            return;
        }
        simulator::Words all = words(line);
        if (all.size() > simulator::any) all.resize(simulator::any);
        const simulator::Command* command = simulator::find_command(all);
        if (command == nullptr) return say("510 Invalid or unknown command");
        const std::string refused = simulator::refusal(*this, *command, all);
        refused.empty() ? run(*command, all) : say(refused);
    }

    void run(const simulator::Command& command, const simulator::Words& all) {
        command_ = &command;
        channel.sends_audio(false);
        finish(command.run(*this, all));
        channel.sends_audio(true);
        go_on(channel.now());
    }

    /// Lets the command that runs do so until that time.
    void go_on(Channel::Time horizon) {
        channel.horizon(horizon);
        while (activity_) {
            const auto answer = activity_(*this);
            if (!answer) break;
            channel.horizon(Channel::Time::max());
            finish(*answer);
            channel.horizon(horizon);
        }
        channel.horizon(Channel::Time::max());
    }

    void finish(const simulator::Answer& answer) {
        activity_ = answer.activity;
        if (activity_) return;
        if (channel.waited_for_ever()) return;  // Asterisk never comes to a reply
        if (!network && !async) settle();       // SIGHUP comes while the command runs
        if (!answer.text.empty()) say(answer.text);
        if (answer.status == Status::usage) say(simulator::usage_of(*this, command_->verb));
        if (answer.status == Status::failed && !channel.hung_up()) failed_ = true;
    }

    simulator::Inbox inbox_;
    simulator::Outbox said_;
    simulator::Chunks chunks_;
    Channel::Time program_time_{0};  ///< Behind the channel's while a reply waits to be read.
    std::vector<std::string> requests_;
    int commands_ = 0;
    const simulator::Command* command_ = nullptr;
    simulator::Activity activity_;  ///< What is left of it.
    bool tells_hangup_ = true;
    bool exits_on_hangup_ = false;
    bool hangup_told_ = false;
    bool signalled_ = false;
    bool failed_ = false;
    bool closed_ = false;
    bool stuck_ = false;
};

}}}  // namespace agi::v0::testing
