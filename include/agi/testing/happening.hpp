// SPDX-License-Identifier: MIT
#pragma once
// What happened in a simulated call.

#include <agi/version.hpp>

#include <chrono>
#include <string>

namespace agi { inline namespace v0 { namespace testing {

/// A sound that the caller heard.
struct Heard {
    std::string sound;
    std::chrono::milliseconds from{0};  ///< Since the call began.
    std::chrono::milliseconds to{0};
    bool whole = false;  ///< It played to its end.
    bool answered =
        true;  ///< The call was answered: without that, many telephones let nothing be heard.
};

/// Something that happened in a simulated call, and when.
struct Happening {
    enum class Kind : unsigned char {
        request,      ///< A line of the program.
        reply,        ///< A line of Asterisk.
        environment,  ///< A line of the environment.
        sound,        ///< A sound begins.
        sound_cut,    ///< It has stopped before its end.
        key,          ///< The caller presses a key.
        text,         ///< The caller sends a text.
        words,        ///< The caller says words.
        sent_text,    ///< Asterisk sends the caller a text.
        hang_up,      ///< The channel is hung up.
        signal,       ///< Asterisk sends the program SIGHUP.
        closed,       ///< Asterisk ends the session.
        broken,       ///< The connection is lost.
        stuck,        ///< The program waits for a line that would never come.
        remark,  ///< What the simulator has done otherwise than a real system: nobody was dialled.
        not_simulated,  ///< Asterisk has it, the simulator does not.
    };
    Kind kind = Kind::request;
    std::chrono::milliseconds time{0};  ///< Since the call began.
    std::string text{};
};

}}}  // namespace agi::v0::testing
