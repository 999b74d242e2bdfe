// SPDX-License-Identifier: MIT
#include <agi/session/session.hpp>

#include <string>
#include <string_view>

struct Stream {
    bool read_line(std::string& line);
#ifndef REJECT
    void write_line(std::string_view line);
#endif
};

void run(Stream stream) { agi::Session<Stream> session{stream}; }
