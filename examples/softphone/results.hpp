// SPDX-License-Identifier: MIT
// What came of scenarios, for other programs: JUnit's XML, and JSON.
#pragma once

#include "text.hpp"

#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct Result {
    std::string name;
    std::vector<std::string> problems;  // none: it passed
    std::string details;                // the ladder of the call that failed
    double seconds = 0;                 // of real time
    std::string summary;
};

// Text in XML; bytes that XML does not have are shown.
inline std::string xml(std::string_view text) {
    std::string out;
    for (; !text.empty(); text.remove_prefix(1)) {
        const std::size_t size = visible_character(text);
        if (size > 1) {
            out += text.substr(0, size);
            text.remove_prefix(size - 1);
            continue;
        }
        const char c = text.front();
        const auto byte = static_cast<unsigned char>(c);
        if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '&') {
            out += "&amp;";
        } else if (c == '"') {
            out += "&quot;";
        } else if (c == '\n') {
            out += "&#10;";
        } else if (byte < 0x20 || byte >= 0x7F) {
            char shown[8];
            std::snprintf(shown, sizeof shown, "\\x%02x", byte);
            out += shown;
        } else {
            out += c;
        }
    }
    return out;
}

inline std::string json_text(std::string_view text) {
    std::string out{'"'};
    for (; !text.empty(); text.remove_prefix(1)) {
        const std::size_t size = visible_character(text);
        if (size > 1) {
            out += text.substr(0, size);
            text.remove_prefix(size - 1);
            continue;
        }
        const char c = text.front();
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            (out += '\\') += c;
        } else if (byte < 0x20 || byte >= 0x7F) {
            char shown[8];
            std::snprintf(shown, sizeof shown, "\\u%04x", byte);
            out += shown;
        } else {
            out += c;
        }
    }
    return out += '"';
}

inline std::string seconds_text(double seconds) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", seconds);
    return text;
}

inline std::string junit(const std::vector<Result>& results) {
    std::string cases;
    int failed = 0;
    double seconds = 0;
    for (const Result& one : results) {
        seconds += one.seconds;
        cases += R"(  <testcase classname="softphone" name=")" + xml(one.name) + R"(" time=")" +
                 seconds_text(one.seconds) + '"';
        if (one.problems.empty()) {
            cases += "/>\n";
            continue;
        }
        ++failed;
        std::string all;
        for (const std::string& problem : one.problems) (all += all.empty() ? "" : "; ") += problem;
        cases += ">\n    <failure message=\"" + xml(all) + "\">" + xml(one.details) +
                 "</failure>\n  </testcase>\n";
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"softphone\" tests=\"" +
           std::to_string(results.size()) + "\" failures=\"" + std::to_string(failed) +
           "\" time=\"" + seconds_text(seconds) + "\">\n" + cases + "</testsuite>\n";
}

inline std::string json(const std::vector<Result>& results) {
    std::string out = "[";
    for (const Result& one : results) {
        out += &one == &results.front() ? "\n" : ",\n";
        out += "  {\"name\": " + json_text(one.name) +
               ", \"passed\": " + (one.problems.empty() ? "true" : "false") +
               ", \"seconds\": " + seconds_text(one.seconds) + ", \"problems\": [";
        for (const std::string& problem : one.problems) {
            out += (&problem == &one.problems.front() ? "" : ", ") + json_text(problem);
        }
        out += "], \"ladder\": " + json_text(one.details) + '}';
    }
    return out + "\n]\n";
}

inline void write_file(const std::string& name, const std::string& text) {
    std::ofstream out{name, std::ios::binary};
    out << text;
    if (!out.flush()) throw std::runtime_error{"cannot write " + name};
}
