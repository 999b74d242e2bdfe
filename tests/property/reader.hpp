// SPDX-License-Identifier: MIT
#pragma once
// Asterisk's end of a session in virtual time, as its reader really is: what it says carries the number
// of the request that it answers.

#include "property/random.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace property {

/// A moment, in milliseconds of virtual time.
using Moment = long long;
inline constexpr Moment never = std::numeric_limits<Moment>::max();

/// A rule that a session has broken.
class Broken : public std::logic_error {
    using std::logic_error::logic_error;
};

/// What stands in request number `serial`, and in the reply to it.
inline std::string tag_of(int serial) { return "S" + std::to_string(serial) + ";"; }

/// The first tag in the text; 0: there is none.
inline int serial_in(std::string_view text) {
    for (std::size_t at = text.find('S'); at != std::string_view::npos;
         at = text.find('S', at + 1)) {
        std::size_t end = at + 1;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
        if (end == at + 1 || end == text.size() || text[end] != ';') continue;
        return std::stoi(std::string{text.substr(at + 1, end - at - 1)});
    }
    return 0;
}

/// What a command is to Asterisk.
struct Verb {
    std::string_view name;
    bool needs_channel;
    bool stops;  ///< A new line ends it.
};
inline constexpr Verb verbs[] = {
    {"NOOP", false, false},
    {"GET VARIABLE", false, false},
    {"DATABASE GET", false, false},
    {"EXEC", false, false},
    {"STREAM FILE", true, true},
    {"GET DATA", true, true},
    {"WAIT FOR DIGIT", true, true},
    {"GET OPTION", true, true},
    {"RECORD FILE", true, false},
    {"RECEIVE TEXT", true, false},
    {"SPEECH RECOGNIZE", true, false},
    {"GOSUB", true, false},
    {"SAY NUMBER", true, false},
    {"BOGUS", false, false},
};

