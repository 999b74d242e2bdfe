// SPDX-License-Identifier: MIT
#pragma once
// A LineStream that plays Asterisk's part of a written dialogue, for tests of call logic.

#include <agi/stream/line_stream.hpp>
#include <agi/testing/dialogue.hpp>
#include <agi/testing/simulator/script_mark.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// The program did not follow the script. `what()` shows the dialogue up to there. It is not an
/// AGIException, so that call logic which handles those does not swallow it.
class ScriptMismatch : public std::logic_error {
    using std::logic_error::logic_error;
};

/// Thrown by an operation that was told to fail.
class StreamFailure : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Answers the program with the replies of a dialogue, and checks what the program sends.
///
///     Session session{ScriptedStream{R"(
///         << agi_request: pin
///         <<
///         >> GET DATA "enter-pin" 5000 4
///         << 200 result=1234
///     )"}};
///
/// Requests are compared as the words that Asterisk reads in them, so their quoting does not
/// matter. `***` in the script is any word: transcripts have it in place of what was secret. At the
/// end of the dialogue the stream is closed. No timing, no I/O.
class ScriptedStream {
  public:
    /// What an operation that is to fail does.
    enum class Failure : unsigned char {
        closed,  ///< The far end has closed: a read finds the end, a write throws AGISIGPIPEHangup.
        error,   ///< Throws StreamFailure, as a stream with a timeout would.
    };

    /// @throws std::invalid_argument  the text is not a dialogue
    explicit ScriptedStream(std::string_view dialogue) : script_{parse_dialogue(dialogue)} {}

    /// From the `n`-th read or write on, counted from 1, the stream fails.
    void fail_at(std::size_t n, Failure failure = Failure::closed) {
        fail_at_ = n;
        failure_ = failure;
    }

    /// @throws ScriptMismatch  the script says that it is the program's turn
    bool read_line(std::string& line) {
        line.clear();
        if (fails()) return false;
        const std::size_t reply = find(DialogueLine::Kind::received, read_);
        const std::size_t request = find(DialogueLine::Kind::sent, written_);
        if (request < reply && echo_.empty()) {
            mismatch("the program waits for a line, and the script for a request", request, {});
        }
        if (request < reply || reply == script_.size()) {
            line = std::exchange(echo_, {});
            return !line.empty();
        }
        return take(reply, line);
    }

    /// A line that the script has here without being asked.
    Arrived read_arrived(std::string& line, bool /*ask_system*/) {
        const std::size_t reply = find(DialogueLine::Kind::received, read_);
        if (reply == script_.size() || find(DialogueLine::Kind::sent, written_) < reply ||
            (fail_at_ != 0 && operations_ + 1 >= fail_at_)) {
            return Arrived::nothing;
        }
        return take(reply, line) ? Arrived::line : Arrived::end;
    }

    /// Whether the next thing in the script is for the program to read. Takes no time.
    [[nodiscard]] bool wait_line(std::chrono::milliseconds /*time*/) const {
        return !echo_.empty() || find(DialogueLine::Kind::received, read_) <=
                                     find(DialogueLine::Kind::sent, written_);
    }

    /// @throws ScriptMismatch  the script has another request here, or none
    void write_line(std::string_view line) {
        if (fails()) throw AGISIGPIPEHangup({}, "the scripted stream is closed");
        const std::size_t request = find(DialogueLine::Kind::sent, written_);
        if (const std::string_view mark = simulator::mark_of(line); !mark.empty()) {
            return take_mark(request, mark);
        }
        if (request == script_.size()) {
            mismatch("the program sends a line that the script does not have", request, line);
        }
        if (!simulator::fits_script(script_[request].text, line)) {
            mismatch("the program sends another line than the script has", request, line);
        }
        written_ = request + 1;
    }

    /// Whether the program has sent every request and read every reply.
    [[nodiscard]] bool finished() const {
        return find(DialogueLine::Kind::sent, written_) == script_.size() &&
               find(DialogueLine::Kind::received, read_) == script_.size();
    }

    /// @throws ScriptMismatch  the program has left requests or replies of the script
    void check_finished() const {
        if (finished()) return;
        const std::size_t request = find(DialogueLine::Kind::sent, written_);
        const std::size_t reply = find(DialogueLine::Kind::received, read_);
        mismatch("the program has ended before the script", request < reply ? request : reply, {});
    }

    /// How many reads and writes there were.
    [[nodiscard]] std::size_t operations() const noexcept { return operations_; }

  private:
    /// The text of a mark is another one in each session. The script need not have it: then it is
    /// answered after what the script has before its next request.
    void take_mark(std::size_t request, std::string_view mark) {
        mark_ = mark;
        if (request < script_.size() && !simulator::mark_of(script_[request].text).empty()) {
            written_ = request + 1;
        } else {
            echo_ = "200 result=1 (" + mark_ + ')';
        }
    }

    /// Whether the line is whole.
    bool take(std::size_t reply, std::string& line) {
        read_ = reply + 1;
        line = script_[reply].text;
        const std::size_t mark = line.rfind('(' + std::string{simulator::mark_head});
        if (mark != std::string::npos && !mark_.empty() && line.back() == ')') {
            line.replace(mark + 1, line.size() - mark - 2, mark_);
        }
        return script_[reply].complete;
    }

    [[nodiscard]] std::size_t find(DialogueLine::Kind kind, std::size_t from) const {
        while (from < script_.size() && script_[from].kind != kind) ++from;
        return from;
    }

    bool fails() {
        ++operations_;
        if (fail_at_ == 0 || operations_ < fail_at_) return false;
        if (failure_ == Failure::error) {
            throw StreamFailure{"operation " + std::to_string(operations_) + " was told to fail"};
        }
        return true;
    }

    [[noreturn]] void mismatch(const char* what, std::size_t at, std::string_view got) const {
        constexpr std::size_t shown_before = 12;
        std::string text{what};
        text += ":\n";
        for (std::size_t i = at > shown_before ? at - shown_before : 0; i < at; ++i) {
            text += "         " + line(i) + '\n';
        }
        text += "  script " + (at < script_.size() ? line(at) : std::string{"(ends here)"}) + '\n';
        if (got.data() != nullptr) text += "  sent   >> " + std::string{got} + '\n';
        throw ScriptMismatch{text};
    }
    [[nodiscard]] std::string line(std::size_t i) const {
        return mark(script_[i].kind) + script_[i].text;
    }

    std::vector<DialogueLine> script_;
    std::string mark_;         ///< The text of the latest mark.
    std::string echo_;         ///< Asterisk's answer to a mark that the script does not have.
    std::size_t read_ = 0;     ///< Where to look for the next reply.
    std::size_t written_ = 0;  ///< Where to look for the next request.
    std::size_t operations_ = 0;
    std::size_t fail_at_ = 0;
    Failure failure_ = Failure::closed;
};

}}}  // namespace agi::v0::testing
