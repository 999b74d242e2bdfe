// SPDX-License-Identifier: MIT
#pragma once
// The counters of a server in the text format of Prometheus.

#include <agi/fastagi/counters.hpp>
#include <agi/version.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace fastagi { inline namespace AGI_NET {

namespace detail {

inline std::string seconds(std::chrono::microseconds time) {
    std::string fraction = std::to_string(time.count() % 1'000'000);
    fraction.insert(0, 6 - fraction.size(), '0');
    return std::to_string(time.count() / 1'000'000) + '.' + fraction;
}

inline void append_metric(std::string& text, std::string_view name, std::string_view type,
                          std::string_view help) {
    text.append("# HELP ").append(name).append(1, ' ').append(help);
    text.append("\n# TYPE ").append(name).append(1, ' ').append(type).append(1, '\n');
}

inline void append_number(std::string& text, std::string_view name, std::string_view type,
                          std::string_view help, std::uint64_t value) {
    append_metric(text, name, type, help);
    text.append(name).append(1, ' ').append(std::to_string(value)).append(1, '\n');
}

inline void append_histogram(std::string& text, std::string_view name, std::string_view help,
                             const Durations& durations) {
    append_metric(text, name, "histogram", help);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < durations.buckets.size(); ++i) {
        sum += durations.buckets[i];
        const bool last = i == Durations::bounds.size();
        text.append(name).append("_bucket{le=\"");
        text.append(last ? "+Inf" : seconds(Durations::bounds[i])).append("\"} ");
        text.append(std::to_string(sum)).append(1, '\n');
    }
    text.append(name).append("_sum ").append(seconds(durations.sum)).append(1, '\n');
    text.append(name).append("_count ").append(std::to_string(sum)).append(1, '\n');
}

}  // namespace detail

/// The counters as Prometheus reads them (version 0.0.4 of its text format). Times are in seconds.
inline std::string prometheus_text(const Counts& counts) {
    using detail::append_number;
    std::string text;
    append_number(text, "fastagi_connections_total", "counter", "Connections accepted.",
                  counts.accepted);
    append_number(text, "fastagi_connections", "gauge", "Connections open.", counts.connections);
    append_number(text, "fastagi_calls_active", "gauge", "Calls in a handler.", counts.active);
    append_number(text, "fastagi_calls_total", "counter", "Calls that sent their environment.",
                  counts.calls);
    append_number(text, "fastagi_calls_refused_total", "counter",
                  "Calls over a limit, or not admitted.", counts.refused);
    append_number(text, "fastagi_calls_not_found_total", "counter", "Calls without a route.",
                  counts.not_found);
    append_number(text, "fastagi_calls_failed_total", "counter",
                  "Calls whose handler ended with an exception.", counts.failed);
    append_number(text, "fastagi_calls_hung_up_total", "counter", "Calls ended by a hang-up.",
                  counts.hung_up);
    append_number(text, "fastagi_calls_stopped_total", "counter",
                  "Calls ended because the server stopped.", counts.stopped);
    append_number(text, "fastagi_no_calls_total", "counter",
                  "Connections that closed, or sent no environment in time.", counts.no_calls);
    append_number(text, "fastagi_checks_total", "counter", "Health checks that were answered.",
                  counts.checks);
    detail::append_histogram(text, "fastagi_command_seconds",
                             "From a request to its reply: what Asterisk takes.",
                             counts.command_times);
    detail::append_histogram(text, "fastagi_call_seconds",
                             "From the environment of a call to the end of its handler.",
                             counts.call_times);
    return text;
}

}}}}  // namespace agi::v0::fastagi::AGI_NET
