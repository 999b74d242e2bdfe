// SPDX-License-Identifier: MIT
#pragma once
// What the dialplan knows of the channel and of the system: CHANNEL(), TIMEOUT(), VERSION(), the folders.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/testing/simulator/unsimulated.hpp>
#include <agi/version.hpp>

#include <cstdio>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

inline std::optional<std::string> stored(const std::map<std::string, std::string>& map,
                                         const std::string& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

/// Seconds since 1970.
inline std::time_t clock_of(const Call& call) {
    return call.began_at + static_cast<std::time_t>(call.channel.now().count() / 1000);
}

/// The variables that Asterisk itself has.
inline MaybeText built_in_variable(const Call& call, std::string_view name) {
    if (name == "CHANNEL") return call.entry("agi_channel");
    if (name == "CONTEXT") return call.place().context;
    if (name == "EXTEN") return call.place().extension;
    if (name == "PRIORITY") return std::to_string(call.place().priority);
    if (name == "UNIQUEID") return call.entry("agi_uniqueid");
    if (name == "EPOCH") return std::to_string(clock_of(call));
    if (name == "HANGUPCAUSE") return "0";
    if (name == "SYSTEMNAME") return "";
    if (name == "CALLINGPRES") return call.entry("agi_callingpres");
    struct Folder {
        std::string_view name;
        const char* path;
    };
    static constexpr Folder folders[] = {{"ASTETCDIR", "/etc/asterisk"},
                                         {"ASTDATADIR", "/usr/share/asterisk"},
                                         {"ASTVARLIBDIR", "/var/lib/asterisk"},
                                         {"ASTSPOOLDIR", "/var/spool/asterisk"},
                                         {"ASTLOGDIR", "/var/log/asterisk"},
                                         {"ASTRUNDIR", "/var/run/asterisk"},
                                         {"ASTAGIDIR", "/usr/share/asterisk/agi-bin"},
                                         {"ASTCACHEDIR", "/var/cache/asterisk"}};
    for (const Folder& folder : folders) {
        if (folder.name == name) return folder.path;
    }
    return std::nullopt;
}

/// CHANNEL(item).
inline MaybeText channel_item(const Call& call, const std::string& item) {
    if (auto written = stored(call.channel_items, item)) return written;
    if (item == "name") return call.entry("agi_channel");
    if (item == "state") return call.channel.answered ? "Up" : "Ring";
    if (item == "language") return call.entry("agi_language");
    if (item == "channeltype") return call.entry("agi_type");
    if (item == "uniqueid" || item == "linkedid") return call.entry("agi_uniqueid");
    if (item == "accountcode") return call.entry("agi_accountcode");
    if (item == "context") return call.entry("agi_context");
    if (item == "exten") return call.entry("agi_extension");
    if (item == "appname") return call.enhanced() ? "EAGI" : "AGI";
    if (item == "appdata") return call.entry("agi_request");
    if (item == "audioreadformat" || item == "audiowriteformat") return "slin";
    if (item == "audionativeformat") return "(ulaw)";
    if (item == "videonativeformat") return "(nothing)";
    if (item == "amaflags") return "3";
    if (item == "transfercapability") return "SPEECH";
    if (item == "checkhangup") return call.channel.hung_up() ? "1" : "0";
    if (item == "max_forwards") return "20";
    for (const char* const empty : {"musicclass", "parkinglot", "hangupsource", "userfield",
                                    "peeraccount", "dtmf_features", "callgroup", "pickupgroup"}) {
        if (item == empty) return "";
    }
    return std::nullopt;
}

/// Writing one.
inline void set_channel_item(Call& call, const std::string& item, const std::string& value) {
    if (item == "language") call.entry("agi_language") = value;
    if (item == "accountcode") call.entry("agi_accountcode") = value;
    call.channel_items[item] = value;
}

/// STRFTIME([epoch][,zone[,format]]). Without a zone it is UTC.
inline MaybeText time_function(Call& call, std::string_view argument) {
    const auto all = arguments_of(argument, 3);
    const bool utc = all[1].empty() || all[1] == "UTC" || all[1] == "GMT" || all[1] == "Etc/UTC";
    if (!utc) {
        say_not_simulated(call, "STRFTIME in zone " + all[1]);
        return std::nullopt;
    }
    const double seconds =
        all[0].empty() ? static_cast<double>(clock_of(call)) : std::strtod(all[0].c_str(), nullptr);
    const auto whole = static_cast<std::time_t>(seconds);
    std::tm time{};
    if (const std::tm* const found = std::gmtime(&whole))
        time = *found;  // NOLINT(concurrency-mt-unsafe)
    std::string format;
    const std::string wanted = all[2].empty() ? "%c" : all[2];
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        // %q is Asterisk's own: milliseconds, with a number for less of them.
        const std::size_t kind = wanted.find_first_not_of("0123456789", at + 1);
        if (wanted[at] == '%' && kind != std::string::npos && wanted[kind] == 'q') {
            char text[16];
            std::snprintf(text, sizeof text, "%03d",
                          static_cast<int>((seconds - static_cast<double>(whole)) * 1000));
            const int digits = kind == at + 1 ? 3 : std::atoi(wanted.c_str() + at + 1);
            format += std::string{text}.substr(0, static_cast<std::size_t>(digits));
            at = kind;
        } else if (wanted[at] == '%' && at + 1 < wanted.size()) {
            format += wanted[at] == '%' && wanted[at + 1] == 'Z' ? std::string{"UTC"}
                                                                 : wanted.substr(at, 2);
            ++at;
        } else {
            format += wanted[at];
        }
    }
    char text[4096];
    const std::size_t size = std::strftime(text, sizeof text, format.c_str(), &time);
    return std::string{text, size};
}

