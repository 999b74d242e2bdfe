// SPDX-License-Identifier: MIT
#pragma once
// What a program under test saw: lines of `name=value` in a file, values with C escapes.

#include <fmt/core.h>

#include <chrono>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace live {

inline std::string escape(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '\\') escaped += '\\';
        if (c == '\n') {
            escaped += "\\n";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

/// Also reads the escapes that AMI uses in the value of a VarSet event.
inline std::string unescape(std::string_view text) {
    constexpr std::string_view letters = "abfnrtv";
    constexpr std::string_view controls = "\a\b\f\n\r\t\v";
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            plain += text[i];
            continue;
        }
        const auto letter = letters.find(text[++i]);
        plain += letter == std::string_view::npos ? text[i] : controls[letter];
    }
    return plain;
}

/// The time, for the program and the test alike.
inline std::chrono::milliseconds now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
}

class ReportWriter {
  public:
    explicit ReportWriter(const std::string& path) : file_{path} {
        if (!file_) throw std::runtime_error{"cannot write " + path};
    }

    template <class Value>
    void operator()(std::string_view name, const Value& value) {
        file_ << name << '=' << escape(fmt::format("{}", value)) << std::endl;
    }

  private:
    std::ofstream file_;
};

class Report {
  public:
    explicit Report(const std::string& path) {
        std::ifstream file{path};
        for (std::string line; std::getline(file, line);) {
            const auto equals = line.find('=');
            values_[line.substr(0, equals)] = unescape(line.substr(equals + 1));
        }
    }

    /// What the program wrote under that name; `(nothing)` if it did not get that far.
    [[nodiscard]] std::string operator[](const std::string& name) const {
        const auto found = values_.find(name);
        return found == values_.end() ? "(nothing)" : found->second;
    }

  private:
    std::map<std::string, std::string> values_;
};

}  // namespace live
