// SPDX-License-Identifier: MIT
#pragma once
// Which lines a session may send, and when: its operation's request once, and of its own accord marks
// and CHANNEL STATUS where it has a reason.

#include "fuzz.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace fuzz {

/// Watches the lines of one session:
///
/// - The request, once, when nothing is in doubt any more.
/// - Before it, marks: if the session was not in step, or something came that nobody had asked for. A
///   reply that is owed is waited for; what it says may be a reason for a mark.
/// - Behind it, marks: when the operation is to be stopped, and in front of the question.
/// - The question, CHANNEL STATUS: once, at the end, after a `200 result=-1` to a command that needs the
///   channel, if the hang-up is not known and the options let it be asked.
/// - A mark again: if the echo of the one before has not come in 50 ms, 100 ms and so on, up to 5 s.
class OwnLines {
  public:
    using Time = std::chrono::steady_clock::time_point;

    struct Operation {
        std::string request;  ///< Empty: it sends none.
        bool resync = false;
        bool may_ask = false;  ///< Needs the channel, and the options let the session ask.
        bool in_step = false;  ///< The session, at its begin.
        bool owed = false;     ///< A reply is, then.
    };

    // What happens.

    void begin(Operation operation) {
        operation_ = std::move(operation);
        // A reply that is owed is enough to be in step again, if it is not a mark's.
        owed_ = operation_.owed && echo_.empty() && !operation_.resync;
        doubtful_ = operation_.resync || (!operation_.in_step && !owed_);
        came_ = sent_ = stopped_ = failed_ = asked_ = false;
        interval_ = {};
    }
    /// A line has come that nobody had asked for. One that tells of the hang-up is expected at any time.
    void receive_unasked(std::string_view line) {
        constexpr std::string_view hangup = "HANGUP";
        const bool tells = line.substr(0, hangup.size()) == hangup;
        while (line.substr(0, hangup.size()) == hangup) line.remove_prefix(hangup.size());
        if (!tells || (!line.empty() && line != "\r")) doubt();
    }
    /// The same of part of a line, or of one that was too long.
    void doubt() noexcept { doubtful_ = true; }
    /// The session has told of the hang-up.
    void hang_up() noexcept { hung_up_ = true; }
    /// The caller wants the operation to end.
    void stop() noexcept { stopped_ = true; }
    void receive(std::string_view line) {
        came_ = true;
        if (line.find("200 result=-1") != std::string_view::npos) failed_ = sent_;
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (echo_.empty() || line.size() < echo_.size() ||
            line.substr(line.size() - echo_.size()) != echo_) {
            return;
        }
        echo_.clear();
        doubtful_ = false;
        interval_ = {};
    }
    void send(std::string_view line, Time now) {
        require(line.find_first_of(std::string_view{"\n\0", 2}) == std::string_view::npos,
                "Session: writes one line");
        require(!asked_, "Session: nothing after the question");
        if (is_mark(line)) return mark(line, now);
        require(echo_.empty(), "Session: nothing while a mark's echo is owed");
        if (sent_) return question(line);
        require(!operation_.request.empty() && line == operation_.request,
                "Session: sends what the operation is to send");
        require(!doubtful_ && (!owed_ || came_),
                "Session: no request while a reply may be another's");
        sent_ = true;
    }

    /// Whether the request was sent.
    [[nodiscard]] bool sent() const noexcept { return sent_; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }
    /// Whether the echo of a mark is owed.
    [[nodiscard]] bool marked() const noexcept { return !echo_.empty(); }
    /// What would be the echo of the latest mark.
    [[nodiscard]] const std::string& echo() const noexcept { return echo_; }

  private:
    static constexpr std::string_view mark_begin = "GET FULL VARIABLE \"agi-mark-";
    static constexpr std::string_view mark_end = "\"";
    static constexpr std::size_t random_size = 32;

    static bool is_mark(std::string_view line) noexcept {
        return line.substr(0, mark_begin.size()) == mark_begin;
    }

    void mark(std::string_view line, Time now) {
        require(sent_ ? stopped_ || (failed_ && operation_.may_ask) : doubtful_ || owed_,
                "Session: no mark without a reason");
        const std::string_view secret = line.substr(mark_begin.size(), random_size);
        require(secret.size() == random_size &&
                    secret.find_first_not_of("0123456789abcdef") == std::string_view::npos,
                "Marks: random");
        require(secret_.empty() || secret == secret_, "Marks: one secret for a session");
        secret_ = secret;
        const std::string text = "agi-mark-" + secret_ + '-' + std::to_string(++marks_);
        require(line == "GET FULL VARIABLE \"" + text + std::string{mark_end}, "Marks: numbered");
        if (!echo_.empty() && interval_.count() > 0) {
            require(now - marked_ >= interval_, "Session: a mark again before its time");
        }
        using std::chrono::milliseconds;
        interval_ =
            interval_.count() == 0 ? milliseconds{50} : std::min(2 * interval_, milliseconds{5000});
        marked_ = now;
        echo_ = "200 result=1 (" + text + ")";
    }
    void question(std::string_view line) {
        require(line == "CHANNEL STATUS", "Session: no line of its own accord");
        require(operation_.may_ask && failed_, "Session: asks after a -1 only");
        require(!hung_up_, "Session: does not ask what it knows");
        asked_ = true;
    }

    Operation operation_;
    bool doubtful_ = false;
    bool owed_ = false;
    bool came_ = false;  ///< Something has, since the operation began.
    bool sent_ = false;
    bool stopped_ = false;
    bool failed_ = false;
    bool asked_ = false;
    bool hung_up_ = false;
    std::string secret_;  ///< Of the session's marks.
    std::string echo_;    ///< Of the latest mark; empty: it has come.
    std::size_t marks_ = 0;
    Time marked_{};
    std::chrono::milliseconds interval_{};  ///< Of the operation's latest mark; 0: there was none.
};

}  // namespace fuzz
