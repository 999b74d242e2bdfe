// SPDX-License-Identifier: MIT
#pragma once
// Requests and the replies that an Asterisk 22 gave, in their order: dialplan.tsv.

#include <fstream>
#include <string>
#include <vector>

struct DialplanLine {
    std::string request;
    std::string reply;
};

inline std::vector<DialplanLine> dialplan_lines(const std::string& file) {
    std::vector<DialplanLine> lines;
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);) {
        const std::size_t tab = line.find('\t');
        if (line.empty() || line.front() == '#' || tab == std::string::npos) continue;
        lines.push_back({line.substr(0, tab), line.substr(tab + 1)});
    }
    return lines;
}
