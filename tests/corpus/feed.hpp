// SPDX-License-Identifier: MIT
#pragma once
// Asterisk's side of a recorded or invented dialogue, in memory, in pieces of any size.

#include <agi/stream/line_stream.hpp>
#include <agi/wire/error.hpp>
#include <agi/wire/line_buffer.hpp>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace corpus {

/// How many bytes come at once.
enum class Delivery { whole, lines, bytes };

inline constexpr Delivery deliveries[] = {Delivery::whole, Delivery::lines, Delivery::bytes};

/// Bytes on their way into a LineBuffer.
class Pipe {
  public:
    explicit Pipe(Delivery delivery) : delivery_{delivery} {}

    void add(std::string_view text) { text_ += text; }

    /// Moves the next piece into the buffer. False when there is none.
    bool pump(agi::wire::LineBuffer& buffer) {
        std::size_t left = piece();
        if (left == 0) return false;
        while (left > 0) {
            char* const room = buffer.prepare();
            const std::size_t size = left < buffer.room() ? left : buffer.room();
            std::memcpy(room, text_.data() + begin_, size);
            buffer.commit(size);
            begin_ += size;
            left -= size;
        }
        return true;
    }

    [[nodiscard]] bool empty() const { return begin_ == text_.size(); }

  private:
    [[nodiscard]] std::size_t piece() const {
        const std::size_t left = text_.size() - begin_;
        if (left == 0 || delivery_ == Delivery::whole) return left;
        if (delivery_ == Delivery::bytes) return 1;
        const std::size_t lf = text_.find('\n', begin_);
        return lf == std::string::npos ? left : lf + 1 - begin_;
    }

    Delivery delivery_;
    std::string text_;
    std::size_t begin_ = 0;
};

/// Whether a line is one by which a session finds out which replies are its own.
inline bool is_mark(std::string_view line) {
    return line.substr(0, 28) == "GET FULL VARIABLE \"agi-mark-";
}
inline std::string echo_of(std::string_view mark) {
    return "200 result=1 (" + std::string{mark.substr(19, mark.size() - 20)} + ")\n";
}

/// A LineStream. `texts[0]` is there from the beginning, each of the others from a request on;
/// behind the last of them the stream is closed.
class Feed {
  public:
    Feed(std::vector<std::string> texts, Delivery delivery)
        : texts_{std::move(texts)}, pipe_{delivery} {
        pipe_.add(texts_.at(0));
    }

    bool read_line(std::string& line) {
        while (!buffer_.next(line)) {
            if (pipe_.pump(buffer_)) continue;
            line.assign(buffer_.rest());
            return false;
        }
        return true;
    }

    /// All that is there has come.
    agi::Arrived read_arrived(std::string& line, bool /*ask_system*/) {
        while (!buffer_.next(line)) {
            if (pipe_.pump(buffer_)) continue;
            return buffer_.rest().empty() ? agi::Arrived::nothing : agi::Arrived::part;
        }
        return agi::Arrived::line;
    }

    /// The `n`-th request, counted from 1, does not get through.
    void break_at(std::size_t n) { broken_at_ = n; }

    /// A mark is answered, and is no request of the recording.
    void write_line(std::string_view line) {
        if (is_mark(line)) return pipe_.add(echo_of(line));
        sent_.emplace_back(line);
        if (sent_.size() == broken_at_) throw agi::AGISIGPIPEHangup({}, "broken pipe");
        if (sent_.size() < texts_.size()) pipe_.add(texts_[sent_.size()]);
    }

    /// The lines that were written.
    [[nodiscard]] const std::vector<std::string>& sent() const { return sent_; }

    /// What nobody has read.
    [[nodiscard]] std::string unread() {
        while (pipe_.pump(buffer_)) {
        }
        return std::string{buffer_.rest()};
    }

  private:
    std::vector<std::string> texts_;
    std::vector<std::string> sent_;
    std::size_t broken_at_ = 0;
    Pipe pipe_;
    agi::wire::LineBuffer buffer_;
};

}  // namespace corpus
