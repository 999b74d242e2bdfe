// SPDX-License-Identifier: MIT
#pragma once
// Everything that a program started by AGI() needs.

#include <agi/command/call.hpp>
#include <agi/command/database.hpp>
#include <agi/command/dialplan.hpp>
#include <agi/command/digits.hpp>
#include <agi/command/playback.hpp>
#include <agi/command/program.hpp>
#include <agi/command/record.hpp>
#include <agi/command/say.hpp>
#include <agi/command/secret.hpp>
#include <agi/command/speech.hpp>
#include <agi/command/speech_grammar.hpp>
#include <agi/command/speech_recognize.hpp>
#include <agi/command/text.hpp>
#include <agi/command/variable.hpp>
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>
#include <agi/stream/stdio_stream.hpp>
#include <agi/version.hpp>
