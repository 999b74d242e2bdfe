// SPDX-License-Identifier: MIT
// Any bytes from a server against a session that runs through every command: it ends in an
// exception that is documented, or finishes, and sends nothing but what OwnLines lets it send.

#include "commands.hpp"
#include "fuzz.hpp"
#include "own_lines.hpp"
#include <agi/session/session.hpp>
#include <agi/wire/line_buffer.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace {

using agi::Arrived;
using agi::Conversation;
using fuzz::OwnLines;
using fuzz::Pieces;
using fuzz::require;

struct Broken {};

struct StreamOptions {
    unsigned char seed = 0;
    std::size_t limit = agi::wire::LineBuffer::default_limit;
    std::size_t fails_at = 0;
    bool hangs_up = false;
    bool early = false;  ///< Some bytes come before anybody has asked for them.
};

/// Gives the bytes in pieces and takes every line, but for one that fails.
class Stream {
  public:
    Stream(std::string_view bytes, StreamOptions options, OwnLines& lines)
        : bytes_{bytes},
          options_{options},
          pieces_{options.seed},
          buffer_{options.limit},
          lines_{&lines} {}

    bool read_line(std::string& line) {
        require(!ended_, "Session: reads no more after the end");
        while (!buffer_.next(line)) {
            if (bytes_.empty()) return end(line);
            take_piece();
        }
        lines_->receive(line);
        return true;
    }

    /// Nothing is there at first, every other time.
    bool wait_line(std::chrono::milliseconds time) {
        waited_ = !waited_;
        if (waited_) now_ += time;
        return !waited_;
    }

    Arrived read_arrived(std::string& line, bool ask_system) {
        const Arrived what = arrive(line, ask_system);
        if (what == Arrived::line) lines_->receive_unasked(line);
        if (what == Arrived::part) lines_->doubt();
        return what;
    }

    void write_line(std::string_view line) {
        require(!ended_ && !failed_, "Session: writes no more after the end");
        require(line.size() <= 8190, "Session: keeps the limit of the line");
        lines_->send(line, now_);
        if (++written_ != options_.fails_at) return;
        failed_ = true;
        if (options_.hangs_up) throw agi::AGISIGPIPEHangup({}, "the stream is closed");
        throw Broken{};
    }

    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept { return now_; }
    [[nodiscard]] bool over() const noexcept { return ended_ || failed_; }

  private:
    Arrived arrive(std::string& line, bool ask_system) {
        if (!options_.early) return Arrived::nothing;
        try {
            if (buffer_.next(line)) return Arrived::line;
            if (ask_system && pieces_.next(40) % 4 == 1) {
                if (bytes_.empty()) {
                    end(line);
                    return Arrived::end;
                }
                take_piece();
                if (buffer_.next(line)) return Arrived::line;
            }
        } catch (const agi::AGIUnknownError&) {
            lines_->doubt();
            throw;
        }
        return buffer_.rest().empty() ? Arrived::nothing : Arrived::part;
    }
    void take_piece() {
        char* const to = buffer_.prepare();
        const std::size_t size = pieces_.next(std::min(bytes_.size(), buffer_.room()));
        bytes_.copy(to, size);
        bytes_.remove_prefix(size);
        buffer_.commit(size);
    }
    bool end(std::string& line) {
        line.assign(buffer_.rest());
        ended_ = true;
        return false;
    }

    std::string_view bytes_;
    StreamOptions options_;
    Pieces pieces_;
    agi::wire::LineBuffer buffer_;
    OwnLines* lines_;
    std::chrono::steady_clock::time_point now_{std::chrono::hours{1}};
    std::size_t written_ = 0;
    bool ended_ = false;
    bool failed_ = false;
    bool waited_ = false;
};

using Session = agi::Session<Stream>;

/// A user of a session who does anything.
class User {
  public:
    User(Session& session, OwnLines& lines, bool asks)
        : session_{session}, lines_{lines}, asks_{asks} {}

    /// Runs one command, or whatever sends its request. False when the session is at its end.
    template <class Command, class Run>
    bool run(const Command& command, const Run& run) {
        OwnLines::Operation operation;
        operation.request = command.request().view();
        operation.may_ask = asks_ && !agi::wire::works_after_hangup<Command>::value;
        return step(std::move(operation), run);
    }

