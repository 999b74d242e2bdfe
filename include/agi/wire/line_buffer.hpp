// SPDX-License-Identifier: MIT
#pragma once
// Bytes to lines, with a bound on the length of a line. Opt-in: for streams.

#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace wire {

/// Collects bytes as they come and hands out whole lines.
///
///     while (!buffer.next(line)) buffer.commit(read(fd, buffer.prepare(), buffer.room()));
class LineBuffer {
  public:
    static constexpr std::size_t default_limit = std::size_t{1} << 20U;
    static constexpr std::size_t default_size = 4096;

    /// `limit`: the longest line, in bytes, without its LF. `size`: room for bytes at first.
    explicit LineBuffer(std::size_t limit = default_limit, std::size_t size = default_size)
        : limit_{limit}, initial_size_{size} {}

    /// The same as the next one, with a copy of the line.
    bool next(std::string& line) {
        std::string_view view;
        if (!next(view)) return false;
        line.clear();
        line.append(view);  // less work than assign
        return true;
    }

    /// Sets `line` to the next line, without its LF: a view until `prepare`. False when more bytes
    /// are needed.
    ///
    /// @throws AGIUnknownError  the line is longer than the limit; what comes up to its LF is
    ///                          dropped, and the next call begins behind it
    bool next(std::string_view& line) {
        if (begin_ == end_) return false;
        const char* begin = storage_.data + begin_;
        const char* const lf = find_lf();
        if (lf == nullptr) return keep_part();
        const auto size = static_cast<std::size_t>(lf - begin);
        begin_ += size + 1;
        scanned_ = 0;
        if (skipping_ || size > limit_) return skip(line);
        line = {begin, size};
        return true;
    }

    /// Where to put the next bytes. At least one fits.
    char* prepare() {
        if (begin_ == end_) clear();
        if (end_ == storage_.size) {
            if (begin_ > 0) {
                std::memmove(storage_.data, storage_.data + begin_, end_ - begin_);
                end_ -= begin_;
                begin_ = 0;
            } else {
                grow();
            }
        }
        return storage_.data + end_;
    }
    [[nodiscard]] std::size_t room() const noexcept { return storage_.size - end_; }
    /// That many bytes were put there.
    void commit(std::size_t size) noexcept { end_ += size; }

    void append(std::string_view bytes) {
        while (!bytes.empty()) {
            char* const to = prepare();
            const std::string_view part = bytes.substr(0, room());
            std::memcpy(to, part.data(), part.size());
            commit(part.size());
            bytes.remove_prefix(part.size());
        }
    }

    /// Gives back the memory, if nothing is in it.
    void release() {
        if (begin_ != end_) return;
        clear();
        storage_ = Storage{};
    }

    /// Whether `next` has a line, or something to say.
    [[nodiscard]] bool ready() noexcept {
        const char* lf = find_lf();
        if (skipping_) {
            if (lf == nullptr) {
                clear();
                return false;
            }
            begin_ = static_cast<std::size_t>(lf - storage_.data) + 1;
            scanned_ = 0;
            skipping_ = false;
            lf = find_lf();
        }
        return lf != nullptr || scanned_ > limit_;
    }

    /// From now on, the longest line.
    void limit(std::size_t bytes) noexcept { limit_ = bytes; }

    /// Whether the last bytes filled all the room there was: more may wait where they came from.
    [[nodiscard]] bool filled() const noexcept { return end_ != 0 && end_ == storage_.size; }

    /// Whether nothing is here, and nothing is known to wait where the last bytes came from.
    [[nodiscard]] bool idle() const noexcept { return begin_ == end_ && end_ != storage_.size; }

    /// The bytes after the last whole line.
    [[nodiscard]] std::string_view rest() const noexcept {
        return {storage_.data + begin_, end_ - begin_};
    }

  private:
    /// Memory that nobody fills with zeros, as a string does; <memory> is too much for this.
    struct Storage {
        char* data = nullptr;
        std::size_t size = 0;

        Storage() = default;
        explicit Storage(std::size_t bytes) : data{new char[bytes]}, size{bytes} {}
        Storage(const Storage& other) : Storage{other.size} {
            if (size > 0) std::memcpy(data, other.data, size);
        }
        Storage(Storage&& other) noexcept
            : data{std::exchange(other.data, nullptr)}, size{std::exchange(other.size, 0)} {}
        Storage& operator=(const Storage& other) { return *this = Storage{other}; }
        Storage& operator=(Storage&& other) noexcept {
            std::swap(data, other.data);
            std::swap(size, other.size);
            return *this;
        }
        ~Storage() { delete[] data; }
    };

    /// The next LF. If there is none, all bytes are known to be others.
    const char* find_lf() noexcept {
        if (begin_ == end_) return nullptr;
        const char* const begin = storage_.data + begin_;
        const auto* const lf =
            static_cast<const char*>(std::memchr(begin + scanned_, '\n', end_ - begin_ - scanned_));
        if (lf == nullptr) scanned_ = end_ - begin_;
        return lf;
    }

    // These are rare: out of line, the others stay short.

    [[gnu::noinline]] void grow() {
        Storage larger{storage_.size == 0 ? initial_size_ : storage_.size * 2};
        if (end_ > 0) std::memcpy(larger.data, storage_.data, end_);
        storage_ = std::move(larger);
    }
    /// There is no LF yet: more bytes are needed.
    [[gnu::noinline]] bool keep_part() {
        if (!skipping_ && scanned_ <= limit_) return false;
        clear();
        if (!skipping_) {
            skipping_ = true;
            too_long();
        }
        return false;
    }
    /// The line that has just ended is longer than the limit, or the end of such a line.
    [[gnu::noinline]] bool skip(std::string_view& line) {
        if (!skipping_) too_long();
        skipping_ = false;
        return next(line);
    }
    [[noreturn]] void too_long() const {
        throw AGIUnknownError({},
                              joined({"a line is longer than ", std::to_string(limit_), " bytes"}));
    }
    void clear() noexcept { begin_ = end_ = scanned_ = 0; }

    std::size_t limit_;
    std::size_t initial_size_;
    Storage storage_{};
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t scanned_ = 0;  ///< Bytes from `begin_` that hold no LF.
    bool skipping_ = false;
};

}}}  // namespace agi::v0::wire
