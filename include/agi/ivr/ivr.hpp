// SPDX-License-Identifier: MIT
#pragma once
// Dialogues: prompts, questions, menus, recordings, dialling.

#include <agi/ivr/amount.hpp>
#include <agi/ivr/ask.hpp>
#include <agi/ivr/card_number.hpp>
#include <agi/ivr/confirm.hpp>
#include <agi/ivr/date.hpp>
#include <agi/ivr/dial.hpp>
#include <agi/ivr/letters.hpp>
#include <agi/ivr/listen.hpp>
#include <agi/ivr/menu.hpp>
#include <agi/ivr/record.hpp>
#include <agi/ivr/say.hpp>
#include <agi/ivr/yes_no.hpp>
