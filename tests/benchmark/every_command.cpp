// SPDX-License-Identifier: MIT
// Runs each command many times, over a stream in memory, and prints a line for each: heap calls of
// one run, and the request. Under callgrind it makes a dump for each, of the instructions of
// `runs` runs. The commands exist before they are counted, and their results are short.

#include "../fuzz/commands.hpp"

#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

namespace {

constexpr int runs = 100;

std::size_t heap_calls = 0;

/// The reply that a command gets when it did its work.
std::string_view reply_to(std::string_view line) {
    struct Row {
        std::string_view verb;
        std::string_view reply;
    };
    constexpr std::string_view one = "200 result=1";
    constexpr std::string_view key = "200 result=49";
    constexpr std::string_view played = "200 result=49 endpos=8000";
    constexpr Row rows[] = {
        {"CHANNEL STATUS", "200 result=6"},
        {"CONTROL STREAM FILE", played},
        {"DATABASE DEL", one},
        {"DATABASE GET", "200 result=1 (some value)"},
        {"DATABASE PUT", one},
        {"GET DATA", "200 result=1234"},
        {"GET FULL VARIABLE", "200 result=1 (%251a%20b)"},
        {"GET OPTION", played},
        {"GET VARIABLE", "200 result=1 (some value)"},
        {"GOSUB", "200 result=0 Gosub complete"},
        {"HANGUP", one},
        {"RECEIVE CHAR", "200 result=97"},
        {"RECEIVE TEXT", "200 result=1 (some text)"},
        {"RECORD FILE", "200 result=35 (dtmf) endpos=8000"},
        {"SAY", key},
        {"SET CALLERID", one},
        {"SET VARIABLE", one},
        {"SPEECH RECOGNIZE",
         "200 result=1 (speech) endpos=0 results=1 score0=9 text0=\"yes\" grammar0=g"},
        {"SPEECH", one},
        {"STREAM FILE", played},
        {"TDD MODE", one},
        {"VERBOSE", one},
        {"WAIT FOR DIGIT", key},
    };
    for (const Row& row : rows) {
        if (agi::wire::is_command(line, row.verb)) return row.reply;
    }
    return "200 result=0";
}

/// Says an empty environment, then the same reply to all requests.
struct Memory {
    std::string_view next;
    std::string_view reply;

    bool read_line(std::string& line) {
        line.clear();
        line.append(next);
        next = reply;
        return true;
    }
    void write_line(std::string_view /*line*/) {}
};

template <class Command>
void count(const Command& command) {
    const std::string request{command.request().view()};
    agi::Session session{Memory{{}, reply_to(request)}};
    const auto run = [&] {
        for (int i = 0; i < runs; ++i) command(session);
    };
    run();  // buffers grow to what they need
    const std::size_t before = heap_calls;
    run();
    std::printf("%zu\t%s\n", (heap_calls - before) / runs, request.c_str());
    CALLGRIND_ZERO_STATS;
    run();
    CALLGRIND_DUMP_STATS;
}

}  // namespace

void* operator new(std::size_t size) {
    ++heap_calls;
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { std::free(memory); }

int main() {
    fuzz::for_each_command([](const auto& command) { count(command); });
}
