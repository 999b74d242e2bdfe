/* SPDX-License-Identifier: MIT */
/* The requests of the standard workload, as bytes. */

static const char* const first_request = "ANSWER\n";
static const char* const last_request = "HANGUP\n";
static const char* const loop_requests[8] = {
    "GET VARIABLE x\n",
    "SET VARIABLE name \"some value with \\\"quotes\\\" and spaces\"\n",
    "STREAM FILE hello-world \"0123456789#*\"\n",
    "GET DATA menu 2000 4\n",
    "SAY DIGITS 1234 \"\"\n",
    "DATABASE GET fam key\n",
    "EXEC Playback \"a,b\"\n",
    "VERBOSE \"loop done\" 1\n"};
