// SPDX-License-Identifier: MIT
#include <agi/agi.hpp>

#ifdef REJECT
const agi::SetVariable set{"SCORE", 0.87};
#else
const agi::SetVariable set{"SCORE", 87};
#endif
