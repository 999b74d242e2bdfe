// SPDX-License-Identifier: MIT
// The parts of the library, one by one, with Google Benchmark.

#include <agi/agi.hpp>
#include <agi/fastagi/net.hpp>
#include <agi/fastagi/router.hpp>
#include <agi/ivr/ivr.hpp>
#include <agi/testing/simulated_stream.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>

namespace {

using namespace agi;
using namespace std::chrono_literals;

/// A command's request; the command itself is there before.
template <class Command>
void request(benchmark::State& state, const Command& command) {
    for (auto _ : state) {
        const wire::Request line = command.request();
        benchmark::DoNotOptimize(line.view().data());
    }
}
BENCHMARK_CAPTURE(request, Answer, Answer{});
BENCHMARK_CAPTURE(request, GetVariable, GetVariable{"x"});
BENCHMARK_CAPTURE(request, GetData, GetData{"enter-pin", 5s, 4});
BENCHMARK_CAPTURE(request, StreamFile, StreamFile{"hello-world", "0123456789#*"});
BENCHMARK_CAPTURE(request, SetVariable_escapes,
                  SetVariable{"name", "some value with \"quotes\" and spaces"});
BENCHMARK_CAPTURE(request, SetVariable_400_bytes, SetVariable{"name", std::string(400, 'x')});
BENCHMARK_CAPTURE(request, SetVariable_2000_bytes, SetVariable{"name", std::string(2000, 'x')});

void raw_request(benchmark::State& state) {
    for (auto _ : state) {
        const auto line = wire::Request::raw(R"(SAY DIGITS 1234 "")");
        benchmark::DoNotOptimize(line.view().data());
    }
}
BENCHMARK(raw_request);

/// The lines of one reply, from the reader to the command's result.
template <class Command>
void reply(benchmark::State& state, std::string_view text, const Command& command) {
    wire::ReplyReader reader;
    for (auto _ : state) {
        reader.expect(wire::reply_form(command));
        for (std::string_view rest = text;;) {
            const std::size_t end = rest.find('\n');
            if (reader.push(rest.substr(0, end))) break;
            rest.remove_prefix(end + 1);
        }
        wire::throw_on_error("", reader.reply());
        if constexpr (std::is_void_v<decltype(command.parse(reader.reply()))>) {
            command.parse(reader.reply());
        } else {
            auto result = command.parse(reader.reply());
            benchmark::DoNotOptimize(result);
        }
    }
}
BENCHMARK_CAPTURE(reply, number, "200 result=0", Answer{});
BENCHMARK_CAPTURE(reply, digits, "200 result=1234", GetData{"menu"});
BENCHMARK_CAPTURE(reply, tag, "200 result=12 (timeout)", GetData{"menu"});
BENCHMARK_CAPTURE(reply, endpos, "200 result=35 endpos=8000", StreamFile{"menu"});
BENCHMARK_CAPTURE(reply, tag_and_endpos, "200 result=0 (timeout) endpos=8000", RecordFile{"x"});
BENCHMARK_CAPTURE(reply, value, "200 result=1 (some channel value)", GetVariable{"x"});
BENCHMARK_CAPTURE(reply, value_of_three_lines, "200 result=1 (one\ntwo\nthree)", GetVariable{"x"});
BENCHMARK_CAPTURE(reply, hangup_line_first, "HANGUP\n200 result=1", Verbose{"x"});
BENCHMARK_CAPTURE(reply, provisional, "100 result=0 Trying...\n200 result=0 Gosub complete",
                  Gosub{"context", "s", 1});

/// A reply that is an exception.
void usage_error(benchmark::State& state) {
    const std::string text =
        "520-Invalid command syntax.  Proper usage follows:\nReads a variable.\n"
        "Example return code: 200 result=1 (testvariable)\n520 End of proper usage.";
    for (auto _ : state) {
        try {
            wire::throw_on_error("GET VARIABLE", wire::parse_reply(text));
        } catch (const AGIUsageError& error) {
            benchmark::DoNotOptimize(error.reply().usage().data());
        }
    }
}
BENCHMARK(usage_error);

std::string environment_text(int arguments) {
    std::string text =
        "agi_network: yes\nagi_network_script: pin?account=42\n"
        "agi_request: agi://127.0.0.1/pin?account=42\nagi_channel: PJSIP/alice-0000002a\n"
        "agi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1763792205.42\nagi_version: 22.5.2\n"
        "agi_callerid: 2025550123\nagi_calleridname: Alice Example\nagi_callingpres: 0\n"
        "agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: 5000\n"
        "agi_rdnis: unknown\nagi_context: from-internal\nagi_extension: 5000\nagi_priority: 3\n"
        "agi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140312345675520\n";
    for (int n = 1; n <= arguments; ++n) {
        text += "agi_arg_" + std::to_string(n) + ": value\n";
    }
    return text + '\n';
}

void environment(benchmark::State& state) {
    const std::string text = environment_text(static_cast<int>(state.range(0)));
    for (auto _ : state) {
        const Environment read = wire::parse_environment(text);
        benchmark::DoNotOptimize(read.argument_count());
    }
}
BENCHMARK(environment)->Arg(0)->Arg(10)->Arg(100);

void environment_last_field(benchmark::State& state) {
    const Environment read = wire::parse_environment(environment_text(0));
    for (auto _ : state) {
        auto thread = read.threadid();
        benchmark::DoNotOptimize(thread);
    }
}
BENCHMARK(environment_last_field);

/// All arguments, each asked for by its number: the time of one does not grow with their number.
void environment_arguments(benchmark::State& state) {
    std::string text;
    for (int i = 1; i <= state.range(0); ++i) text += "agi_arg_" + std::to_string(i) + ": x\n";
    wire::EnvironmentLimits limits;
    limits.lines = 1000000;
    limits.total = 1U << 26U;
    for (auto _ : state) {
        const Environment environment = wire::parse_environment(text + '\n', limits);
        for (int n = 1; n <= environment.argument_count(); ++n) {
            benchmark::DoNotOptimize(environment.argument(n));
        }
    }
    state.SetComplexityN(state.range(0));
}
BENCHMARK(environment_arguments)->RangeMultiplier(8)->Range(64, 32768)->Complexity();

/// The same for what a speech engine may have heard.
void speech_results(benchmark::State& state) {
    std::string text;
    for (int i = 0; i < state.range(0); ++i) {
        const std::string n = std::to_string(i);
        text += " score" + n + "=1 text" + n + "=\"word\" grammar" + n + "=g";
    }
    for (auto _ : state) {
        const SpeechResults results{std::string_view{text}.substr(1)};
        for (std::size_t i = 0; i < results.size(); ++i) benchmark::DoNotOptimize(results[i]);
    }
    state.SetComplexityN(state.range(0));
}
BENCHMARK(speech_results)->RangeMultiplier(8)->Range(64, 32768)->Complexity();

/// The way to the handler of the last of so many routes: their paths, or patterns.
void routes(benchmark::State& state, const char* path, const char* end) {
    fastagi::Router<int> router;
    for (int i = 1; i <= state.range(0); ++i) router.add(path + std::to_string(i) + end, i);
    const std::string last = path + std::to_string(state.range(0)) + (*end == 0 ? "" : "/42");
    for (auto _ : state) {
        fastagi::Parameters found;
        benchmark::DoNotOptimize(router.find(last, found));
    }
    state.SetComplexityN(state.range(0));
}
BENCHMARK_CAPTURE(routes, paths, "menu-", "")->RangeMultiplier(10)->Range(1, 1000)->Complexity();
BENCHMARK_CAPTURE(routes, patterns, "account-", "/{id}")
    ->RangeMultiplier(10)
    ->Range(1, 1000)
    ->Complexity();

/// A value of so many bytes, in lines of 100, from the reader to the result.
void value(benchmark::State& state) {
    std::string text = "200 result=1 (";
    const auto size = text.size() + static_cast<std::size_t>(state.range(0));
    while (text.size() < size) text += std::string(99, 'x') + '\n';
    text.resize(size);
    text += ')';
    reply(state, text, GetVariable{"x"});
    state.SetComplexityN(state.range(0));
}
BENCHMARK(value)->RangeMultiplier(8)->Range(1 << 10, 1 << 20)->Complexity();

/// A whole call on the simulator: the environment, five commands, a PIN.
void simulated_pin_call(benchmark::State& state) {
    for (auto _ : state) {
        testing::Asterisk asterisk;
        asterisk.channel.sounds = {{"enter-pin", 2s}, {"welcome", 3s}};
        asterisk.channel.variables["PIN"] = "1234";
        asterisk.channel.caller.after("enter-pin").press("1234#");
        Session session{testing::SimulatedStream{asterisk}};
        Answer{}(session);
        const auto expected = GetVariable{"PIN"}(session);
        const auto entry = GetData{"enter-pin", 5s, 10}(session);
        if (expected == entry.digits) StreamFile{"welcome"}(session);
        SetVariable{"PIN_RESULT", "OK"}(session);
        benchmark::DoNotOptimize(asterisk.channel.now());
    }
}
BENCHMARK(simulated_pin_call);

ivr::Ask pin_question() {
    ivr::Ask pin;
    pin.prompt = {"enter-pin"};
    pin.digits = ivr::exactly(4);
    pin.secret = true;
    pin.check = [](std::string_view digits) { return digits == "1234"; };
    return pin;
}

/// A call on the simulator that is one question: the environment, STREAM FILE, GET DATA.
void simulated_pin_question(benchmark::State& state) {
    for (auto _ : state) {
        testing::Asterisk asterisk;
        asterisk.channel.sounds = {{"enter-pin", 2s}};
        asterisk.channel.caller.during("enter-pin").press("1234");
        Session session{testing::SimulatedStream{asterisk}};
        benchmark::DoNotOptimize(pin_question()(session).digits.data());
    }
}
BENCHMARK(simulated_pin_question);

/// The same call without the question, for what remains.
void simulated_call_of_nothing(benchmark::State& state) {
    for (auto _ : state) {
        testing::Asterisk asterisk;
        asterisk.channel.sounds = {{"enter-pin", 2s}};
        asterisk.channel.caller.during("enter-pin").press("1234");
        Session session{testing::SimulatedStream{asterisk}};
        benchmark::DoNotOptimize(session.environment().uniqueid().data());
    }
}
BENCHMARK(simulated_call_of_nothing);

/// The question alone: its machine, told what Asterisk would say.
void pin_machine(benchmark::State& state) {
    const ivr::Ask pin = pin_question();
    for (auto _ : state) {
        ivr::Asking asking{pin};
        for (const char* keys : {"1", "234"}) {
            const ivr::Step* step = asking.next(ivr::Time{0});
            benchmark::DoNotOptimize(step->request().view().data());
            ivr::Came came;
            came.keys = keys;
            asking.take(came);
        }
        benchmark::DoNotOptimize(asking.entry().digits.data());
    }
}
BENCHMARK(pin_machine);

}  // namespace
