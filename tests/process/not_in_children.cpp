// SPDX-License-Identifier: MIT
// What a forked child has of the descriptors that are not for it.

#include "catch.hpp"
#include "process/child.hpp"
#include <agi/process/not_in_children.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

using agi::wire::NotInChildren;

namespace {

/// Runs `body` in a child that is forked from here; its status.
template <class Body>
int in_fork(Body body) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(body());
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Whether nothing comes from it, and everything may go to it.
bool leads_nowhere(int fd) {
    char byte = 0;
    return ::read(fd, &byte, 1) == 0 && ::write(fd, "x", 1) == 1;
}

/// The highest number that a descriptor of this process may have; -1: not over `least`.
int highest_descriptor(int least) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min(limit.rlim_max, rlim_t{1} << 20U);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    const int highest = static_cast<int>(limit.rlim_cur) - 1;
    return highest > least ? highest : -1;
}

}  // namespace

TEST_CASE("NotInChildren: each that is added leads nowhere in a child, whatever its number") {
    const int status = in_fork([] {
        const int highest = highest_descriptor(200);
        const Pipe pipe = make_pipe();
        std::vector<int> added{63, 64, 65, 127, 128, 200, highest};
        for (const int fd : added) {
            if (::dup2(pipe.write, fd) != fd) return 2;
            NotInChildren::add(fd);
        }
        const int child = in_fork([&] {
            for (const int fd : added) {
                if (!leads_nowhere(fd)) return 1;
                if ((::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0) return 3;
            }
            return leads_nowhere(pipe.write) ? 4 : 0;
        });
        for (const int fd : added) {
            if (leads_nowhere(fd)) return 5;  // here nothing has changed
        }
        return child;
    });
    CHECK(status == 0);
}

TEST_CASE("NotInChildren: one over 65,536 as well, where the system allows it") {
    const int status = in_fork([] {
        const int highest = highest_descriptor(70000);
        if (highest < 0) return 77;
        const Pipe pipe = make_pipe();
        for (const int fd : {70000, highest}) {
            if (::dup2(pipe.write, fd) != fd) return 2;
            NotInChildren::add(fd);
        }
        NotInChildren::remove(70000);
        return in_fork([&] { return leads_nowhere(highest) && !leads_nowhere(70000) ? 0 : 1; });
    });
    if (status == 77) WARN("this system allows fewer descriptors");
    CHECK((status == 0 || status == 77));
}

TEST_CASE("NotInChildren: what is removed is in children, and what is no descriptor is nothing") {
    const int status = in_fork([] {
        const Pipe pipe = make_pipe();
        NotInChildren::add(pipe.write);
        NotInChildren::remove(pipe.write);
        NotInChildren::add(-1);
        NotInChildren::remove(-1);
        NotInChildren::remove(pipe.read);
        if (NotInChildren::made([] { return -1; }) != -1) return 1;
        return in_fork([&] { return leads_nowhere(pipe.write) ? 2 : 0; });
    });
    CHECK(status == 0);
}

TEST_CASE("NotInChildren: what a child opens under such a number is its own, and its children's") {
    const int status = in_fork([] {
        const Pipe pipe = make_pipe();
        NotInChildren::add(pipe.write);
        return in_fork([&] {
            const Pipe own = make_pipe();
            ::dup2(own.write, pipe.write);
            return in_fork([&] { return leads_nowhere(pipe.write) ? 1 : 0; });
        });
    });
    CHECK(status == 0);
}

TEST_CASE("NotInChildren: a child for which there is no descriptor left has none of them") {
    const int status = in_fork([] {
        const Pipe pipe = make_pipe();
        const Pipe other = make_pipe();
        const int next = ::dup(0);
        ::close(next);
        for (const int fd : {static_cast<int>(pipe.write), static_cast<int>(other.write)}) {
            NotInChildren::add(fd);
        }
        const rlimit full{static_cast<rlim_t>(next), static_cast<rlim_t>(next)};
        ::setrlimit(RLIMIT_NOFILE, &full);
        const int child = in_fork([&] {
            const auto is_pipe = [](int fd) {
                struct stat file {};
                return ::fstat(fd, &file) == 0 && S_ISFIFO(file.st_mode);
            };
            return is_pipe(pipe.write) || is_pipe(other.write) ? 1 : 0;
        });
        return child;
    });
    CHECK(status == 0);
}

TEST_CASE("NotInChildren: a limit that was lowered meanwhile keeps nothing in a child") {
    const int status = in_fork([] {
        const Pipe pipe = make_pipe();
        constexpr int high = 300;
        if (::dup2(pipe.write, high) != high) return 2;
        NotInChildren::add(high);
        const rlimit low{high, high};
        ::setrlimit(RLIMIT_NOFILE, &low);
        return in_fork([] { return ::fcntl(high, F_GETFD) == -1 ? 0 : 1; });
    });
    CHECK(status == 0);
}
