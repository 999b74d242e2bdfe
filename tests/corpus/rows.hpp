// SPDX-License-Identifier: MIT
#pragma once
// The rows of replies.tsv.

#include "catch.hpp"
#include <agi/wire/number.hpp>
#include <agi/wire/unescape.hpp>

#include <fstream>
#include <optional>
#include <string>
#include <vector>

namespace corpus {

using Field = std::optional<std::string>;

/// One row. Absent fields are `\N` in the file.
struct Row {
    std::string id;
    std::string command;
    std::string raw;
    std::optional<int> code;
    Field result;
    Field data;
    std::optional<long long> endpos;
    std::optional<char> digit;
    bool timed_out = false;
    bool hung_up = false;
    std::string error;
    bool closes = false;  ///< The stream is closed behind it.
};

inline std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields;
    for (std::size_t begin = 0;;) {
        const std::size_t tab = line.find('\t', begin);
        fields.push_back(line.substr(begin, tab - begin));
        if (tab == std::string::npos) return fields;
        begin = tab + 1;
    }
}

inline Field field(const std::string& text) {
    if (text == "\\N") return std::nullopt;
    const auto decoded = agi::wire::unescaped(text);
    REQUIRE(decoded);
    return decoded;
}

template <class Integer>
std::optional<Integer> number(const std::string& text) {
    if (text == "\\N") return std::nullopt;
    const auto value = agi::wire::to_number<Integer>(text);
    REQUIRE(value);
    return value;
}

inline bool flag(const std::string& text) {
    REQUIRE((text == "0" || text == "1"));
    return text == "1";
}

inline std::vector<Row> rows() {
    std::ifstream file{AGI_TEST_DATA "/corpus/replies.tsv"};
    REQUIRE(file);
    std::string line;
    REQUIRE(std::getline(file, line));
    REQUIRE(line ==
            "id\tcommand\traw_reply\tcode\tresult\tdata_in_parens\tendpos\tdigit\ttimeout\thangup\t"
            "error_kind\tnote/source");
    std::vector<Row> rows;
    while (std::getline(file, line)) {
        CAPTURE(line);
        const std::vector<std::string> fields = split(line);
        REQUIRE(fields.size() == 12);
        Row row;
        row.id = fields[0];
        row.command = fields[1];
        row.raw = field(fields[2]).value();
        row.code = number<int>(fields[3]);
        row.result = field(fields[4]);
        row.data = field(fields[5]);
        row.endpos = number<long long>(fields[6]);
        if (fields[7] != "\\N") {
            REQUIRE(fields[7].size() == 1);
            row.digit = fields[7].front();
        }
        row.timed_out = flag(fields[8]);
        row.hung_up = flag(fields[9]);
        row.error = fields[10];
        row.closes = fields[11].find("EOF") != std::string::npos;
        rows.push_back(row);
    }
    return rows;
}

}  // namespace corpus
