// SPDX-License-Identifier: MIT
// The program that the tests of the process/ headers call, as AGI(agi_live_process,<what it
// does>,<report file>,...). It stands alone, as its standard streams and its end matter.

#include "../end_of_call.hpp"
#include "../flows.hpp"
#include "../report.hpp"
#include <agi/agi.hpp>
#include <agi/process/eagi_audio.hpp>
#include <agi/process/run.hpp>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

using namespace std::chrono_literals;
using agi::ProcessSession;
using live::ReportWriter;

namespace {

std::string argument(const ProcessSession& session, int number) {
    return std::string{session.environment().argument(number).value_or("")};
}

// --- The guard -------------------------------------------------------------------------------

void junk(ProcessSession& session, ReportWriter& report) {
    std::atomic<bool> playing{true};
    int lines = 0;
    const auto print = [&lines] {
        std::printf("STREAM FILE junk %d\n", lines);
        std::cout << "HANGUP junk " << lines << '\n';
        lines += 2;
    };
    while (lines < 5000) print();
    std::thread library{[&] {
        while (lines < 10000 || playing) {
            print();
            if (lines > 10000) std::this_thread::sleep_for(10ms);
        }
    }};
    const auto played = agi::StreamFile{"beep"}(session);
    playing = false;
    library.join();
    std::fflush(stdout);
    std::cout.flush();
    report("child", std::system("echo ANSWER junk of a child"));
    report("endpos", played.endpos.samples > 0);
    agi::SetVariable{"AFTER", "its own"}(session);
    report("after", agi::GetVariable{"AFTER"}(session).value_or("unset"));
    report("in_step", session.in_step());
}

// --- Children --------------------------------------------------------------------------------

/// Starts something that runs until the test reads what it writes, in one of the ways that there are, and
/// ends.
void leave_a_child(ProcessSession& session, ReportWriter& report) {
    const std::string way = argument(session, 4);
    const std::string leash = argument(session, 5);
    const auto write = [&] {
        std::ofstream{leash} << way << '\n';
        ::_exit(0);
    };
    std::string script = "echo " + way + " > " + leash;
    std::fflush(nullptr);
    if (way == "system") {
        report("system", std::system((script + " &").c_str()));
    } else if (way == "popen") {
        report("popen", ::popen(script.c_str(), "r") != nullptr);
    } else if (way == "exec") {
        if (::fork() == 0) {
            ::execlp("sh", "sh", "-c", script.c_str(), static_cast<char*>(nullptr));
            ::_exit(127);
        }
    } else if (way == "spawn") {
        char shell[] = "sh";
        char option[] = "-c";
        char* const arguments[] = {shell, option, script.data(), nullptr};
        pid_t child = 0;
        report("spawn", ::posix_spawnp(&child, shell, nullptr, nullptr, arguments, environ));
    } else if (way == "thread") {
        std::thread{[&] {
            if (::fork() == 0) write();
        }}.join();
    } else if (way == "grandchild") {
        if (::fork() == 0) {
            if (::fork() == 0) write();
            ::_exit(0);
        }
    } else if (::fork() == 0) {
        write();
    }
    agi::SetVariable{"LEFT", "yes"}(session);
}

// --- Early and late words ----------------------------------------------------------------------

void printed(ProcessSession& session, ReportWriter& report) {
    report("in_step", session.in_step());
    agi::SetVariable{"MARK", "own"}(session);
    report("own", agi::GetVariable{"MARK"}(session).value_or("unset"));
}

void noisy(ProcessSession& session, ReportWriter& report) {
    std::printf("EXEC Set OUT=printf\n");
    std::cerr << "EXEC Set ERR=cerr\n";
    std::fflush(stdout);
    if (std::system("echo EXEC Set OUT=child; echo EXEC Set ERR=child >&2") != 0) return;
    printed(session, report);
    throw std::runtime_error{"EXEC Set ERR=thrown"};
}

/// What a program prints before it calls agi::run.
void print_early(const std::string& name) {
    if (name == "printed") std::printf("hello\nSET VARIABLE EARLY yes\n");
    if (name == "printed_part") std::printf("hello");
    if (name.compare(0, 7, "printed") == 0) std::fflush(stdout);
    if (name == "buffered") std::printf("SET VARIABLE EARLY yes\n");
}

// --- Stopping --------------------------------------------------------------------------------

/// Stops the command a hundred times, by another thread, after 0 to 60 ms, and checks each time that
/// the next command gets its own reply.
template <class Command>
void stop_often(ProcessSession& session, ReportWriter& report, const Command& command) {
    int stopped = 0;
    int in_step = 0;
    int own = 0;
    for (int i = 0; i < 100; ++i) {
        const std::string mark = std::to_string(i);
        agi::SetVariable{"MARK", mark}(session);
        std::atomic<bool> stop{false};
        std::thread other{[&stop, i] {
            std::this_thread::sleep_for(std::chrono::milliseconds{i * 7 % 60});
            stop = true;
        }};
        const auto result = session.execute_until(
            command, [&stop] { return stop.load(); }, 1ms);
        other.join();
        if (result.stopped) ++stopped;
        if (session.in_step()) ++in_step;
        if (agi::GetVariable{"MARK"}(session) == mark) ++own;
    }
    report("stopped", stopped);
    report("in_step", in_step);
    report("own", own);
}

void stop(ProcessSession& session, ReportWriter& report) {
    const std::string what = argument(session, 4);
    if (what == "stream-file") stop_often(session, report, agi::StreamFile{"tt-weasels"});
    // About 50 ms long: it ends by itself in the very moment, now and then.
    if (what == "short-file") stop_often(session, report, agi::StreamFile{"digits/1"});
    if (what == "get-data") stop_often(session, report, agi::GetData{"tt-weasels", 5s, 4});
    if (what == "get-data-silent") stop_often(session, report, agi::GetData{"", 5s, 4});
    if (what == "get-option") stop_often(session, report, agi::GetOption{"tt-weasels", "1"});
    if (what == "get-option-after") stop_often(session, report, agi::GetOption{"silence/1", "1"});
    if (what == "wait-for-digit") stop_often(session, report, agi::WaitForDigit{});
}

void resync(ProcessSession& session, ReportWriter& report) {
    const auto times_out = [&](const auto& command) {
        try {
            session.execute_within(command, 100ms);
        } catch (const agi::AGITimeoutError&) {
            return std::string{"timed out"};
        } catch (const agi::AGIException& error) {
            return std::string{error.what()};
        }
        return std::string{"done"};
    };
    agi::SetVariable{"MARK", "own"}(session);
    report("wait", times_out(agi::Exec{"Wait", "1"}));
    report("owed", !session.in_step());
    session.resync();
    report("in_step", session.in_step());
    report("own", agi::GetVariable{"MARK"}(session).value_or("unset"));
    report("wait_again", times_out(agi::Exec{"Wait", "1"}));
    report("own_again", agi::GetVariable{"MARK"}(session).value_or("unset"));
    report("prompt", times_out(agi::StreamFile{"tt-weasels"}));
    session.resync();
    report("own_at_last", agi::GetVariable{"MARK"}(session).value_or("unset"));
    report("digit", times_out(agi::WaitForDigit{300ms}));
}

// --- EAGI ------------------------------------------------------------------------------------

double from_ulaw(unsigned char byte) {
    const unsigned value = ~static_cast<unsigned>(byte) & 0xFFU;
    const int magnitude =
        static_cast<int>((((value & 0x0FU) << 3U) + 0x84U) << ((value & 0x70U) >> 4U)) - 0x84;
    return (value & 0x80U) != 0 ? -magnitude : magnitude;
}

/// The sum of the squares of a frame's samples.
double energy(const agi::AudioFormat& format, std::string_view bytes) {
    double sum = 0;
    if (!format.linear()) {
        for (const char c : bytes) {
            const double sample = from_ulaw(static_cast<unsigned char>(c));
            sum += sample * sample;
        }
        return sum;
    }
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        std::int16_t sample = 0;
        std::memcpy(&sample, bytes.data() + i, sizeof sample);
        sum += static_cast<double>(sample) * sample;
    }
    return sum;
}

