// SPDX-License-Identifier: MIT
#pragma once
// The other end of a connection that is none: what a SimulatedSocket leads to, in virtual time.

#include <agi/testing/simulated_stream.hpp>
#include <agi/version.hpp>
#include <agi/wire/error.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace testing {

/// What a program talks to through bytes. What a member throws is thrown by the program's operation.
class FarEnd {
  public:
    using Time = std::chrono::steady_clock::time_point;

    FarEnd() = default;
    FarEnd(const FarEnd&) = delete;
    FarEnd& operator=(const FarEnd&) = delete;
    virtual ~FarEnd() = default;

    /// Takes bytes of the program. False: it is closed.
    virtual bool give(std::string_view bytes) = 0;

    /// Adds what there is to read to `bytes`. False: nothing, and nothing will come. No time passes.
    virtual bool take(std::string& bytes) = 0;

    /// Lets time pass until there is something to take, or the end; false: not before `until`.
    virtual bool wait(std::optional<Time> until) = 0;

    /// Virtual time.
    [[nodiscard]] virtual Time now() const = 0;
};

/// A LineStream that leads to a simulated Asterisk, as a far end.
template <class LineStream = SimulatedStream>
class LineEnd : public FarEnd {
  public:
    explicit LineEnd(LineStream stream) : stream_{std::move(stream)} {}

    bool give(std::string_view bytes) override {
        written_ += bytes;
        const std::size_t size = written_.rfind('\n');
        if (size == std::string::npos) return true;
        const std::string lines = written_.substr(0, size);
        written_.erase(0, size + 1);
        try {
            stream_.write_line(lines);
        } catch (const AGISIGPIPEHangup&) {
            return false;
        }
        return true;
    }

    bool take(std::string& bytes) override {
        bytes += std::exchange(waiting_, {});
        std::string line;
        for (;;) {
            switch (stream_.read_arrived(line, true)) {
                case Arrived::line: (bytes += line) += '\n'; break;
                case Arrived::end: return !bytes.empty();
                default: return true;
            }
        }
    }

    bool wait(std::optional<Time> until) override {
        if (!waiting_.empty()) return true;
        if (until) {
            const auto time = std::chrono::ceil<std::chrono::milliseconds>(*until - now());
            return stream_.wait_line(std::max(time, std::chrono::milliseconds{0}));
        }
        std::string line;
        if (stream_.read_line(line)) waiting_ = line + '\n';
        return true;
    }

    [[nodiscard]] Time now() const override { return stream_.now(); }

  private:
    LineStream stream_;
    std::string written_;  ///< Part of a line.
    std::string waiting_;  ///< Read, and not taken.
};

}}}  // namespace agi::v0::testing
