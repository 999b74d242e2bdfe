# Counts the preprocessed lines of agi.hpp: what every user pays for in each source file.

cmake_minimum_required(VERSION 3.16)

set(budget 37000)

file(WRITE budget.cpp "#include <agi/agi.hpp>\n")
execute_process(
    COMMAND ${CXX} -E -std=c++17 -I ${INCLUDE_DIR} budget.cpp
    COMMAND wc -l
    OUTPUT_VARIABLE lines
    OUTPUT_STRIP_TRAILING_WHITESPACE
    RESULTS_VARIABLE results)
if(NOT results STREQUAL "0;0")
    message(FATAL_ERROR "The preprocessor failed")
endif()

message(STATUS "agi.hpp: ${lines} preprocessed lines with ${COMPILER}, the budget is ${budget}")
if(NOT COMPILER MATCHES "^GNU 12[.]")
    message(STATUS "SKIPPED: the budget is made for g++ 12")
elseif(lines GREATER budget)
    message(FATAL_ERROR "Too many. Look for a standard header that a new #include brings in.")
endif()
