// SPDX-License-Identifier: MIT
#pragma once
// What a server counts.

#include <agi/version.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

/// How a call ended for the server.
enum class Outcome : unsigned char {
    success,    ///< The handler returned.
    hung_up,    ///< An exception left the handler, and the caller had hung up.
    failed,     ///< An exception left the handler.
    stopped,    ///< The server stopped before the handler was done.
    not_found,  ///< No route.
    busy,       ///< Over a limit.
    stopping,   ///< Came while the server was stopping.
};

/// A copy of a histogram of durations.
struct Durations {
    /// The upper bounds of all buckets but the last.
    static constexpr std::array<std::chrono::microseconds, 14> bounds{{
        std::chrono::microseconds{100},
        std::chrono::microseconds{500},
        std::chrono::milliseconds{1},
        std::chrono::milliseconds{5},
        std::chrono::milliseconds{10},
        std::chrono::milliseconds{50},
        std::chrono::milliseconds{100},
        std::chrono::milliseconds{500},
        std::chrono::seconds{1},
        std::chrono::seconds{5},
        std::chrono::seconds{10},
        std::chrono::minutes{1},
        std::chrono::minutes{5},
        std::chrono::minutes{30},
    }};
    std::array<std::uint64_t, bounds.size() + 1> buckets{};  ///< Each alone, not added up.
    std::chrono::microseconds sum{0};

    [[nodiscard]] std::uint64_t count() const noexcept {
        std::uint64_t all = 0;
        for (const std::uint64_t bucket : buckets) all += bucket;
        return all;
    }
};

/// A copy of the counters: since the server was made, apart from `active` and `connections`.
struct Counts {
    std::uint64_t accepted = 0;     ///< Connections, whatever became of them.
    std::uint64_t connections = 0;  ///< Open now.
    std::uint64_t active = 0;       ///< Calls in a handler now.
    std::uint64_t calls = 0;        ///< Calls that have sent their environment.
    std::uint64_t refused = 0;      ///< Of these: busy or stopping. And addresses not admitted.
    std::uint64_t not_found = 0;    ///< Of these: no route.
    std::uint64_t failed = 0;       ///< Of these: an exception left the handler.
    std::uint64_t hung_up = 0;      ///< Of these: ended by a hang-up.
    std::uint64_t stopped = 0;      ///< Of these: ended because the server stopped.
    std::uint64_t no_calls = 0;     ///< Connections that closed, or said no environment in time.
    std::uint64_t checks = 0;       ///< Connections that asked for the server's health.
    std::uint64_t commands = 0;     ///< Replies that came.
    Durations command_times;        ///< From the request to its reply: what Asterisk takes.
    Durations call_times;           ///< From the environment to the end of the handler.
};

/// The counters themselves. All threads may count at once.
class Counters {
  public:
    class Histogram {
      public:
        void add(std::chrono::nanoseconds time) noexcept {
            std::size_t bucket = 0;
            while (bucket < Durations::bounds.size() && time > Durations::bounds[bucket]) ++bucket;
            buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
            sum_.fetch_add(std::chrono::duration_cast<std::chrono::microseconds>(time).count(),
                           std::memory_order_relaxed);
        }
        [[nodiscard]] Durations copy() const noexcept {
            Durations copy;
            for (std::size_t i = 0; i < buckets_.size(); ++i) {
                copy.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
            }
            copy.sum = std::chrono::microseconds{sum_.load(std::memory_order_relaxed)};
            return copy;
        }

      private:
        std::array<std::atomic<std::uint64_t>, Durations::bounds.size() + 1> buckets_{};
        std::atomic<std::chrono::microseconds::rep> sum_{0};
    };
    using Counter = std::atomic<std::uint64_t>;

    static void count(Counter& counter) noexcept {
        counter.fetch_add(1, std::memory_order_relaxed);
    }

    void ended(Outcome outcome) noexcept {
        switch (outcome) {
            case Outcome::success: break;
            case Outcome::hung_up: count(hung_up); break;
            case Outcome::failed: count(failed); break;
            case Outcome::stopped: count(stopped); break;
            case Outcome::not_found: count(not_found); break;
            case Outcome::busy:
            case Outcome::stopping: count(refused);
        }
    }

    [[nodiscard]] Counts copy() const noexcept {
        Counts copy;
        copy.accepted = accepted;
        copy.connections = connections;
        copy.active = active;
        copy.calls = calls;
        copy.refused = refused;
        copy.not_found = not_found;
        copy.failed = failed;
        copy.hung_up = hung_up;
        copy.stopped = stopped;
        copy.no_calls = no_calls;
        copy.checks = checks;
        copy.command_times = command_times.copy();
        copy.commands = copy.command_times.count();
        copy.call_times = call_times.copy();
        return copy;
    }

    Counter accepted{0};
    Counter connections{0};
    Counter active{0};
    Counter calls{0};
    Counter refused{0};
    Counter not_found{0};
    Counter failed{0};
    Counter hung_up{0};
    Counter stopped{0};
    Counter no_calls{0};
    Counter checks{0};
    Histogram command_times;
    Histogram call_times;
};

/// One more while it lives.
class Gauge {
  public:
    Gauge() noexcept = default;
    explicit Gauge(Counters::Counter& counter) noexcept : counter_{&counter} { ++counter; }
    /// Nothing if there are that many already.
    static std::optional<Gauge> below(std::uint64_t limit, Counters::Counter& counter) noexcept {
        // Never over the limit, not even for a moment: another thread would be refused for it.
        std::uint64_t now = counter;
        do {
            if (now >= limit) return std::nullopt;
        } while (!counter.compare_exchange_weak(now, now + 1));
        Gauge one;
        one.counter_ = &counter;
        return one;
    }
    Gauge(Gauge&& other) noexcept : counter_{std::exchange(other.counter_, nullptr)} {}
    Gauge& operator=(Gauge&& other) noexcept {
        std::swap(counter_, other.counter_);
        return *this;
    }
    Gauge(const Gauge&) = delete;
    Gauge& operator=(const Gauge&) = delete;
    ~Gauge() {
        if (counter_ != nullptr) --*counter_;
    }

  private:
    Counters::Counter* counter_ = nullptr;
};

}}}}  // namespace agi::v0::fastagi::AGI_NET
