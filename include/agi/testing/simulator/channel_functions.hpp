// SPDX-License-Identifier: MIT
#pragma once
// What the dialplan knows of the channel and of the system: CHANNEL(), TIMEOUT(), VERSION(), the folders.

#include <agi/testing/call.hpp>
#include <agi/testing/simulator/text_functions.hpp>
#include <agi/testing/simulator/time_function.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <cstdio>
#include <cstdlib>
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

struct Constant {
    std::string_view name;
    const char* value;
};
template <std::size_t Size>
MaybeText find_constant(const Constant (&all)[Size], std::string_view name) {
    for (const Constant& one : all) {
        if (one.name == name) return one.value;
    }
    return std::nullopt;
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
    if (name == "ENTITYID") return "00:00:5e:00:53:01";
    if (name == "CALLINGPRES") return call.entry("agi_callingpres");
    static constexpr Constant folders[] = {{"ASTETCDIR", "/etc/asterisk"},
                                           {"ASTDATADIR", "/usr/share/asterisk"},
                                           {"ASTVARLIBDIR", "/var/lib/asterisk"},
                                           {"ASTSPOOLDIR", "/var/spool/asterisk"},
                                           {"ASTLOGDIR", "/var/log/asterisk"},
                                           {"ASTRUNDIR", "/var/run/asterisk"},
                                           {"ASTAGIDIR", "/usr/share/asterisk/agi-bin"},
                                           {"ASTCACHEDIR", "/var/cache/asterisk"}};
    return find_constant(folders, name);
}

/// Those that are the same on every channel here.
inline MaybeText constant_channel_item(std::string_view item) {
    static constexpr Constant items[] = {{"audioreadformat", "slin"},
                                         {"audiowriteformat", "slin"},
                                         {"audionativeformat", "(ulaw)"},
                                         {"videonativeformat", "(nothing)"},
                                         {"amaflags", "3"},
                                         {"transfercapability", "SPEECH"},
                                         {"max_forwards", "20"},
                                         {"musicclass", ""},
                                         {"parkinglot", ""},
                                         {"hangupsource", ""},
                                         {"userfield", ""},
                                         {"peeraccount", ""},
                                         {"dtmf_features", ""},
                                         {"callgroup", ""},
                                         {"pickupgroup", ""},
                                         {"namedcallgroup", ""},
                                         {"namedpickupgroup", ""},
                                         {"secure_bridge_media", ""},
                                         {"secure_bridge_signaling", ""},
                                         {"after_bridge_goto", ""},
                                         {"onhold", "0"},
                                         {"callid", "[C-00000001]"}};
    return find_constant(items, item);
}

inline std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += wire::ascii_lower(c);
    return out;
}

/// CHANNEL(item).
inline MaybeText channel_item(const Call& call, std::string_view name) {
    const std::string item = lower(name);
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
    if (item == "checkhangup") return call.channel.hung_up() ? "1" : "0";
    return constant_channel_item(item);
}

/// Writing one that can be written.
inline void set_channel_item(Call& call, std::string_view name, const std::string& value) {
    const std::string item = lower(name);
    if (item == "language") call.entry("agi_language") = value;
    if (item == "accountcode") call.entry("agi_accountcode") = value;
    for (const std::string_view kept :
         {"language", "accountcode", "musicclass", "userfield", "parkinglot", "peeraccount",
          "max_forwards", "transfercapability", "hangupsource", "secure_bridge_media",
          "secure_bridge_signaling", "after_bridge_goto", "tonezone"}) {
        if (item == kept) call.channel_items[item] = value;
    }
    if (item == "amaflags") {
        const std::string flag = lower(value);
        call.channel_items[item] = flag == "omit"            ? "1"
                                   : flag == "billing"       ? "2"
                                   : flag == "documentation" ? "3"
                                                             : value;
    }
    if (item == "callgroup" || item == "pickupgroup" || item == "namedcallgroup" ||
        item == "namedpickupgroup") {
        std::string groups;
        for (const char c : value) groups += c == ',' ? std::string{", "} : std::string(1, c);
        call.channel_items[item] = groups;
    }
}

/// TIMEOUT(kind): the absolute one is SET AUTOHANGUP. The others are there for the dialplan's own digits.
inline MaybeText timeout_function(const Call& call, std::string_view name) {
    const std::string kind = lower(name);
    char text[32];
    double seconds = 0;
    if (kind == "digit" || kind == "response") {
        const auto written = stored(call.channel_items, "TIMEOUT " + kind);
        seconds = written ? std::strtod(written->c_str(), nullptr) : kind == "digit" ? 5 : 10;
    } else if (kind == "absolute") {
        const auto end = call.channel.hangs_up_at();
        if (!end && !call.dead_man.armed) return "0";
        seconds = end ? static_cast<double>((*end - call.channel.now()).count()) / 1000
                      : call.dead_man.seconds;
    } else {
        return std::nullopt;
    }
    std::snprintf(text, sizeof text, "%.3f", seconds);
    return text;
}

/// VERSION([what]).
inline std::string version_function(const Call& call, std::string_view what) {
    static constexpr Constant facts[] = {{"BUILD_USER", "root"},
                                         {"BUILD_HOST", "localhost"},
                                         {"BUILD_MACHINE", "x86_64"},
                                         {"BUILD_OS", "Linux"},
                                         {"BUILD_DATE", "2023-11-14 22:13:20 UTC"},
                                         {"BUILD_KERNEL", "unknown"}};
    for (const Constant& fact : facts) {
        if (wire::is_command(what, fact.name)) return fact.value;
    }
    if (!wire::is_command(what, "ASTERISK_VERSION_NUM")) return call.entry("agi_version");
    char text[32];
    std::snprintf(text, sizeof text, "%d%02d%02d", call.version.major_number(),
                  call.version.minor_number(), call.version.patch_number());
    return text;
}

/// DIALPLAN_EXISTS and VALID_EXTEN: what the call knows of is there.
inline MaybeText dialplan_exists(const Call& call, std::string_view argument) {
    if (argument.empty()) return std::nullopt;
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
