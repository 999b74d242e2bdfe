// SPDX-License-Identifier: MIT
#pragma once
// What the command line of agiload says.

#include <cstdint>
#include <string>
#include <vector>

namespace load {

struct Options {
    std::string mode;
    std::string label;
    std::vector<std::string> arguments;  ///< agi_arg_1, agi_arg_2...
    std::int64_t sessions = 1;
    std::int64_t expected = -1;  ///< Requests of each session; -1: any number.
    std::int64_t timeout = 60;   ///< Seconds without progress.
    std::int64_t pin_driver = -1;
    std::int64_t pin_client = -1;
    bool check = false;
    bool line_by_line = false;
    bool hang_up = false;

    std::vector<std::string> program;  ///< Pipe mode.

    // FastAGI and idle mode.
    std::string script = "ivr";
    std::string host = "127.0.0.1";
    std::int64_t port = 4573;
    std::int64_t pid = 0;  ///< The server's process, for memory and processor time.
    std::int64_t connections = 1;
    std::int64_t seconds = 0;   ///< Opens no more sessions after that time; 0: no limit.
    std::int64_t burst = 64;    ///< Sessions whose first request is still to come.
    std::int64_t rate = 0;      ///< Sessions opened in a second; 0: no limit.
    std::int64_t think_ms = 0;  ///< Before each reply.
    std::int64_t hold_ms = 2000;
    std::int64_t source_addresses = 200;  ///< 127.0.0.2 and up, so that ports do not run out.
    bool gate = false;  ///< All sessions are open before the first reply and the measurement.
};

/// Each prints its result, and returns the program's exit status.
int run_pipe(const Options& options);
int run_fastagi(const Options& options, bool idle);

}  // namespace load
