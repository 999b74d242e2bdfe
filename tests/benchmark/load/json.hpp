// SPDX-License-Identifier: MIT
#pragma once
// The result of a run: one JSON object on one line.

#include "histogram.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <type_traits>

namespace load {

class Json {
  public:
    void add(std::string_view name, std::string_view text) {
        key(name);
        text_ += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') text_ += '\\';
            if (static_cast<unsigned char>(c) >= 0x20) text_ += c;
        }
        text_ += '"';
    }
    template <class Number>
    std::enable_if_t<std::is_arithmetic_v<Number>> add(std::string_view name, Number number) {
        key(name);
        if constexpr (std::is_same_v<Number, bool>) {
            text_ += number ? "true" : "false";
        } else if constexpr (std::is_integral_v<Number>) {
            text_ += std::to_string(number);
        } else {
            char digits[64];
            std::snprintf(digits, sizeof digits, "%.3f", static_cast<double>(number));
            text_ += digits;
        }
    }
    /// In microseconds.
    void add(std::string_view name, const Histogram& durations) {
        Json inner;
        inner.add("n", durations.count());
        inner.add("mean", durations.mean() / 1000);
        inner.add("p50", durations.quantile(0.5) / 1000);
        inner.add("p90", durations.quantile(0.9) / 1000);
        inner.add("p99", durations.quantile(0.99) / 1000);
        inner.add("p999", durations.quantile(0.999) / 1000);
        inner.add("max", static_cast<double>(durations.max()) / 1000);
        key(name);
        text_ += inner.object();
    }

    [[nodiscard]] std::string object() const { return '{' + text_ + '}'; }
    void print() const { std::puts(object().c_str()); }

  private:
    void key(std::string_view name) {
        if (!text_.empty()) text_ += ',';
        text_ += '"';
        text_ += name;
        text_ += "\":";
    }

    std::string text_;
};

}  // namespace load
