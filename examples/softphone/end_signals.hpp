// SPDX-License-Identifier: MIT
// Signals that end the softphone: the terminal is put back, and the program that it has started ends, too.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>

// What is called in a handler is async-signal-safe.
class EndSignals {
  public:
    // SIGTERM, SIGHUP, SIGQUIT and SIGINT, but for those that are ignored, as under nohup.
    static void watch() {
        for (const int number : {SIGTERM, SIGHUP, SIGQUIT, SIGINT}) {
            struct sigaction now {};
            sigaction(number, nullptr, &now);
            if (now.sa_handler != SIG_IGN) ::signal(number, end);
        }
    }
    // Called first; a null pointer: nothing is to be put back.
    static void on_end(void (*put_back)()) { put_back_ = put_back; }
    // The process group of the program that runs; 0: none.
    static void runs(pid_t group) { group_ = group; }

  private:
    static void end(int number) {
        if (put_back_ != nullptr) put_back_();
        if (group_ > 0) end_group(group_);
        ::signal(number, SIG_DFL);
        raise(number);
    }
    // It has a second to end well.
    static void end_group(pid_t group) {
        constexpr int patience = 100;
        kill(-group, SIGTERM);
        kill(-group, SIGCONT);
        for (int i = 0; i < patience && kill(-group, 0) == 0; ++i) {
            waitpid(group, nullptr, WNOHANG);
            poll(nullptr, 0, 10);
        }
        kill(-group, SIGKILL);
    }

    static inline void (*volatile put_back_)() = nullptr;
    static inline volatile sig_atomic_t group_ = 0;
};
