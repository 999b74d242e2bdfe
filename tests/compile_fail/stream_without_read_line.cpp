// SPDX-License-Identifier: MIT
#include <agi/session/session.hpp>

#include <string>
#include <string_view>

struct Stream {
#ifndef REJECT
    bool read_line(std::string& line);
#endif
    void write_line(std::string_view line);
};

void run(Stream stream) { agi::Session<Stream> session{stream}; }
