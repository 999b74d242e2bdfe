// SPDX-License-Identifier: MIT
#pragma once
// A question for a date.

#include <agi/ivr/ask_for.hpp>
#include <agi/ivr/calendar.hpp>
#include <agi/version.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace agi { inline namespace v0 { namespace ivr {

/// In which order the digits of a Date come.
enum class DateOrder : unsigned char {
    ymd,  ///< 20261224
    dmy,  ///< 24122026
    mdy,  ///< 12242026
    my,   ///< 1226, as on a card; the day is the last of that month.
};

struct DateEntry : Entry {
    Calendar date{};
};

/// Asks for a date that exists.
///
///     Date day;
///     day.prompt = {"enter-the-date"};
///     if (const DateEntry entry = day(call)) use(entry.date.year);
struct Date : AskFor<Date> {
    DateOrder order = DateOrder::ymd;

    [[nodiscard]] Question question(const Manners& manners) const {
        Question made = Ask::question(manners);
        made.plan.least = made.plan.most = order == DateOrder::my ? 4 : 8;
        made.plan.digits = "0123456789";
        made.valid = [way = order](std::string_view entered) {
            return read(entered, way).exists();
        };
        return made;
    }
    [[nodiscard]] DateEntry result_of(Entry entry) const {
        DateEntry made;
        if (entry) made.date = read(entry.digits, order);
        static_cast<Entry&>(made) = std::move(entry);
        return made;
    }
    [[nodiscard]] Prompt read_back(const std::string& entered) const {
        const Calendar date = read(entered, order);
        return {Moment(date.noon(), order == DateOrder::my ? "BY" : "BdY", "UTC")};
    }

  private:
    static Calendar read(std::string_view entered, DateOrder way) {
        const auto number = [&](std::size_t from, std::size_t size) {
            int value = 0;
            for (const char digit : entered.substr(from, size)) value = 10 * value + (digit - '0');
            return value;
        };
        constexpr int century = 2000;
        switch (way) {
            case DateOrder::dmy: return {number(4, 4), number(2, 2), number(0, 2)};
            case DateOrder::mdy: return {number(4, 4), number(0, 2), number(2, 2)};
            case DateOrder::my:
                return Calendar{century + number(2, 2), number(0, 2), 1}.end_of_month();
            case DateOrder::ymd: break;
        }
        return {number(0, 4), number(4, 2), number(6, 2)};
    }
};

}}}  // namespace agi::v0::ivr
