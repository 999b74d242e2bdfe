# Installs BINARY_DIR in an empty PREFIX. With EXPECTED: fails unless these files are all there is.

file(REMOVE_RECURSE ${PREFIX})
execute_process(
    COMMAND ${CMAKE_COMMAND} --install ${BINARY_DIR} --config "${CONFIG}" --prefix ${PREFIX}
    RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "The installation failed")
endif()

file(GLOB_RECURSE files RELATIVE ${PREFIX} ${PREFIX}/*)
if(DEFINED EXPECTED AND NOT files STREQUAL EXPECTED)
    message(FATAL_ERROR "Installed is ${files}, expected ${EXPECTED}")
endif()
