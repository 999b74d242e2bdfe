// SPDX-License-Identifier: MIT
#pragma once
// One run of a rehearsal.

#include <agi/stream/hangup_source.hpp>
#include <agi/testing/rehearsal_options.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/testing/simulator/unsimulated.hpp>
#include <agi/version.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Ends a script that goes on and on. No std::exception, which it might swallow.
struct GoesOn {};

/// A stream that ends scripts which never do.
class RehearsalStream : public SimulatedStream {
  public:
    RehearsalStream(Asterisk& asterisk, const RehearsalOptions& options, int step)
        : SimulatedStream{asterisk, options.sighup},
          asterisk_{&asterisk},
          left_{step + options.most_commands},
          looks_left_{looks * (step + options.most_commands)} {}

    bool read_line(std::string& line) {
        count(looks_left_);
        return SimulatedStream::read_line(line);
    }
    Arrived read_arrived(std::string& line, bool ask_system) {
        count(looks_left_);
        return SimulatedStream::read_arrived(line, ask_system);
    }
    void write_line(std::string_view line) {
        count(left_);
        SimulatedStream::write_line(line);
    }
    [[nodiscard]] HangupSource hangup_source() {
        count(looks_left_);
        return SimulatedStream::hangup_source();
    }

  private:
    /// Lines that may be read for each command: those of the environment are among them.
    static constexpr int looks = 100;
    /// A script that has swallowed this many ends of its call swallows all of them.
    static constexpr int most_ends = 1000;

    void count(int& left) {
        if (--left >= 0) return;
        asterisk_->note_stuck();
        if (left < -most_ends) {
            std::fputs("agi: the rehearsed script goes on and on, and swallows every exception\n",
                       stderr);
            std::abort();
        }
        throw GoesOn{};
    }

    Asterisk* asterisk_;
    int left_;
    int looks_left_;
};

/// Makes the call once: `make_call` gets its stream. What is wrong with it.
template <class MakeCall>
std::string rehearse_once(Asterisk& asterisk, const MakeCall& make_call,
                          const RehearsalOptions& options, const Run& run) {
    const auto left_by = [&](const std::exception& error) -> std::string {
        const bool gone = run.loss != Loss::none || asterisk.channel.hung_up();
        if (gone && options.may_throw(std::current_exception())) return {};
        return std::string{"an exception leaves the script: "} + error.what();
    };
    std::string problem;
    try {
        make_call(RehearsalStream{asterisk, options, run.step});
    } catch (const WouldHang& error) {
        return std::string{"the script hangs: "} + error.what();
    } catch (const GoesOn&) {
        return "the script goes on and on";
    } catch (const std::exception& error) {
        problem = left_by(error);
    } catch (...) {
        problem = "something that is no std::exception leaves the script";
    }
    if (problem.empty() && asterisk.stuck()) problem = "the script hangs, and swallows WouldHang";
    if (problem.empty()) problem = swallowed(asterisk);
    if (problem.empty() && options.work_done && !options.work_done(asterisk, run)) {
        problem = "work is left undone";
    }
    return problem;
}

}}}  // namespace agi::v0::testing::simulator
