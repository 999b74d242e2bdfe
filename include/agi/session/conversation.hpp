// SPDX-License-Identifier: MIT
#pragma once
// The protocol of a session without its I/O: whose turn it is, and what is known of the call.

#include <agi/stream/hangup_source.hpp>
#include <agi/version.hpp>
#include <agi/wire/environment.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/reply_reader.hpp>
#include <agi/wire/request.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 {

/// The rules of one request, one reply. Whoever has the bytes drives it:
///
///     while (!talk.push_environment(next_line())) {}
///     talk.begin(request, form);  send(request);
///     while (!talk.push(next_line())) {}
///     use(talk.reply());
///
/// Sessions of every kind are loops around it.
class Conversation {
  public:
    enum class State : unsigned char {
        environment,  ///< The agi_* block is not complete.
        ready,        ///< A request may be sent.
        awaiting,     ///< A reply is owed.
        out_of_step,  ///< A request may have been sent in part: nothing more can be sent.
        closed,       ///< Asterisk has closed the stream.
    };

    explicit Conversation(wire::EnvironmentLimits limits = {},
                          std::size_t reply_limit = wire::ReplyReader::default_limit)
        : environment_{limits}, reader_{reply_limit} {}

    /// Takes the next line of the environment. True when it is complete.
    bool push_environment(std::string_view line) {
        if (!environment_.push(line)) return false;
        if (!server_.known()) server_ = environment().version();
        if (line_limit_ == 0) line_limit_ = server_.line_limit();
        state_ = State::ready;
        return true;
    }

    /// A request is about to be sent. A reply that is still owed must have been read before.
    ///
    /// @throws AGIArgumentError  the line is longer than this Asterisk takes
    /// @throws AGISIGPIPEHangup  the stream is closed
    /// @throws AGIError          out of step
    void begin(std::string_view request, ReplyForm form) {
        if (state_ != State::ready || request.size() > line_limit_) refuse(request);
        reader_.expect(form);
        form_ = form;
        state_ = State::awaiting;
    }

    /// Takes the next line. True when the reply is complete.
    bool push(std::string_view line) {
        if (mark_pending_ && (echoes_mark(line) || cut_before_mark(line))) {
            // A reply that was cut would take the echo for its next line, or has it in its last.
            line = mark_echo_;
            reader_.expect(ReplyForm::tags);
        }
        return take(reader_.push(line));
    }

    /// The next line was too long for the stream, and is lost. True when the reply ends with it.
    bool lose_line() {
        if (state_ != State::awaiting) return false;
        const bool complete = take(reader_.lose_line());
        doubtful_ = true;
        return complete;
    }

    /// A line that Asterisk echoes in its reply, also on a dead channel. Sent while a reply is
    /// owed, it ends the commands that look for a new one (see Session::execute_until), and waits
    /// behind all others. Replies up to its echo belong to what was sent before.
    ///
    /// @throws AGISIGPIPEHangup  the stream is closed
    /// @throws AGIError          a request may have been sent in part
    const std::string& begin_mark() {
        if (state_ == State::closed)
            throw AGISIGPIPEHangup("mark", "not sent, the stream is closed");
        if (state_ == State::out_of_step) {
            throw AGIError("mark", "not sent, an earlier request may have been sent in part");
        }
        if (state_ == State::ready) {
            reader_.expect(ReplyForm::tags);
            form_ = ReplyForm::tags;
        }
        const std::string mark = "agi-mark-" + std::to_string(++marks_);
        mark_echo_ = "200 result=1 (" + mark + ')';
        mark_request_ = wire::Request{"GET FULL VARIABLE", mark}.view();
        mark_pending_ = true;
        state_ = State::awaiting;
        return mark_request_;
    }

    /// Whether the reply is the echo of the latest mark.
    [[nodiscard]] bool at_mark() const noexcept {
        return !mark_echo_.empty() && reply().raw() == mark_echo_;
    }

    /// Whether this line is the echo of the latest mark.
    [[nodiscard]] bool echoes_mark(std::string_view line) const noexcept {
        return !mark_echo_.empty() && line == mark_echo_;
    }

