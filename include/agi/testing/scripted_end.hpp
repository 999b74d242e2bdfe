// SPDX-License-Identifier: MIT
#pragma once
// A far end that plays a written dialogue byte by byte: late, in parts, several lines at once.

#include <agi/testing/dialogue.hpp>
#include <agi/testing/far_end.hpp>
#include <agi/testing/scripted_stream.hpp>
#include <agi/testing/simulator/script_mark.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agi { inline namespace v0 { namespace testing {

/// Answers as the dialogue says, in virtual time:
///
///     << agi_version: 22.10.1\n
///     << \n
///     >> GET DATA "pin" 5000 4
///     !! 300 ms
///     << 200 res
///     !! 20 ms
///     << ult=1234\nHANGUP\n
///
/// `!! N ms`: nothing comes for so long. `!! silence`: nothing comes any more, unless the program sends
/// something. At its end the connection closes. Requests are compared as in ScriptedStream. A mark
/// that the script does not have is answered at once; one that it has, such as `GET FULL VARIABLE agi-mark-1`,
/// where the script has `(agi-mark-1)` again.
class ScriptedEnd : public FarEnd {
  public:
    /// @throws std::invalid_argument  the text is not a dialogue, or has an event that is none
    explicit ScriptedEnd(std::string_view dialogue) : script_{parse_dialogue(dialogue)} {
        for (const DialogueLine& line : script_) {
            if (line.kind != Kind::event || line.text == "silence" || time_of(line)) continue;
            throw std::invalid_argument{"a script knows  !! N ms  and  !! silence,  not  " +
                                        line.text};
        }
    }

    /// @throws ScriptMismatch  the script has another line here, or none
    bool give(std::string_view bytes) override {
        if (finished()) return false;
        written_ += bytes;
        std::size_t end = 0;
        while ((end = written_.find('\n')) != std::string::npos) {
            const std::string line = written_.substr(0, end);
            written_.erase(0, end + 1);
            take_request(line);
        }
        return true;
    }

    bool take(std::string& bytes) override {
        play();
        const bool open = !waiting_.empty() || !finished();
        bytes += std::exchange(waiting_, {});
        return open;
    }

    /// @throws WouldHang  it waits for a line, and the script for a request
    bool wait(std::optional<Time> until) override {
        for (;;) {
            play();
            if (!waiting_.empty() || finished()) return true;
            const auto time = time_of(script_[at_]);
            if (!time && !until) throw WouldHang{"the program waits for " + where()};
            if (until && (!time || *until < since_ + *time)) {
                now_ = std::max(now_, *until);
                return false;
            }
            now_ = since_ + *time;
        }
    }

    [[nodiscard]] Time now() const override { return now_; }

    /// Whether all of the script was played.
    [[nodiscard]] bool finished() const noexcept { return at_ == script_.size(); }
    /// Where it stands: what it waits for.
    [[nodiscard]] std::string where() const {
        return finished() ? "the end of the script" : mark(script_[at_].kind) + script_[at_].text;
    }

  private:
    using Kind = DialogueLine::Kind;

    static std::optional<std::chrono::milliseconds> time_of(const DialogueLine& line) {
        if (line.kind != Kind::event) return std::nullopt;
        char* end = nullptr;
        const long time = std::strtol(line.text.c_str(), &end, 10);
        if (end == line.text.c_str() || std::string_view{end} != " ms") return std::nullopt;
        return std::chrono::milliseconds{time};
    }

    void next() {
        ++at_;
        since_ = now_;
    }

    /// Says what is due.
    void play() {
        for (; !finished(); next()) {
            const DialogueLine& line = script_[at_];
            if (line.kind == Kind::received) {
                waiting_ += with_marks(line.text);
                if (line.complete) waiting_ += '\n';
                // NOLINTNEXTLINE(bugprone-branch-clone): the chain is what the script says, in order
            } else if (line.kind == Kind::sent || line.text == "silence") {
                return;
            } else if (const auto time = time_of(line); time && now_ < since_ + *time) {
                return;
            }
        }
    }

    void take_request(const std::string& line) {
        play();
        if (!finished() && script_[at_].text == "silence") next();
        const bool wanted = !finished() && script_[at_].kind == Kind::sent;
        const std::string mark{simulator::mark_of(line)};
        if (!mark.empty()) {
            if (wanted && !simulator::mark_of(script_[at_].text).empty()) {
                names_[std::string{simulator::mark_of(script_[at_].text)}] = mark;
                return next();
            }
            waiting_ += "200 result=1 (" + mark + ")\n";
            return;
        }
        if (!wanted || !simulator::fits_script(script_[at_].text, line)) {
            throw ScriptMismatch{"the program sends another line than the script has:\n  script " +
                                 where() + "\n  sent   >> " + line + '\n'};
        }
        next();
    }

    /// With the text of the marks that were sent in place of their names.
    [[nodiscard]] std::string with_marks(std::string text) const {
        for (const auto& [name, mark] : names_) {
            const std::size_t at = text.find('(' + name + ')');
            if (at != std::string::npos) text.replace(at + 1, name.size(), mark);
        }
        return text;
    }

    std::vector<DialogueLine> script_;
    std::size_t at_ = 0;
    std::map<std::string, std::string> names_;  ///< Of marks, to their text.
    Time now_{std::chrono::hours{1}};
    Time since_{now_};     ///< When the script came to where it is.
    std::string written_;  ///< Part of a line.
    std::string waiting_;  ///< Said, and not taken.
};

}}}  // namespace agi::v0::testing
