// SPDX-License-Identifier: MIT
#pragma once
// What changed from one Asterisk to the next in its side of AGI, apart from what ServerVersion knows.

#include <agi/version.hpp>
#include <agi/wire/server_version.hpp>

#include <initializer_list>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// The first release of a series that has a change.
struct Release {
    int major_number;
    int minor_number = 0;
    int patch_number = 0;
};

/// Whether a version has a change, which came with each of these releases in its own series, and with
/// the last one in all that follow.
inline bool since(const ServerVersion& version, std::initializer_list<Release> releases) {
    bool later = false;
    for (const auto& [major, minor, patch] : releases) {
        if (version.major_number() == major) return version.at_least(major, minor, patch);
        later = version.at_least(major);
    }
    return later;
}

/// 511 names interception routines.
inline bool names_interception(const ServerVersion& v) {
    return since(v, {{13, 14}, {14, 3}, {15}});
}
/// SET VARIABLE takes two arguments and no other number of them.
inline bool counts_arguments_of_set(const ServerVersion& v) {
    return since(v, {{13, 17}, {14, 6}, {15}});
}
/// STREAM FILE and GET OPTION say -1 for a missing file; before, 0.
inline bool tells_missing_file(const ServerVersion& v) {
    return since(v, {{1, 8, 24}, {11, 6}, {12}});
}
/// Playback leaves PLAYBACKSTATUS and CPLAYBACKSTATUS behind.
inline bool sets_playback_status(const ServerVersion& v) { return since(v, {{12}}); }
/// CONTROL STREAM FILE leaves the channel unanswered.
inline bool controls_without_answer(const ServerVersion& v) { return since(v, {{13}}); }
/// DATABASE DEL says 1 for a missing key too: it is SQL now.
inline bool deletes_missing_keys(const ServerVersion& v) { return since(v, {{10}}); }
/// Names in the database may have more than 255 bytes.
inline bool takes_long_keys(const ServerVersion& v) {
    return since(v, {{18, 26}, {20, 11}, {21, 6}, {22, 1}});
}
/// AGIEXECFULL is looked at.
inline bool knows_execfull(const ServerVersion& v) {
    return since(v, {{16, 27}, {18, 13}, {19, 5}, {20}});
}
/// RECORD FILE beeps for every word that is no silence; before, for none with a `=` in it.
inline bool beeps_for_any_word(const ServerVersion& v) {
    return since(v, {{18, 18}, {20, 3}, {21}});
}
/// AGIEXITONHANGUP is looked at.
inline bool knows_exit_on_hangup(const ServerVersion& v) { return since(v, {{11}}); }
/// GOSUB tells a subroutine that did not return.
inline bool tells_abnormal_exit(const ServerVersion& v) { return since(v, {{1, 8, 30}, {11}}); }
/// EXEC Playback fails when the caller hangs up.
inline bool playback_tells_hangup(const ServerVersion& v) { return since(v, {{18}}); }

/// Whether it has a function that came late, or went.
inline bool has_function(const ServerVersion& v, std::string_view name) {
    if (name == "TRIM" || name == "LTRIM" || name == "RTRIM") {
        return since(v, {{16, 30}, {18, 16}, {19, 8}, {20, 1}, {21}});
    }
    if (name == "ABS" || name == "MIN" || name == "MAX") return since(v, {{16, 19}, {18, 5}, {19}});
    if (name == "STRBETWEEN") return since(v, {{16, 21}, {18, 7}, {19}});
    if (name == "GLOBAL_EXISTS" || name == "VARIABLE_EXISTS") {
        return since(v, {{18, 21}, {20, 6}, {21, 1}, {22}});
    }
    if (name == "CALLERPRES") return !v.at_least(21);
    if (name == "DIGIT_SUM") return since(v, {{20, 17}, {22, 7}, {23, 1}, {24}});
    return true;
}

}}}  // namespace agi::v0::testing::simulator
