// SPDX-License-Identifier: MIT
#pragma once
// Everything that a program started by AGI() needs. Its streams are POSIX's: on Windows take
// agi/stream/iostream_stream.hpp.

#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/command/say_time.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/speech.hpp>
#include <agi/command/speech_grammar.hpp>
#include <agi/command/speech_recognize.hpp>
#include <agi/command/text.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/version.hpp>

#ifndef _WIN32
#include <agi/stream/fd_stream.hpp>
#include <agi/stream/stdio_stream.hpp>
#endif
