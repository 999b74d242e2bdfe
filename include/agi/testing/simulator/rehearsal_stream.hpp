// SPDX-License-Identifier: MIT
#pragma once
// One run of a rehearsal.

#include <agi/session/session.hpp>
#include <agi/testing/rehearsal_options.hpp>
#include <agi/testing/simulated_stream.hpp>
#include <agi/version.hpp>

#include <exception>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// A stream that ends scripts which never do.
class RehearsalStream : public SimulatedStream {
  public:
    RehearsalStream(Asterisk& asterisk, const RehearsalOptions& options, int step)
        : SimulatedStream{asterisk, options.sighup},
          asterisk_{&asterisk},
          left_{step + options.most_commands} {}

    void write_line(std::string_view line) {
        if (--left_ < 0) {
            asterisk_->note_stuck();
            throw WouldHang{"the script goes on and on"};
        }
        SimulatedStream::write_line(line);
    }

  private:
    Asterisk* asterisk_;
    int left_;
};

/// Runs the script once; what is wrong with it.
template <class Script>
std::string rehearse_once(Asterisk& asterisk, Script& script, const RehearsalOptions& options,
                          const Run& run) {
    const auto left_by = [&](const std::exception& error) -> std::string {
        const bool gone = run.loss != Loss::none || asterisk.channel.hung_up();
        if (gone && options.may_throw(std::current_exception())) return {};
        return std::string{"an exception leaves the script: "} + error.what();
    };
    std::string problem;
    try {
        Session session{RehearsalStream{asterisk, options, run.step}};
        script(session);
    } catch (const WouldHang& error) {
        return std::string{"the script hangs: "} + error.what();
    } catch (const std::exception& error) {
        problem = left_by(error);
    } catch (...) {
        problem = "something that is no std::exception leaves the script";
    }
    if (problem.empty() && asterisk.stuck()) problem = "the script hangs, and swallows WouldHang";
    if (problem.empty() && options.work_done && !options.work_done(asterisk, run)) {
        problem = "work is left undone";
    }
    return problem;
}

}}}  // namespace agi::v0::testing::simulator
