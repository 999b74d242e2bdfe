// SPDX-License-Identifier: MIT
#pragma once
// Takes descriptors out of the hands of children that are forked.

#include <agi/version.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <limits>
#include <mutex>
#include <new>

namespace agi { inline namespace v0 { namespace wire {

/// Where nothing comes from, and everything may go to. Async-signal-safe.
class Nowhere {
  public:
    Nowhere() noexcept = default;
    Nowhere(const Nowhere&) = delete;
    Nowhere& operator=(const Nowhere&) = delete;
    ~Nowhere() {
        if (fd_ >= 0) ::close(fd_);
    }

    /// Leads the descriptor here. Where the process has no descriptor left for that, it is closed.
    void take(int fd) noexcept {
        if (fd_ < 0) {
            ::close(fd);
            fd_ = open();
        } else if (fd_ == fd) {  // it is when `fd` was not open
            fd_ = open();
        } else if (::dup3(fd_, fd, fd > STDERR_FILENO ? O_CLOEXEC : 0) < 0) {
            ::close(fd);
        }
    }

  private:
    static int open() noexcept { return ::open("/dev/null", O_RDWR | O_CLOEXEC); }

    int fd_ = open();
};

/// Makes the descriptor one that says nothing and takes everything. Async-signal-safe.
inline void point_nowhere(int fd) noexcept { Nowhere{}.take(fd); }

/// A bit for each of so many descriptors: more than most processes may have.
struct DescriptorBlock {
    using Word = unsigned long;  // the widest that every machine has without a lock
    static constexpr int word_bits = std::numeric_limits<Word>::digits;
    static constexpr int size = 65536;

    [[nodiscard]] bool has(int fd) const noexcept { return fd >= first && fd - first < size; }
    void set(int fd) noexcept { word(fd) |= bit(fd); }
    void clear(int fd) noexcept { word(fd) &= ~bit(fd); }

    /// Clears all, and calls `visit` with each that was set.
    template <class Visitor>
    void take_all(const Visitor& visit) noexcept {
        int fd = first;
        for (std::atomic<Word>& word : words_) {
            const Word set = word.exchange(0);
            for (int i = 0; i < word_bits && set != 0; ++i) {
                if ((set >> i & 1U) != 0) visit(fd + i);
            }
            fd += word_bits;
        }
    }

    int first = 0;
    std::atomic<DescriptorBlock*> next{nullptr};

  private:
    static constexpr Word bit(int fd) noexcept { return Word{1} << (fd % word_bits); }
    [[nodiscard]] std::atomic<Word>& word(int fd) noexcept {
        return words_[static_cast<std::size_t>((fd - first) / word_bits)];
    }

    static_assert(std::atomic<Word>::is_always_lock_free,
                  "a forked child must not wait for a lock");
    std::array<std::atomic<Word>, size / word_bits> words_{};
};

/// Descriptors that a forked child shall not have. Close-on-exec is for children that run another
/// program; one that is only forked has a copy of each pipe and socket, and Asterisk waits until the
/// last copy is closed. A copy of these points nowhere as soon as the child runs.
///
/// Not after vfork() and clone(), whose children run another program at once or know what they do.
class NotInChildren {
  public:
    /// Adds the descriptor that `make()` returns, if it is one. No child is forked meanwhile, so that
    /// none has it: `make` must not wait.
    template <class Make>
    static int made(const Make& make) noexcept {
        watch_forks();
        const std::lock_guard<std::mutex> lock{forking_};
        const int fd = make();
        if (fd >= 0) add_to_block(fd);
        return fd;
    }
    static void add(int fd) noexcept {
        made([fd] { return fd; });
    }
    /// Must be called before it is closed: another one may have its number at once.
    static void remove(int fd) noexcept {
        if (fd < 0) return;
        for (Block* block = &first_; block != nullptr; block = block->next) {
            if (block->has(fd)) block->clear(fd);
        }
    }

  private:
    using Block = DescriptorBlock;

    static void watch_forks() noexcept {
        static const int watched = ::pthread_atfork(&lock, &unlock, &let_go);
        static_cast<void>(watched);
    }

    /// Under the lock. Where there is no memory for one more block, children have the descriptor.
    static void add_to_block(int fd) noexcept {
        Block* block = &first_;
        while (!block->has(fd)) {
            if (block->next == nullptr) {
                auto* const more = new (std::nothrow) Block;
                if (more == nullptr) return;
                more->first = block->first + Block::size;
                block->next = more;
            }
            block = block->next;
        }
        block->set(fd);
    }

    static void lock() noexcept { forking_.lock(); }
    static void unlock() noexcept { forking_.unlock(); }

    /// In the child. What it opens under these numbers is its own.
    static void let_go() noexcept {
        Nowhere nowhere;
        for (Block* block = &first_; block != nullptr; block = block->next) {
            block->take_all([&nowhere](int fd) { nowhere.take(fd); });
        }
        unlock();
    }

    static inline std::mutex forking_;  ///< Nothing is waited for while it is held.
    static inline Block first_{};
};

}}}  // namespace agi::v0::wire
