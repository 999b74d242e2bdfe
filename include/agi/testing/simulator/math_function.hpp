// SPDX-License-Identifier: MIT
#pragma once
// MATH() of the dialplan.

#include <agi/testing/simulator/text_functions.hpp>
#include <agi/version.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// One operation and its two numbers.
struct MathTask {
    double left = 0;
    std::string_view operation;
    double right = 0;

    /// Nothing when it is none. A `-` in front belongs to the number.
    static std::optional<MathTask> of(const std::string& text) {
        static constexpr std::string_view operations[] = {"<<",  ">>", "<=",  ">=", "==", "AND",
                                                          "XOR", "OR", "MOD", "^",  "%",  "+",
                                                          "-",   "*",  "/",   "<",  ">"};
        const std::size_t from = text.find_first_not_of(' ');
        if (from == std::string::npos) return std::nullopt;
        for (std::size_t at = from + 1; at < text.size(); ++at) {
            for (const std::string_view one : operations) {
                if (std::string_view{text}.substr(at, one.size()) != one || one == "MOD") continue;
                char* end = nullptr;
                MathTask task;
                task.operation = one;
                const std::string left = text.substr(0, at);
                const std::string right = text.substr(at + one.size());
                task.left = std::strtod(left.c_str(), &end);
                if (end == left.c_str()) return std::nullopt;
                task.right = std::strtod(right.c_str(), &end);
                if (end == right.c_str()) return std::nullopt;
                return task;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool compares() const {
        return operation == "<" || operation == ">" || operation == "<=" || operation == ">=" ||
               operation == "==";
    }
    [[nodiscard]] bool is_true() const {
        if (operation == "<") return left < right;
        if (operation == ">") return left > right;
        if (operation == "<=") return left <= right;
        if (operation == ">=") return left >= right;
        return !(left < right) && !(left > right);
    }
    [[nodiscard]] double value() const {
        const auto a = static_cast<long>(left);
        const auto b = static_cast<long>(right);
        if (operation == "+") return left + right;
        if (operation == "-") return left - right;
        if (operation == "*") return left * right;
        if (operation == "/") return right != 0 ? left / right : 0;
        if (operation == "%") return b != 0 ? static_cast<double>(a % b) : 0;
        if (operation == "^") return std::pow(left, right);
        if (operation == "AND") return static_cast<double>(a & b);
        if (operation == "OR") return static_cast<double>(a | b);
        if (operation == "XOR") return static_cast<double>(a ^ b);
        const auto bits = static_cast<unsigned>(b) % 64U;
        const auto word = static_cast<unsigned long>(a);
        return static_cast<double>(
            static_cast<long>(operation == "<<" ? word << bits : word >> bits));
    }
};

/// MATH(calculation[,type]).
inline MaybeText math_function(std::string_view argument) {
    const auto all = arguments_of(argument, 2);
    const auto task = MathTask::of(all[0]);
    if (!task) return std::nullopt;
    if (task->compares()) return std::string{task->is_true() ? "TRUE" : "FALSE"};
    const std::string& type = all[1];
    const char* format = type.empty() || type == "float" || type == "f" ? "%f"
                         : type == "int" || type == "i"                 ? "%ld"
                         : type == "hex" || type == "h"                 ? "%lx"
                         : type == "char" || type == "c"                ? "%c"
                                                                        : nullptr;
    if (format == nullptr) return std::nullopt;
    char text[512];
    const double value = task->value();
    if (format[1] == 'f') {
        std::snprintf(text, sizeof text, "%f", value);
    } else if (format[1] == 'c') {
        std::snprintf(text, sizeof text, "%c", static_cast<int>(value));
    } else if (format[2] == 'd') {
        std::snprintf(text, sizeof text, "%ld", static_cast<long>(value));
    } else {
        std::snprintf(text, sizeof text, "%lx",
                      static_cast<unsigned long>(static_cast<long>(value)));
    }
    return text;
}

}}}  // namespace agi::v0::testing::simulator
