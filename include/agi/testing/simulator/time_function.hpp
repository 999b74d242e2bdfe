// SPDX-License-Identifier: MIT
#pragma once
// The time of day on a simulated Asterisk: EPOCH and STRFTIME().

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/testing/simulator/unsimulated.hpp>
#include <agi/version.hpp>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Seconds since 1970.
inline std::time_t clock_of(const Call& call) {
    return call.began_at + static_cast<std::time_t>(call.channel.now().count() / 1000);
}

/// A format for strftime(): %q is Asterisk's own, milliseconds, or up to six digits of the fraction. The zone
/// is UTC.
inline std::string strftime_format(const std::string& wanted, const std::string& fraction) {
    std::string format;
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        const char next = at + 1 < wanted.size() ? wanted[at + 1] : '\0';
        const bool counts = next >= '1' && next <= '6' && wanted.compare(at + 2, 1, "q") == 0;
        if (wanted[at] == '%' && (next == 'q' || counts)) {
            format += fraction.substr(0, counts ? static_cast<std::size_t>(next - '0') : 3);
            at += counts ? 2 : 1;
        } else if (wanted[at] == '%' && at + 1 < wanted.size()) {
            format += wanted[at] == '%' && wanted[at + 1] == 'Z' ? std::string{"UTC"}
                                                                 : wanted.substr(at, 2);
            ++at;
        } else {
            format += wanted[at];
        }
    }
    return format;
}

/// STRFTIME([epoch][,zone[,format]]). Without a zone it is UTC.
inline MaybeText time_function(Call& call, std::string_view argument) {
    const auto all = arguments_of(argument, 3);
    const bool utc = all[1].empty() || all[1] == "UTC" || all[1] == "GMT" || all[1] == "Etc/UTC";
    if (!utc) {
        say_not_simulated(call, "STRFTIME in zone " + all[1]);
        return std::nullopt;
    }
    char* end = nullptr;
    const double seconds = std::strtod(all[0].c_str(), &end);
    const auto whole = end == all[0].c_str() ? clock_of(call) : static_cast<std::time_t>(seconds);
    const std::size_t dot = all[0].find('.');
    std::string fraction = dot == std::string::npos ? std::string{} : all[0].substr(dot + 1);
    fraction.resize(std::min(fraction.find_first_not_of("0123456789"), fraction.size()));
    fraction.resize(6, '0');
    std::tm time{};
    if (const std::tm* const found = std::gmtime(&whole))
        time = *found;  // NOLINT(concurrency-mt-unsafe)
    const std::string format = strftime_format(all[2].empty() ? "%c" : all[2], fraction);
    char text[4096];
    const std::size_t size = std::strftime(text, sizeof text, format.c_str(), &time);
    return std::string{text, size};
}

}}}  // namespace agi::v0::testing::simulator
