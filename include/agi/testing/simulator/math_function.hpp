// SPDX-License-Identifier: MIT
#pragma once
// MATH() of the dialplan.

#include <agi/testing/simulator/text_functions.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
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
        for (std::size_t at = text[from] == '-' ? from + 1 : from; at < text.size(); ++at) {
            if (text[at] == '=' && text.substr(at, 2) != "==") return std::nullopt;
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
        const std::int32_t a = whole(left);
        const std::int32_t b = whole(right);
        if (operation == "+") return left + right;
        if (operation == "-") return left - right;
        if (operation == "*") return left * right;
        if (operation == "/") return right > 0 ? left / right : 0;
        if (operation == "%") return b != 0 && b != -1 ? static_cast<double>(a % b) : 0;
        if (operation == "^") return std::pow(left, right);
        if (operation == "AND") return static_cast<double>(a & b);
        if (operation == "OR") return static_cast<double>(a | b);
        if (operation == "XOR") return static_cast<double>(a ^ b);
        const auto bits = static_cast<std::uint32_t>(b) % 32U;
        if (operation == ">>") return static_cast<double>(a >> bits);
        return static_cast<double>(
            static_cast<std::int32_t>(static_cast<std::uint32_t>(a) << bits));
    }
    /// As a PC makes an int of a double.
    static std::int32_t whole(double value) {
        constexpr double end = 2147483648.0;
        return value > -end - 1 && value < end ? static_cast<std::int32_t>(value)
                                               : std::numeric_limits<std::int32_t>::min();
    }
};

/// MATH(calculation[,type]).
inline MaybeText math_function(std::string_view argument) {
    const auto all = arguments_of(argument, 2);
    const bool names_type = argument.find(',') != std::string_view::npos;
    const auto task = MathTask::of(all[0]);
    if (!task || all.size() > 2 || (names_type && all[1].empty())) return std::nullopt;
    const auto is_type = [&](std::string_view name) {
        return wire::is_command(all[1], name) || wire::is_command(all[1], name.substr(0, 1));
    };
    const bool is_known =
        !names_type || is_type("float") || is_type("int") || is_type("hex") || is_type("char");
    if (!is_known) return std::nullopt;
    if (task->compares()) return std::string{task->is_true() ? "TRUE" : "FALSE"};
    char text[512];
    const double value = task->value();
    if (!names_type || is_type("float")) {
        std::snprintf(text, sizeof text, "%f", value);
    } else if (is_type("char")) {
        std::snprintf(text, sizeof text, "%c", static_cast<int>(value));
    } else if (is_type("int")) {
        std::snprintf(text, sizeof text, "%d", MathTask::whole(value));
    } else {
        std::snprintf(text, sizeof text, "%x",
                      static_cast<unsigned>(static_cast<std::int64_t>(value)));
    }
    return text;
}

/// A number as ABS, MIN and MAX show it: an int has no fraction.
inline std::string shown_number(double value) {
    const double whole = MathTask::whole(value);
    char text[512];
    std::snprintf(text, sizeof text, whole < value || whole > value ? "%f" : "%.0f", value);
    return text;
}

/// What begins with a number.
inline std::optional<double> leading_number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return end == text.c_str() ? std::nullopt : std::optional<double>{value};
}

/// ABS(number).
inline MaybeText absolute(const std::string& number) {
    const auto value = leading_number(number);
    if (!value) return std::nullopt;
    return shown_number(std::fabs(*value));
}

/// MIN(number,number), MAX(number,number): one of them may be empty.
inline MaybeText smallest_or_largest(std::string_view argument, bool largest) {
    const std::string first = take_argument(argument, ',');
    const std::string second{argument};
    const auto a = leading_number(first);
    const auto b = leading_number(second);
    if ((!a && !first.empty()) || (!b && !second.empty()) || (!a && !b)) return std::nullopt;
    if (!a || !b) return shown_number(a ? *a : *b);
    return shown_number(largest ? (*a < *b ? *b : *a) : (*a > *b ? *b : *a));
}

/// DIGIT_SUM(text): of the digits in it.
inline MaybeText digit_sum(std::string_view digits) {
    long sum = 0;
    if (digits.empty()) return std::nullopt;
    for (const char c : digits) {
        if (c >= '0' && c <= '9') sum += c - '0';
    }
    return std::to_string(sum);
}

}}}  // namespace agi::v0::testing::simulator