void listen(ProcessSession& session, ReportWriter& report) {
    agi::EagiAudio audio{session};
    report("format", audio.format().name);
    int frames = 0;
    int gaps = 0;
    double sum = 0;
    double samples = 0;
    const auto hear = [&](const agi::AudioFrame& frame) {
        ++frames;
        if (frame.after_gap) ++gaps;
        sum += energy(audio.format(), frame.bytes);
        samples += static_cast<double>(frame.bytes.size()) / (audio.format().linear() ? 2 : 1);
        return true;
    };
    // What waited at the start is not counted.
    audio.listen_for(session, 100ms, [](const agi::AudioFrame&) { return true; });
    audio.listen_for(session, 2s, hear);
    report("frames", frames);
    report("gaps", gaps);
    report("level", static_cast<int>(std::sqrt(sum / (samples > 0 ? samples : 1))));
    // A key ends it.
    frames = 0;
    const auto key = audio.listen(session, agi::WaitForDigit{10s}, hear);
    report("key", key.digit ? std::string(1, *key.digit) : "none");
    report("heard_until_key", frames > 0);
    // The listener ends it, and SAY in the same way.
    const auto played = audio.listen(session, agi::StreamFile{"tt-weasels"},
                                     [&](const agi::AudioFrame&) { return --frames > 0; });
    report("stopped", played.stopped);
    int said = 3;
    audio.listen(session, agi::SayDigits{"1234567890"},
                 [&said](const agi::AudioFrame&) { return --said > 0; });
    report("said", said);
    agi::SetVariable{"MARK", "own"}(session);
    report("own", agi::GetVariable{"MARK"}(session).value_or("unset"));
    // No audio comes during EXEC: the gap is noticed.
    agi::Exec{"Wait", "1"}(session);
    bool gap = false;
    int left = 5;
    audio.listen_for(session, 2s, [&](const agi::AudioFrame& frame) {
        gap = gap || frame.after_gap;
        return --left > 0;
    });
    report("gap", gap);
    report("ended", audio.ended());
}

