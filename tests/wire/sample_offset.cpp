// SPDX-License-Identifier: MIT
#include "catch.hpp"
#include <agi/wire/sample_offset.hpp>

#include <chrono>

using namespace agi;
using namespace std::chrono_literals;

TEST_CASE("SampleOffset: time") {
    CHECK(SampleOffset{}.time() == 0ms);
    CHECK(SampleOffset{8000}.time() == 1s);
    CHECK(SampleOffset{4}.time() == 0ms);
    CHECK(SampleOffset{12}.time() == 1ms);
    CHECK(SampleOffset{16000}.time(16000) == 1s);
    CHECK(SampleOffset{-8000}.time() == -1s);
    CHECK(SampleOffset{30000000000LL}.time() == 3750000s);
}

TEST_CASE("SampleOffset: compares") {
    CHECK(SampleOffset{5} == SampleOffset{5});
    CHECK_FALSE(SampleOffset{5} == SampleOffset{6});
    CHECK(SampleOffset{5} != SampleOffset{6});
    CHECK_FALSE(SampleOffset{5} != SampleOffset{5});
    CHECK(SampleOffset{5} < SampleOffset{6});
    CHECK_FALSE(SampleOffset{5} < SampleOffset{5});
}
