# A server must not mind when somebody sets the clock: it may ask for steady time only.

cmake_minimum_required(VERSION 3.16)

file(GLOB_RECURSE headers ${INCLUDE_DIR}/agi/asio/*.hpp ${INCLUDE_DIR}/agi/fastagi/*.hpp)
foreach(header IN LISTS headers)
    file(STRINGS ${header} lines REGEX "system_clock|gettimeofday|clock_gettime|time\\(nullptr\\)|system_timer")
    if(lines)
        message(SEND_ERROR "${header}: ${lines}")
    endif()
endforeach()
