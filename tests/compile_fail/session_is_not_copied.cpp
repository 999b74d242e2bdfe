// SPDX-License-Identifier: MIT
#include <agi/session/session.hpp>
#include <agi/stream/fd_stream.hpp>

#include <utility>

using Session = agi::Session<agi::FdStream>;

#ifdef REJECT
Session again(Session& session) { return Session{session}; }
#else
Session again(Session& session) { return Session{std::move(session)}; }
#endif