/// TIMEOUT(kind): the absolute one is SET AUTOHANGUP. The others are there for the dialplan's own digits.
inline MaybeText timeout_function(const Call& call, const std::string& kind) {
    char text[32];
    double seconds = 0;
    if (kind == "digit" || kind == "response") {
        const auto written = stored(call.channel_items, "TIMEOUT " + kind);
        seconds = written ? std::strtod(written->c_str(), nullptr) : kind == "digit" ? 5 : 10;
    } else if (kind == "absolute") {
        const auto end = call.channel.hangs_up_at();
        if (!end) return "0";
        seconds = static_cast<double>((*end - call.channel.now()).count()) / 1000;
    } else {
        return std::nullopt;
    }
    std::snprintf(text, sizeof text, "%.3f", seconds);
    return text;
}

/// VERSION([what]).
inline std::string version_function(const Call& call, std::string_view what) {
    if (what != "ASTERISK_VERSION_NUM") return call.entry("agi_version");
    char text[32];
    std::snprintf(text, sizeof text, "%d%02d%02d", call.version.major_number(),
                  call.version.minor_number(), call.version.patch_number());
    return text;
}

/// DIALPLAN_EXISTS and VALID_EXTEN: what the call knows of is there.
inline std::string dialplan_exists(const Call& call, std::string_view argument) {
    const auto all = arguments_of(argument, 3);
    const Place here = call.place();
    std::string wanted = all[0];
    if (!all[1].empty()) wanted += ',' + all[1];
    if (!all[2].empty()) wanted += ',' + all[2];
    const auto names = [&](const std::string& place) {
        return place.compare(0, wanted.size(), wanted) == 0 &&
               (place.size() == wanted.size() || place[wanted.size()] == ',');
    };
    if (names(here.context + ',' + here.extension + ',' + std::to_string(here.priority)))
        return "1";
    for (const auto& entry : call.subroutines) {
        if (names(entry.first)) return "1";
    }
    for (const auto& [label, priority] : call.labels) {
        const std::string extension = label.substr(0, label.rfind(',') + 1);
        if (names(label) || names(extension + std::to_string(priority))) return "1";
    }
    return "0";
}

}}}  // namespace agi::v0::testing::simulator