/// The caller hangs up in it.
void listen_long(ProcessSession& session, ReportWriter& report) {
    agi::EagiAudio audio{session};
    int frames = 0;
    const auto begin = live::now();
    report("listening", true);
    audio.listen_for(session, 15s, [&frames](const agi::AudioFrame&) {
        ++frames;
        return true;
    });
    report("listened", (live::now() - begin).count());
    report("frames", frames);
    report("ended", audio.ended());
    report("source", live::source_name(session.hangup_source()));
}

void no_audio(ProcessSession& session, ReportWriter& report) {
    try {
        const agi::EagiAudio audio{session};
        report("audio", "there");
    } catch (const agi::AGIError& error) {
        report("audio", error.what());
    }
}

// --- The end ---------------------------------------------------------------------------------

void killed(ProcessSession& session, ReportWriter& /*report*/) {
    agi::Noop{}(session);
    ::raise(SIGKILL);
}

void fails(ProcessSession& session, ReportWriter& /*report*/) {
    agi::Noop{}(session);
    throw std::runtime_error{"its own trouble"};
}

void throws_a_number(ProcessSession& session, ReportWriter& /*report*/) {
    agi::Noop{}(session);
    throw 42;
}

using Body = void (*)(ProcessSession&, ReportWriter&);

Body body(const std::string& name) {
    if (name == "junk") return junk;
    if (name == "leave_a_child") return leave_a_child;
    if (name == "stop") return stop;
    if (name == "resync") return resync;
    if (name == "listen") return listen;
    if (name == "listen_long") return listen_long;
    if (name == "printed" || name == "printed_part" || name == "buffered") return printed;
    if (name == "noisy") return noisy;
    if (name == "no_audio") return no_audio;
    if (name == "killed") return killed;
    if (name == "fails") return fails;
    if (name == "throws_a_number") return throws_a_number;
    return [](ProcessSession& session, ReportWriter& report) {
        live::end_of_call(session, report, argument(session, 1), argument(session, 3),
                          argument(session, 2) + ".sound");
    };
}

int run_late(const std::string& path) {
    // As agi::run does it, but the environment is read late: the caller hangs up before.
    ReportWriter report{path};
    const agi::HangupSignal hangup;
    report("started", true);
    std::this_thread::sleep_for(300ms);
    try {
        ProcessSession session{agi::ProcessStream{{true, &hangup}}};
        report("hung_up", session.hung_up());
        live::end_of_call(session, report, "idle", argument(session, 3), "");
    } catch (const agi::AGIHangup&) {
        report("closed", true);
    }
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
    // Asterisk passes the arguments of AGI() here too.
    const std::string name = argc > 1 ? argv[1] : "";
    const std::string path = argc > 2 ? argv[2] : "/dev/null";
    int status = EXIT_FAILURE;
    if (name == "late") {
        status = run_late(path);
    } else {
        if (name == "full") {
            // Standard output that takes nothing, as a full disk.
            const int full = ::open("/dev/full", O_WRONLY);
            ::dup2(full, STDOUT_FILENO);
        }
        print_early(name);
        std::optional<ReportWriter> report;
        status = agi::run([&](ProcessSession& session) {
            report.emplace(path);
            if (name.compare(0, 5, "flow-") == 0) {
                // A forged end of the environment takes the call's own arguments away.
                live::run_flow(session, *report, name, argc > 3 ? argv[3] : "",
                               argc > 4 ? argv[4] : "");
                return;
            }
            body(name)(session, *report);
        });
        if (report) (*report)("status", status);
    }
    return status;
}
