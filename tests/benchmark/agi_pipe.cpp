// SPDX-License-Identifier: MIT
// The standard workload with this library. Usage: agi_pipe LOOPS

#include <agi/agi.hpp>
#include <agi/stream/stdio_stream.hpp>

#include <chrono>
#include <cstdlib>

int main(int argc, char** argv) {
    using namespace std::chrono_literals;
    const long loops = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
    agi::Session session{agi::StdioStream{}};
    agi::Answer{}(session);
    for (long i = 0; i < loops; ++i) {
        agi::GetVariable{"x"}(session);
        agi::SetVariable{"name", "some value with \"quotes\" and spaces"}(session);
        agi::StreamFile{"hello-world", "0123456789#*"}(session);
        agi::GetData{"menu", 2s, 4}(session);
        agi::SayDigits{"1234"}(session);
        agi::DatabaseGet{"fam", "key"}(session);
        agi::Exec{"Playback", "a,b"}(session);
        agi::Verbose{"loop done", 1}(session);
    }
    agi::Hangup{}(session);
}
