// SPDX-License-Identifier: MIT
#pragma once
// What a Session asks of the stream that it talks through.

#include <agi/version.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace agi { inline namespace v0 {

// A LineStream moves lines between the program and Asterisk. It is movable and has two members:
//
//   bool read_line(std::string& line);
//       Waits for the next line and puts it into `line`, without its LF; a CR is left alone.
//       False when the peer has closed; `line` then holds what came after the last LF, if anything.
//
//   void write_line(std::string_view line);
//       Sends the line and an LF, in one write. Throws AGISIGPIPEHangup when the peer has closed.
//
// More are used where they are there:
//
//   bool wait_line(std::chrono::milliseconds time);
//       Waits for that long at most. True when read_line has something: a line, or the end. Needed
//       to stop a command from outside, and for deadlines.
//
//   bool wait_room(std::chrono::milliseconds time);
//       Waits for that long at most. False when write_line would still have to wait for the peer to
//       read. With it a deadline also covers a peer that does not read.
//
//   HangupSource hangup_source();
//       What the stream knows of the call (stream/hangup_source.hpp) apart from its lines, such as SIGHUP.
//
//   bool read_line(std::string_view& line);
//       The same without a copy: the line is a view until the next read.
//
//   Arrived read_arrived(std::string& line, bool ask_system);
//       The same as read_line, but does not wait: what has come already. With `ask_system` false it
//       looks at what the stream itself holds, which must cost nothing; unless the last read from the
//       system may have left something there.
//
//   std::exception_ptr interruption();
//       Why nothing is to be sent any more, apart from what is for after a hang-up; null: go on.
//
//   std::chrono::steady_clock::time_point now();
//       The time by which wait_line waits, where that is virtual.
//
// Any other exception passes through the Session, which then knows that a reply is owed, or that a
// line may have been sent in part.

/// What a stream has that nobody has waited for.
enum class Arrived : unsigned char {
    nothing,
    part,  ///< The beginning of a line.
    line,
    end,  ///< The peer has closed; the line holds what came after the last LF.
};

namespace wire {

template <class Stream, class = void>
struct has_read_line : std::false_type {};
template <class Stream>
struct has_read_line<
    Stream, std::enable_if_t<std::is_convertible_v<
                decltype(std::declval<Stream&>().read_line(std::declval<std::string&>())), bool>>>
    : std::true_type {};

template <class Stream, class = void>
struct has_write_line : std::false_type {};
template <class Stream>
struct has_write_line<Stream, std::void_t<decltype(std::declval<Stream&>().write_line(
                                  std::declval<std::string_view>()))>> : std::true_type {};

template <class Stream, class = void>
struct has_wait_line : std::false_type {};
template <class Stream>
struct has_wait_line<
    Stream, std::enable_if_t<std::is_convertible_v<decltype(std::declval<Stream&>().wait_line(
                                                       std::declval<std::chrono::milliseconds>())),
                                                   bool>>> : std::true_type {};

template <class Stream, class = void>
struct has_wait_room : std::false_type {};
template <class Stream>
struct has_wait_room<Stream, std::void_t<decltype(std::declval<Stream&>().wait_room(
                                 std::declval<std::chrono::milliseconds>()))>> : std::true_type {};

template <class Stream, class = void>
struct has_read_view : std::false_type {};
template <class Stream>
struct has_read_view<Stream, std::void_t<decltype(std::declval<Stream&>().read_line(
                                 std::declval<std::string_view&>()))>> : std::true_type {};

template <class Stream, class = void>
struct has_read_arrived : std::false_type {};
template <class Stream>
struct has_read_arrived<
    Stream, std::enable_if_t<std::is_same_v<decltype(std::declval<Stream&>().read_arrived(
                                                std::declval<std::string&>(), true)),
                                            Arrived>>> : std::true_type {};

template <class Stream, class = void>
struct has_interruption : std::false_type {};
template <class Stream>
struct has_interruption<Stream, std::void_t<decltype(std::declval<const Stream&>().interruption())>>
    : std::true_type {};

template <class Stream, class = void>
struct has_now : std::false_type {};
template <class Stream>
struct has_now<Stream, std::void_t<decltype(std::declval<const Stream&>().now())>>
    : std::true_type {};

template <class Stream, class = void>
struct has_hangup_source : std::false_type {};
template <class Stream>
struct has_hangup_source<Stream,
                         std::void_t<decltype(std::declval<const Stream&>().hangup_source())>>
    : std::true_type {};

}  // namespace wire

/// Whether the type has the members of a LineStream.
template <class Stream>
inline constexpr bool is_line_stream_v = wire::has_read_line<Stream>::value&&
    wire::has_write_line<Stream>::value&& std::is_move_constructible_v<Stream>;

}}  // namespace agi::v0
