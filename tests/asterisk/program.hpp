// SPDX-License-Identifier: MIT
#pragma once
// A program that AGI() runs, written next to the test that makes the call. The test program is also
// this program: AGI(agi_live_tests,<name>,<report file>).

#include "report.hpp"
#include <agi/agi.hpp>
#include <agi/stream/stdio_stream.hpp>

#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace live {

using Session = agi::Session<agi::StdioStream>;

/// It reports what the library made of Asterisk's replies.
class Program {
  public:
    using Body = void (*)(Session& session, ReportWriter& report);

    Program(std::string name, Body body) : name_{std::move(name)} {
        if (!all().emplace(name_, body).second) {
            throw std::logic_error{"two live programs are called " + name_};
        }
    }

    [[nodiscard]] const std::string& name() const { return name_; }

    /// The caller has hung up, and SIGHUP came.
    static bool caller_gone() { return sighup() != 0; }

    /// Runs the one that the call asks for; the exit status.
    static int run() {
        // Unhandled, the signal would end the program.
        std::signal(SIGHUP, [](int) { sighup() = 1; });
        try {
            Session session{agi::StdioStream{}};
            const auto& call = session.environment();
            ReportWriter report{std::string{call.argument(2).value()}};
            try {
                all().at(std::string{call.argument(1).value()})(session, report);
            } catch (const std::exception& error) {
                report("error", error.what());
                return 1;
            }
        } catch (const std::exception&) {
            return 2;
        }
        return 0;
    }

  private:
    static volatile std::sig_atomic_t& sighup() {
        static volatile std::sig_atomic_t came = 0;
        return came;
    }
    static std::map<std::string, Body>& all() {
        static std::map<std::string, Body> programs;
        return programs;
    }

    std::string name_;
};

/// The key, `none`, or what else there is not.
inline std::string key_name(const std::optional<char>& key) {
    return key ? std::string(1, *key) : std::string{"none"};
}

/// Reports how an action ended: `done`, or the exception that it threw.
template <class Action>
void attempt(ReportWriter& report, const std::string& name, Action action) {
    const auto failed = [&](std::string_view type, const agi::AGIException& error) {
        report(name, type);
        report(name + ".what", error.what());
    };
    try {
        action();
        report(name, "done");
    } catch (const agi::AGIDBError& error) {
        failed("AGIDBError", error);
    } catch (const agi::AGIAppError& error) {
        failed("AGIAppError", error);
    } catch (const agi::AGIArgumentError& error) {
        failed("AGIArgumentError", error);
    } catch (const agi::AGIDeadChannelError& error) {
        failed("AGIDeadChannelError", error);
    } catch (const agi::AGIInvalidCommandError& error) {
        failed("AGIInvalidCommandError", error);
    } catch (const agi::AGIUsageError& error) {
        failed("AGIUsageError", error);
    } catch (const agi::AGIResultHangup& error) {
        failed("AGIResultHangup", error);
    } catch (const agi::AGIHangup& error) {
        failed("AGIHangup", error);
    } catch (const agi::AGIException& error) {
        failed("AGIException", error);
    }
}

/// The same, and the key that a command's result is.
template <class Command>
void reported_key(Session& session, ReportWriter& report, const std::string& name,
                  const Command& command) {
    attempt(report, name, [&] { report(name + ".key", key_name(command(session))); });
}

/// The same, for a command that tells where it stopped too.
template <class Command>
void reported_prompt(Session& session, ReportWriter& report, const std::string& name,
                     const Command& command) {
    attempt(report, name, [&] {
        const auto played = command(session);
        report(name + ".key", key_name(played.digit));
        report(name + ".endpos", played.endpos.samples);
    });
}

/// Lets the test look at the call while it is as it is. The test goes on with `Call::meanwhile`.
inline void wait_for_test(Session& session) {
    agi::WaitForDigit{std::chrono::seconds{10}}(session);
}

}  // namespace live

/// Begins a program: a function with a `session` and a `report`, and a Program of that name.
#define LIVE_PROGRAM(name)                                               \
    void run_##name(live::Session& session, live::ReportWriter& report); \
    const live::Program name{#name, run_##name};                         \
    void run_##name([[maybe_unused]] live::Session& session,             \
                    [[maybe_unused]] live::ReportWriter& report)
