// SPDX-License-Identifier: MIT
#pragma once
// Days of the calendar.

#include <agi/version.hpp>

#include <chrono>

namespace agi { inline namespace v0 { namespace ivr {

/// A day of the Gregorian calendar.
struct Calendar {
    int year = 0;
    int month = 0;
    int day = 0;

    [[nodiscard]] bool exists() const noexcept {
        return month >= 1 && month <= 12 && day >= 1 && day <= days_of_month();
    }
    [[nodiscard]] int days_of_month() const noexcept {
        constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        if (month < 1 || month > 12) return 0;
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        return days[month - 1] + (month == 2 && leap ? 1 : 0);
    }
    [[nodiscard]] Calendar end_of_month() const noexcept { return {year, month, days_of_month()}; }

    /// Noon of that day, in UTC, so that no time zone makes another day of it.
    [[nodiscard]] std::chrono::system_clock::time_point noon() const noexcept {
        const int y = month <= 2 ? year - 1 : year;
        const int era = (y >= 0 ? y : y - 399) / 400;
        const int year_of_era = y - era * 400;
        const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        const int day_of_era =
            year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        constexpr int before_1970 = 719468;
        const std::chrono::hours since{24LL * (era * 146097LL + day_of_era - before_1970) + 12};
        return std::chrono::system_clock::time_point{since};
    }

    friend constexpr bool operator==(const Calendar& a, const Calendar& b) noexcept {
        return a.year == b.year && a.month == b.month && a.day == b.day;
    }
};

}}}  // namespace agi::v0::ivr
