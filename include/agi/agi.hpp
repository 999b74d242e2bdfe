// SPDX-License-Identifier: MIT
#pragma once
// All commands, and the session: standard C++, on any system. The stream of a program that AGI() has
// started comes with agi/process/run.hpp; the others are in agi/stream/, agi/asio/ and agi/fastagi/.

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
