// SPDX-License-Identifier: MIT
#pragma once
// The parties of a call, as CALLERID(), CONNECTEDLINE() and REDIRECTING() show them.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/caller_id.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// A part of a party, such as `num`, `ani-name` or `from-pres`: what was written, or what Asterisk says of a
/// party that it knows nothing of. What it does not know as a part is empty.
class PartyPart {
  public:
    PartyPart(std::string_view function, std::string_view part) : function_{function} {
        part = part.substr(0, part.find(','));  // behind it are options
        for (const char c : part) part_ += wire::ascii_lower(c);
        if (part_ == "ani" || part_ == "dnid" || part_ == "rdnis") part_ += "-num";
        const std::size_t dash = part_.rfind('-');
        const std::size_t inner = dash == std::string::npos ? dash : part_.rfind('-', dash - 1);
        const std::string last = dash == std::string::npos ? part_ : part_.substr(dash + 1);
        const bool two =
            last == "valid" || last == "plan" || last == "charset" ||
            ((last == "pres" || last == "type" || last == "odd") && follows_field(dash));
        const std::size_t end = two ? inner : dash;
        if (end != std::string::npos) party_ = part_.substr(0, end + 1);
        field_ = part_.substr(party_.size());
        if (field_ == "number") field_ = "num";
        if (field_ == "ton") field_ = "num-plan";
    }

    [[nodiscard]] std::string read(const Call& call) const {
        if (field_ == "all") {
            return is_party() ? '"' + read(call, "name") + "\" <" + read(call, "num") + '>' : "";
        }
        if (field_ == "pres") return presentation(call);
        return read(call, field_);
    }
    void write(Call& call, const std::string& value) const {
        if (field_ == "pres") {
            slot(call, "num-pres") = slot(call, "name-pres") = value;
        } else if (field_ == "all" && is_caller()) {
            set_caller_id(call, value);
        } else if (is_written(field_)) {
            slot(call, field_) = value;
        }
    }

  private:
    static bool is_written(std::string_view field) {
        for (const std::string_view one :
             {"num", "name", "num-pres", "name-pres", "num-plan", "name-charset", "tag", "subaddr",
              "ani2", "reason", "count", "source"}) {
            if (field == one) return true;
        }
        return false;
    }
    [[nodiscard]] bool follows_field(std::size_t dash) const {
        if (dash == std::string::npos) return false;
        const std::string before = part_.substr(0, dash);
        for (const std::string_view field : {"num", "name", "subaddr"}) {
            if (before.size() >= field.size() &&
                before.compare(before.size() - field.size(), field.size(), field) == 0) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] bool is_caller() const { return function_ == "CALLERID" && party_.empty(); }
    /// REDIRECTING() has none without a name.
    [[nodiscard]] bool is_party() const { return function_ != "REDIRECTING" || !party_.empty(); }

    [[nodiscard]] std::string key(std::string_view field) const {
        return function_ + ' ' + party_ + std::string{field};
    }
    /// Where it is kept.
    std::string& slot(Call& call, std::string_view field) const {
        if (is_caller() && field == "num") return call.entry("agi_callerid");
        if (is_caller() && field == "name") return call.entry("agi_calleridname");
        if (function_ == "CALLERID" && field == "num" && party_ == "dnid-") {
            return call.entry("agi_dnid");
        }
        if (function_ == "CALLERID" && field == "num" && party_ == "rdnis-") {
            return call.entry("agi_rdnis");
        }
        return call.channel_items[key(field)];
    }
    [[nodiscard]] std::string read(const Call& call, std::string_view field) const {
        if (field == "num-valid") return is_valid(call, "num");
        if (field == "name-valid") return is_valid(call, "name");
        if (is_caller() && field == "num") return caller_number(call);
        if (is_caller() && field == "name") return caller_name(call);
        if (function_ == "CALLERID" && party_ == "dnid-" && field == "num") {
            return known(call.entry("agi_dnid"));
        }
        if (function_ == "CALLERID" && party_ == "rdnis-" && field == "num") {
            return known(call.entry("agi_rdnis"));
        }
        const auto written = call.channel_items.find(key(field));
        if (written != call.channel_items.end()) return written->second;
        if (party_ == "ani-" && field == "num" && call.entry("agi_type") == "PJSIP") {
            return caller_number(call);
        }
        return usual(field);
    }
    [[nodiscard]] std::string is_valid(const Call& call, std::string_view field) const {
        if (!is_party()) return "";
        if (is_caller()) {
            const bool is_number = field == "num";
            return call.entry(is_number ? "agi_callerid" : "agi_calleridname") == "unknown" ? "0"
                                                                                            : "1";
        }
        return call.channel_items.count(key(field)) == 1 ? "1" : "0";
    }
    [[nodiscard]] std::string usual(std::string_view field) const {
        if (field == "reason" && function_ == "REDIRECTING") return "unknown";
        if (field == "count" && function_ == "REDIRECTING") return "0";
        if (field == "source" && function_ == "CONNECTEDLINE") return "unknown";
        if (!is_party()) return "";
        if (field == "num-pres" || field == "name-pres") return "allowed_not_screened";
        if (field == "name-charset") return "iso8859-1";
        const bool is_zero = field == "num-plan" || field == "ani2" || field == "subaddr-valid" ||
                             field == "subaddr-type" || field == "subaddr-odd";
        return is_zero ? "0" : "";
    }
    /// That of what is there: the stricter one.
    [[nodiscard]] std::string presentation(const Call& call) const {
        const bool has_number = is_party() && is_valid(call, "num") == "1";
        const bool has_name = is_party() && is_valid(call, "name") == "1";
        std::string name = read(call, "name-pres");
        if (has_name && (!has_number || name.compare(0, 6, "prohib") == 0)) return name;
        return has_number ? read(call, "num-pres") : "unavailable";
    }

    std::string function_;
    std::string part_;
    std::string party_;  ///< With its `-`; empty: the usual one.
    std::string field_;
};

}}}  // namespace agi::v0::testing::simulator
