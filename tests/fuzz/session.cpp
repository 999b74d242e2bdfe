// SPDX-License-Identifier: MIT
// Any bytes from a server against a session that runs through every command: it ends in an
// exception that is documented, or finishes.

#include "commands.hpp"
#include "fuzz.hpp"
#include <agi/session/session.hpp>
#include <agi/wire/line_buffer.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace {

using agi::Conversation;
using fuzz::Pieces;
using fuzz::require;

struct Broken {};

/// Gives the bytes in pieces and takes every line, but for one that fails.
class Stream {
  public:
    Stream(std::string_view bytes, unsigned char seed, std::size_t limit, std::size_t fails_at,
           bool hangs_up)
        : bytes_{bytes}, pieces_{seed}, buffer_{limit}, fails_at_{fails_at}, hangs_up_{hangs_up} {}

    bool read_line(std::string& line) {
        require(!ended_, "Session: reads no more after the end");
        while (!buffer_.next(line)) {
            if (bytes_.empty()) {
                line.assign(buffer_.rest());
                ended_ = true;
                return false;
            }
            char* const to = buffer_.prepare();
            const std::size_t size = pieces_.next(std::min(bytes_.size(), buffer_.room()));
            bytes_.copy(to, size);
            bytes_.remove_prefix(size);
            buffer_.commit(size);
        }
        return true;
    }

    /// Nothing is there at first, every other time.
    bool wait_line(std::chrono::milliseconds /*time*/) {
        waited_ = !waited_;
        return !waited_;
    }

    void write_line(std::string_view line) {
        require(!ended_ && !failed_, "Session: writes no more after the end");
        require(line.find_first_of(std::string_view{"\n\0", 2}) == std::string_view::npos,
                "Session: writes one line");
        require(line.size() <= 8190, "Session: keeps the limit of the line");
        if (++written_ != fails_at_) return;
        failed_ = true;
        if (hangs_up_) throw agi::AGISIGPIPEHangup({}, "the stream is closed");
        throw Broken{};
    }

    [[nodiscard]] std::size_t written() const noexcept { return written_; }
    [[nodiscard]] bool over() const noexcept { return ended_ || failed_; }

  private:
    std::string_view bytes_;
    Pieces pieces_;
    agi::wire::LineBuffer buffer_;
    std::size_t fails_at_;
    bool hangs_up_;
    std::size_t written_ = 0;
    bool ended_ = false;
    bool failed_ = false;
    bool waited_ = false;
};

using Session = agi::Session<Stream>;

/// Runs one command, which sends so many lines. False when the session is at its end.
template <class Run>
bool step(Session& session, const Run& run, std::size_t least = 1, std::size_t most = 1) {
    const bool over = session.stream().over();
    const std::size_t written = session.stream().written();
    try {
        run();
        require(!over, "Session: nothing works after the end");
        require(session.state() == Conversation::State::ready, "Session: ready after a reply");
        require(session.stream().written() >= written + least, "Session: one line, one reply");
    } catch (const agi::AGISIGPIPEHangup& error) {
        require(session.stream().over(), "AGISIGPIPEHangup: the stream has ended");
        require(session.hung_up(), "AGISIGPIPEHangup: the session knows");
        require(!error.request().empty(), "AGIException: carries the request");
        require(session.state() == Conversation::State::closed, "Session: closed");
    } catch (const agi::AGIDeadChannelError&) {
        require(session.hung_up(), "AGIDeadChannelError: the session knows");
    } catch (const agi::AGIError& error) {
        require(!error.request().empty(), "AGIException: carries the request");
    } catch (const Broken&) {
        require(session.state() == Conversation::State::out_of_step,
                "Session: out of step after a line that may have been sent in part");
    }
    require(session.stream().written() <= written + most, "Session: no line of its own accord");
    return !over;
}

/// What a session can do besides running a command.
bool other_step(Session& session, std::size_t which) {
    using namespace std::chrono_literals;
    switch (which % 4) {
        case 0: return step(session, [&] { session.send("GET VARIABLE \"X\""); });
        case 1:
            return step(
                session, [&] { session.execute_until(agi::StreamFile{"x"}, [] { return true; }); },
                1, 2);
        case 2:
            return step(session, [&] {
                session.resync();
                require(session.in_step(), "Session: in step after resync");
            });
        default:
            return step(session, [&] {
                session.execute_within(agi::Secret{agi::WaitForDigit{}, true}, 0ms);
            });
    }
}

}  // namespace

void fuzz::session(std::string_view bytes) {
    Input input{bytes};
    agi::SessionOptions options;
    std::size_t lines = 0;
    if (input.flag()) {
        options.trace = [&lines](agi::Direction, std::string_view line) {
            require(line.find('\n') == std::string_view::npos, "TraceHook: sees lines");
            ++lines;
        };
    }
    if (input.flag()) options.reply_limit = 64;
    if (input.flag()) options.line_limit = 16;
    const std::size_t limit = input.flag() ? 40 : agi::wire::LineBuffer::default_limit;
    const std::size_t fails_at = input.below(64);
    const bool hangs_up = input.flag();
    std::size_t command = input.byte();
    const unsigned char seed = input.byte();

    try {
        Session session{Stream{input.rest(), seed, limit, fails_at, hangs_up}, std::move(options)};
        bool goes_on = true;
        while (goes_on) {
            with_command(command++, [&](const auto& each) {
                goes_on = step(session, [&] { static_cast<void>(each(session)); });
            });
            goes_on = goes_on && other_step(session, command);
        }
    } catch (const agi::AGIException& error) {
        require(std::string_view{error.what()}.find("environment") != std::string_view::npos,
                "Session: its constructor complains of the environment only");
    }
}
