// SPDX-License-Identifier: MIT
#pragma once
// How it is learnt that a call is over.

#include <agi/version.hpp>

namespace agi { inline namespace v0 {

/// How the program learnt that the call is over.
enum class HangupSource : unsigned char {
    none,           ///< It has not.
    hangup_line,    ///< A HANGUP line (FastAGI).
    dead_channel,   ///< 511.
    reply,          ///< A reply that says so: RECORD FILE, SPEECH RECOGNIZE.
    closed_stream,  ///< Asterisk closed its end.
    signal,         ///< SIGHUP, in a program that watches for it.
};

}}  // namespace agi::v0
