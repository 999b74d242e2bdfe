// SPDX-License-Identifier: MIT
#pragma once
// Says why a program ended, where somebody may see it: standard error and Asterisk's console.

#include <agi/command/program.hpp>
#include <agi/stream/sigpipe.hpp>
#include <agi/version.hpp>
#include <agi/wire/joined.hpp>

#include <cxxabi.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <typeinfo>

namespace agi { inline namespace v0 { namespace wire {

/// What the exception that is being handled says: any exception. What pthread_exit() throws is nothing that a
/// reference can be bound to, as UBSan sees it.
__attribute__((no_sanitize("null"))) inline std::string text_of_caught() {
    try {
        throw;
#ifdef __GLIBCXX__
    } catch (abi::__forced_unwind&) {  // pthread_exit(), which must not end here
        throw;
#endif
    } catch (const std::exception& error) {
        const char* const what = error.what();
        return what != nullptr ? what : "an exception that says nothing";
    } catch (const std::string& text) {
        return text;
    } catch (const char* text) {
        return text != nullptr ? text : "a null pointer was thrown";
    } catch (...) {
        const std::type_info* const type = abi::__cxa_current_exception_type();
        if (type == nullptr) return "something was thrown";
        int failed = 0;
        char* const name = abi::__cxa_demangle(type->name(), nullptr, nullptr, &failed);
        std::string text =
            joined({"a value of the type ", failed == 0 ? name : type->name(), " was thrown"});
        std::free(name);
        return text;
    }
}

/// The text as one line that VERBOSE takes: control characters are blanks, and a long one is cut.
inline std::string console_line(std::string_view text) {
    constexpr std::size_t limit = 800;  // with each byte escaped, a line of any Asterisk
    std::string line{text.substr(0, limit)};
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    }
    return text.size() > limit ? line + "..." : line;
}

/// Says it where there is room for it: nobody may read standard error, or have it open at all.
inline void tell_stderr(std::string_view what, std::string_view more = "") noexcept {
    constexpr std::size_t room = 4000;  // less than what a pipe has that can be written at all
    try {
        pollfd wanted{STDERR_FILENO, POLLOUT, 0};
        if (::poll(&wanted, 1, 0) != 1) return;
        const std::string text = joined({"agi: ", what, more}).substr(0, room);
        write_with_signal_blocked(STDERR_FILENO, text, "\n");
    } catch (...) {
        // There is not even memory to say it with.
    }
}

/// The same, and to Asterisk if the session can send a command now: it must be in step. The call may
/// be over.
template <class Session>
void tell(Session& session, std::string_view what) noexcept {
    tell_stderr(what);
    try {
        if (!session.in_step()) return;
        const Verbose line{console_line(joined({"agi: ", what})), 0};
        session.after_hangup([&line](auto& call) { line(call); });
    } catch (...) {
        // It was said on standard error, and there is nobody left to tell.
    }
}

}}}  // namespace agi::v0::wire