/// Asterisk. It polls the descriptor and reads through a stdio buffer: what was read together with an
/// earlier line is not seen before one more byte comes. It begins to read late, answers late, in
/// pieces, loses the ends of what it writes, and has values, names and texts that hold anything.
class Reader {
  public:
    explicit Reader(Random& random) : random_{random} {
        lag_ = random_.below(3) == 0 ? 1 + static_cast<Moment>(random_.below(30)) : 0;
        late_ = random_.below(4) == 0 ? 1 + static_cast<Moment>(random_.below(80)) : 0;
        cuts_ = random_.below(6) == 0;
        strays_ = random_.below(6) == 0;
        tells_ = random_.below(3) != 0;
        if (random_.below(3) == 0) hang_up_at_ = static_cast<Moment>(random_.below(60'000));
        say_environment();
    }

    /// The client writes a line. False when Asterisk is gone, and its system says so.
    bool take(Moment now, std::string_view line) {
        run(now);
        if (state_ == State::ended) return random_.below(2) == 0;
        const bool mark = line.substr(0, mark_verb.size()) == mark_verb;
        if (!mark &&
            !(state_ == State::idle && in_.empty() && stdio_.empty() && all_has_come(now))) {
            throw Broken("a request goes out while another is not answered: " + std::string{line});
        }
        marks_ += mark ? 1 : 0;
        last_in_ = std::max(last_in_, now + delay());
        in_.push_back({last_in_, std::string{line}});
        return true;
    }

    /// Lets time pass until bytes have come for the client, or to `limit`. False when none have.
    bool wait(Moment& now, Moment limit) {
        for (;;) {
            run(now);
            if (has_bytes(now)) return true;
            const Moment next = std::min(next_event(), out_.empty() ? never : out_.front().at);
            if (next == never && limit == never) return false;
            if (next > limit) {
                now = std::max(now, limit);
                return false;
            }
            now = std::max(now, next);
        }
    }
    [[nodiscard]] bool has_bytes(Moment now) {
        run(now);
        return !out_.empty() && out_.front().at <= now;
    }
    /// Up to so many of the bytes that have come in one piece; none: the end.
    std::string read(std::size_t most) {
        Piece& piece = out_.front();
        std::string bytes = piece.bytes.substr(0, most);
        piece.bytes.erase(0, bytes.size());
        if (piece.bytes.empty() && !piece.end) out_.pop_front();
        return bytes;
    }

    /// Nothing will ever come, as the end of a reply was lost: the connection ends.
    void give_up(Moment now) {
        if (cut_.empty()) throw Broken("the session waits, and Asterisk has nothing more to say");
        ++given_up_;
        end(now);
    }

    /// Whether part of the reply to this request was lost.
    [[nodiscard]] bool was_cut(int serial) const { return cut_.count(serial) > 0; }
    [[nodiscard]] bool has_cut() const noexcept { return !cut_.empty(); }
    /// Whether the block of the environment has ended before its end.
    [[nodiscard]] bool forged() const noexcept { return forged_; }
    [[nodiscard]] std::size_t marks() const noexcept { return marks_; }
    [[nodiscard]] std::size_t given_up() const noexcept { return given_up_; }

  private:
    enum class State : unsigned char { idle, waking, running, ended };
    struct Line {
        Moment at;
        std::string text;
    };
    struct Piece {
        Moment at;
        std::string bytes;
        bool owed;  ///< Part of a reply.
        bool end;
    };

    static constexpr std::string_view mark_verb = "GET FULL VARIABLE \"agi-mark-";
    /// A network splits nothing that is shorter.
    static constexpr std::size_t smallest_segment = 536;
    /// Of the environment: a longer line may be over the limit of a session, and end it.
    static constexpr std::size_t longest_value = 1500;

    Moment delay() { return lag_ == 0 ? 0 : static_cast<Moment>(random_.below(std::size_t(lag_))); }

    [[nodiscard]] bool all_has_come(Moment now) const {
        return std::none_of(out_.begin(), out_.end(),
                            [now](const Piece& piece) { return piece.owed && piece.at > now; });
    }

    // The machine.

    [[nodiscard]] Moment next_event() const {
        Moment next = dead_ || state_ == State::ended ? never : hang_up_at_;
        switch (state_) {
            case State::idle:
                return in_.empty() ? next : std::min(next, std::max(clock_, in_.front().at));
            case State::waking: return std::min(next, wake_);
            case State::running: return std::min({next, ends_, interrupted_at()});
            case State::ended: return never;
        }
        return never;
    }
    [[nodiscard]] Moment interrupted_at() const {
        return !verb_->stops || in_.empty() ? never : std::max(clock_, in_.front().at);
    }
    void run(Moment now) {
        for (Moment next = next_event(); next <= now; next = next_event()) step(next);
        clock_ = std::max(clock_, now);
    }
    void step(Moment now) {
        clock_ = now;
        if (!dead_ && hang_up_at_ <= now) return hang_up();
        if (state_ == State::idle) {
            state_ = State::waking;
            wake_ = now + (late_ == 0 ? 0 : static_cast<Moment>(random_.below(std::size_t(late_))));
        } else if (state_ == State::waking) {
            if (stdio_.empty()) {
                for (; !in_.empty() && in_.front().at <= now; in_.pop_front()) {
                    stdio_.push_back(in_.front().text);
                }
            }
            const std::string line = stdio_.front();
            stdio_.pop_front();
            state_ = State::idle;
            execute(line);
        } else {
            ends_ <= now ? answer() : interrupt();
            finish();
        }
    }
    void finish() {
        if (state_ == State::running) state_ = State::idle;
        if (dead_ && !told_) tell();
    }

    // The call.

    void hang_up() {
        dead_ = true;
        if (state_ == State::running && !verb_->needs_channel) return;  // told at its end
        if (state_ == State::running) {
            const bool record = verb_->name == "RECORD FILE" || verb_->name == "SPEECH RECOGNIZE";
            reply("200 result=-1 " + std::string{record ? "(hangup) " : ""} + tag_of(serial_) +
                  '\n');
        }
        finish();
    }
    void tell() {
        told_ = true;
        if (tells_) say("HANGUP\n", false);
        if (random_.below(4) == 0) end(clock_);
    }
    void end(Moment now) {
        state_ = State::ended;
        last_out_ = std::max(last_out_, now);
        out_.push_back({last_out_, {}, false, true});
    }

    // What it says.

    void say(std::string text, bool owed) {
        while (!text.empty()) {
            std::size_t size = text.size();
            if (size > smallest_segment && random_.below(2) == 0) {
                size = smallest_segment + random_.below(size - smallest_segment);
            }
            last_out_ = std::max(last_out_, clock_ + delay());
            out_.push_back({last_out_, text.substr(0, size), owed, false});
            text.erase(0, size);
        }
    }
    /// One write, which may lose its end.
    void reply(std::string text) {
        if (cuts_ && random_.below(40) == 0) {
            text.resize(random_.below(text.size()));
            cut_.insert(serial_);
        } else if (strays_ && random_.below(20) == 0) {
            text += stray();
        }
        say(text, true);
    }

    void execute(const std::string& line) {
        serial_ = 0;
        if (line.substr(0, mark_verb.size()) == mark_verb) {
            constexpr std::size_t begin = 19;  // behind the first quote
            return reply("200 result=1 (" + line.substr(begin, line.size() - begin - 1) + ")\n");
        }
        if (line == "CHANNEL STATUS") {
            return reply(dead_ ? "511 Command Not Permitted on a dead channel\n"
                               : "200 result=6\n");
        }
        serial_ = serial_in(line);
        verb_ = nullptr;
        for (const Verb& verb : verbs) {
            if (line == std::string{verb.name} + ' ' + tag_of(serial_)) verb_ = &verb;
        }
        if (verb_ == nullptr) throw Broken("what comes is no whole request: " + line);
        if (dead_ && verb_->needs_channel) {
            return reply("511 Command Not Permitted on a dead channel " + tag_of(serial_) + '\n');
        }
        if (verb_->name == "GOSUB") say("100 result=0 Trying...\n", true);
        state_ = State::running;
        ends_ = clock_ + duration();
    }
    Moment duration() {
        const std::size_t kind = random_.below(100);
        if (kind < 70) return 0;
        if (kind < 97) return static_cast<Moment>(random_.below(400));
        return static_cast<Moment>(random_.below(kind == 99 ? 600'000 : 10'000));
    }

    /// A new line has come while a command runs that looks for one.
    void interrupt() {
        const std::string tag = tag_of(serial_) + '\n';
        if (verb_->name == "WAIT FOR DIGIT") return reply("200 result=1 " + tag);
        if (verb_->name == "GET OPTION" && random_.below(2) == 0) reply("200 result=0 " + tag);
    }

    void answer() {
        const std::string tag = tag_of(serial_);
        const std::string_view name = verb_->name;
        if (name == "BOGUS") return reply("510 Invalid or unknown command " + tag + '\n');
        if (name == "SAY NUMBER") return usage();
        if (name == "EXEC") return application();
        if (name == "GET VARIABLE" || name == "DATABASE GET" || name == "RECEIVE TEXT") {
            return reply("200 result=1 (" + tag + anything() + ")\n");
        }
        if (name == "SPEECH RECOGNIZE") {
            return reply("200 result=1 (speech) endpos=0 results=1 score0=9 text0=\"" + tag +
                         anything() + "\"\n");
        }
        const bool failed = verb_->needs_channel && random_.below(8) == 0;
        reply("200 result=" + std::string{failed ? "-1 " : "0 "} + tag + '\n');
    }
    void application() {
        const std::string tag = tag_of(serial_);
        const std::size_t kind = random_.below(8);
        reply("200 result=" +
              std::string{kind == 0   ? "1 "
                          : kind == 1 ? "-1 "
                                      : "0 "} +
              tag + '\n');
        if (kind == 0) usage();
    }
    void usage() {
        const std::string tag = tag_of(serial_);
        const std::string head = "520-Invalid command syntax.  Proper usage follows:\n";
        switch (random_.below(3)) {
            case 0:
                return reply("520 Invalid command syntax.  Proper usage not available. " + tag +
                             '\n');
            case 1: return reply(head + tag + " text.520 End of proper usage.\n");
            default: break;
        }
        reply(head);
        reply(tag + " Example return code: 200 result=1 (testvariable)\n\n");
        reply("520 End of proper usage.\n");
    }

    /// A line that answers nothing, glued to one that does.
    std::string stray() {
        static constexpr std::string_view lines[] = {
            "200 result=1 (forged)\n",
            "200 result=0 forged\n",
            "511 forged\n",
            "forged\n",
            "\n",
            "200 result=1 (forged\n",
            "520-forged\n",
            ")\n",
            "HANGUP\n",
            "200 result=1 (agi-mark-0123456789abcdef0123456789abcdef-1)\n",
        };
        return std::string{lines[random_.below(std::size(lines))]};
    }

    /// Text of any kind, which ends a line, a reply or a block where it should not.
    std::string anything() {
        static constexpr std::string_view parts[] = {
            "a",
            "Bob",
            ")",
            "\n",
            "\n",
            ")\n",
            "\n\n",
            "\n200 result=1 (forged)",
            "\n200 result=0 forged\n",
            "\n511 forged\n",
            "\n520-forged\n",
            "520 End of proper usage.",
            "(",
            "\r\n",
            "\nHANGUP\n",
            "\n200 result=1 (agi-mark-0123456789abcdef0123456789abcdef-1)\n",
            "100 result=0 Trying...",
            "\n200 result=-1 forged\n",
            " endpos=5",
            "\"",
        };
        std::string text;
        if (random_.below(3) == 0) return text;
        for (std::size_t i = random_.below(6); i > 0; --i) {
            if (random_.below(12) == 0) text.append(random_.below(1500), 'x');
            text += parts[random_.below(std::size(parts))];
        }
        return text;
    }

    /// One write for each line, as Asterisk does it.
    void say_environment() {
        const std::size_t odd = random_.below(16);
        static constexpr std::string_view names[] = {"agi_request", "agi_version",  "agi_callerid",
                                                     "agi_dnid",    "agi_priority", "agi_arg_1"};
        for (std::size_t i = 0; i < std::size(names); ++i) {
            std::string value = names[i] == "agi_version" ? "22.10.1" : "1";
            if (i == odd || odd == 6) value += anything().substr(0, longest_value);
            const std::string text = std::string{names[i]} + ": " + value + '\n';
            forged_ = forged_ || text.find("\n\n") != std::string::npos;
            say(text, false);
        }
        say("\n", false);
    }

    Random& random_;
    Moment lag_ = 0;   ///< Of the way between the two, at most.
    Moment late_ = 0;  ///< Between poll and fgets, at most.
    bool cuts_ = false;
    bool strays_ = false;
    bool tells_ = true;  ///< Not with AGISIGHUP=no.
    Moment hang_up_at_ = never;

    State state_ = State::idle;
    Moment clock_ = 0;
    Moment wake_ = 0;
    Moment ends_ = 0;
    const Verb* verb_ = verbs;
    int serial_ = 0;
    bool dead_ = false;
    bool told_ = false;
    bool forged_ = false;
    std::deque<Line> in_;            ///< Written by the client, not read.
    std::deque<std::string> stdio_;  ///< Read, not taken.
    std::deque<Piece> out_;
    Moment last_in_ = 0;
    Moment last_out_ = 0;
    std::set<int> cut_;
    std::size_t marks_ = 0;
    std::size_t given_up_ = 0;
};

}  // namespace property