    /// Whether the next reply is certain to belong to the next request. Not while one is owed, nor
    /// after a line that was no reply, until a reply came or `begin_mark` has cleared it up.
    [[nodiscard]] bool in_step() const noexcept { return state_ == State::ready && !doubtful_; }

    /// The peer has closed after this part of a line. True when a reply was cut: `reply()` then
    /// holds what came of it.
    bool close(std::string_view partial = {}) {
        const bool cut = state_ == State::awaiting && reader_.cut(partial) &&
                         !(usage_owed_ && reply().code() == 520);  // that was EXEC's
        if (reader_.hung_up()) note(HangupSource::hangup_line);
        note(HangupSource::closed_stream);
        state_ = State::closed;
        return cut;
    }

    /// The request of `begin` has no reply, and ends the session.
    void finish() noexcept { state_ = State::closed; }

    /// The call is over, as told by something that is not a line.
    void note_hangup(HangupSource source) noexcept { note(source); }

    /// The request of `begin` may have been sent in part.
    void lose_step() noexcept { state_ = State::out_of_step; }

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] const Reply& reply() const noexcept { return reader_.reply(); }
    [[nodiscard]] const Environment& environment() const noexcept {
        return environment_.environment();
    }

    [[nodiscard]] HangupSource hangup_source() const noexcept { return hangup_; }

    /// Which Asterisk this is: what agi_version says, unless it was set before the environment
    /// came.
    [[nodiscard]] const ServerVersion& server() const noexcept { return server_; }
    void server(const ServerVersion& version) noexcept { server_ = version; }

    /// The longest request line, without its LF: what the server takes, unless it was set.
    [[nodiscard]] std::size_t line_limit() const noexcept { return line_limit_; }
    void line_limit(std::size_t bytes) noexcept { line_limit_ = bytes; }

  private:
    [[noreturn]] void refuse(std::string_view request) const {
        switch (state_) {
            case State::ready: break;
            case State::closed: throw AGISIGPIPEHangup(request, "not sent, the stream is closed");
            case State::awaiting:
                throw AGIError(request, "not sent, the reply to another request is owed");
            default: throw AGIError(request, "not sent, the session is out of step");
        }
        throw AGIArgumentError(request, "not sent, it has " + std::to_string(request.size()) +
                                            " bytes and this Asterisk takes " +
                                            std::to_string(line_limit_));
    }

    /// After a line: what its reply means for the turn.
    bool take(bool complete) {
        if (reader_.hung_up()) note(HangupSource::hangup_line);
        if (!complete) return false;
        if (usage_owed_) {
            // EXEC hands the application's number to Asterisk as its own status, so after a 1 a 520
            // follows. It comes before the reply to this request.
            usage_owed_ = false;
            if (reply().code() == 520) {
                reader_.expect(form_);
                return false;
            }
        }
        usage_owed_ =
            form_ == ReplyForm::application && reply().code() == 200 && reply().result() == "1";
        if (reply().code() == 511) note(HangupSource::dead_channel);
        doubtful_ = reply().code() == 0;
        if (mark_pending_) {
            if (at_mark()) {
                mark_pending_ = usage_owed_ = false;
            } else {
                reader_.expect(form_);
                return true;
            }
        }
        state_ = State::ready;
        return true;
    }

    /// Whether the echo is glued to a value: Asterisk drops the end of one that is not read in time.
    [[nodiscard]] bool cut_before_mark(std::string_view line) const noexcept {
        return form_ == ReplyForm::value && line.size() > mark_echo_.size() &&
               line.substr(line.size() - mark_echo_.size()) == mark_echo_;
    }
    void note(HangupSource source) noexcept {
        if (hangup_ == HangupSource::none) hangup_ = source;
    }

    wire::EnvironmentReader environment_;
    wire::ReplyReader reader_;
    ServerVersion server_;
    std::size_t line_limit_ = 0;
    State state_ = State::environment;
    ReplyForm form_ = ReplyForm::tags;
    HangupSource hangup_ = HangupSource::none;
    bool usage_owed_ = false;
    bool doubtful_ = false;
    bool mark_pending_ = false;
    unsigned marks_ = 0;
    std::string mark_echo_;
    std::string mark_request_;
};

}}  // namespace agi::v0