    /// What a session can do besides running a command.
    bool other(std::size_t which) {
        using namespace std::chrono_literals;
        switch (which % 8) {
            case 0: return send("GET VARIABLE \"X\"");
            case 1: return until(agi::StreamFile{"x"});
            case 2: return resync();
            case 3: {
                const agi::Secret wait{agi::WaitForDigit{}, true};
                return run(wait, [&] { session_.execute_within(wait, 0ms); });
            }
            case 4: return look();
            case 5: return until(agi::GetData{"x"});
            case 6: {
                const agi::Noop noop{"x"};
                return run(noop, [&] { session_.after_hangup([&](auto& rest) { rest(noop); }); });
            }
            default: return send("CHANNEL STATUS");
        }
    }

  private:
    bool send(const char* line) {
        OwnLines::Operation operation;
        operation.request = line;
        return step(std::move(operation), [&] { session_.send(line); });
    }
    template <class Command>
    bool until(const Command& command) {
        return run(command, [&] {
            session_.execute_until(command, [&] {
                lines_.stop();
                return true;
            });
        });
    }
    bool resync() {
        OwnLines::Operation operation;
        operation.resync = true;
        return step(std::move(operation), [&] {
            session_.resync();
            require(session_.in_step(), "Session: in step after resync");
        });
    }
    /// Works after the end, too.
    bool look() {
        OwnLines::Operation operation;
        operation.in_step = true;
        lines_.begin(operation);
        static_cast<void>(session_.hung_up());
        return !session_.stream().over();
    }

    template <class Run>
    bool step(OwnLines::Operation operation, const Run& run) {
        const bool over = session_.stream().over();
        const bool sends = !operation.request.empty();
        operation.in_step = session_.in_step();
        operation.owed = session_.state() == Conversation::State::awaiting;
        lines_.begin(std::move(operation));
        try {
            run();
            require(!over, "Session: nothing works after the end");
            const bool not_sent = sends && lines_.stopped() && !lines_.sent();
            require(not_sent || session_.state() == Conversation::State::ready,
                    "Session: ready after a reply");
            require(!sends || not_sent || lines_.sent(), "Session: one line, one reply");
            require(not_sent || !lines_.marked(), "Session: a mark is waited for");
        } catch (const agi::AGISIGPIPEHangup& error) {
            require(session_.stream().over(), "AGISIGPIPEHangup: the stream has ended");
            require(!error.request().empty(), "AGIException: carries the request");
            require(session_.state() == Conversation::State::closed, "Session: closed");
            require(session_.hung_up(), "AGISIGPIPEHangup: the session knows");
        } catch (const agi::AGIHangup& error) {
            require(session_.hung_up(), "AGIHangup: the session knows");
            require(!error.request().empty(), "AGIException: carries the request");
        } catch (const agi::AGIError& error) {
            require(!error.request().empty(), "AGIException: carries the request");
        } catch (const Broken&) {
            require(session_.state() == Conversation::State::out_of_step,
                    "Session: out of step after a line that may have been sent in part");
        }
        return !over;
    }

    Session& session_;
    OwnLines& lines_;
    bool asks_;
};

}  // namespace

void fuzz::session(std::string_view bytes) {
    Input input{bytes};
    OwnLines lines;
    agi::SessionOptions options;
    StreamOptions stream;
    // A bit of its own for each: the inputs of the corpus have 0 or 1 in most of these bytes.
    const unsigned kind = input.byte();
    if (kind % 2 == 1) {
        options.trace = [](agi::Direction, std::string_view line) {
            require(line.find('\n') == std::string_view::npos, "TraceHook: sees lines");
        };
    }
    if (kind / 2 % 2 == 1) options.hangup_policy = agi::HangupPolicy::throw_at_command;
    options.ask_after_failure = kind / 4 % 2 == 0;
    stream.early = kind / 8 % 2 == 1;
    options.on_hangup = [&lines](agi::HangupSource source) {
        require(source != agi::HangupSource::none, "on_hangup: says how");
        lines.hang_up();
    };
    if (input.flag()) options.reply_limit = 64;
    if (input.flag()) options.line_limit = 16;
    if (input.flag()) stream.limit = 40;
    stream.fails_at = input.below(64);
    stream.hangs_up = input.flag();
    std::size_t command = input.byte();
    stream.seed = input.byte();

    const bool asks = options.ask_after_failure;
    try {
        Session session{Stream{input.rest(), stream, lines}, std::move(options)};
        User user{session, lines, asks};
        bool goes_on = true;
        while (goes_on) {
            with_command(command++, [&](const auto& each) {
                goes_on = user.run(each, [&] { static_cast<void>(each(session)); });
            });
            goes_on = goes_on && user.other(command);
        }
    } catch (const agi::AGIException& error) {
        require(std::string_view{error.what()}.find("environment") != std::string_view::npos,
                "Session: its constructor complains of the environment only");
    }
}
