// SPDX-License-Identifier: MIT
#include <agi/command/playback.hpp>
#include <agi/session/session.hpp>

#include <chrono>
#include <string>
#include <string_view>

struct Stream {
    bool read_line(std::string& line);
    void write_line(std::string_view line);
#ifndef REJECT
    bool wait_line(std::chrono::milliseconds time);
#endif
};

void run(agi::Session<Stream>& session) {
    session.execute_until(agi::StreamFile{"a"}, [] { return true; });
}
