// SPDX-License-Identifier: MIT
// What is no part of a prompt.

#include <agi/ivr/ivr.hpp>

#include <string>
#include <string_view>

using namespace agi::ivr;

#ifndef REJECT
char text[] = "x";
const Prompt prompt{"x",        std::string{"y"}, text,
                    "z",        Number(5),        Number(5U),
                    Sound("a"), Digits("5"),      Money(1250L, Currency{})};
#elif REJECT == 1
const Prompt prompt{"you-have", 5};
#elif REJECT == 2
const Prompt prompt{"you-have", 0};
#elif REJECT == 3
const Prompt prompt{"you-have", nullptr};
#elif REJECT == 4
const Prompt prompt{"you-have", '5'};
#elif REJECT == 5
const Prompt prompt{"you-have", Money(12.50, Currency{})};
#elif REJECT == 6
const Prompt prompt{"you-have", Number(1.5)};
#endif
