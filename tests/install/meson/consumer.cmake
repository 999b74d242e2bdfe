# Builds and runs the consumer with Meson in FOLDER, with agi as a subproject.

if(NOT MESON)
    message("SKIPPED: meson is not installed")
    return()
endif()
file(REMOVE_RECURSE ${FOLDER})
file(COPY ${CONSUMER_DIR}/consumer.cpp ${CONSUMER_DIR}/meson/meson.build
     ${CONSUMER_DIR}/meson/meson_options.txt DESTINATION ${FOLDER})
file(COPY ${CONSUMER_DIR}/meson/agi.wrap DESTINATION ${FOLDER}/subprojects)
file(CREATE_LINK ${SOURCE_DIR} ${FOLDER}/subprojects/agi SYMBOLIC)

set(ENV{CXX} ${CXX})
foreach(command "setup;build;--wrap-mode=nodownload;-Dexpected_version=${VERSION}" "test;-C;build;-v"
        "setup;own;subprojects/agi;--prefix=${FOLDER}/prefix" "install;-C;own")
    execute_process(COMMAND ${MESON} ${command} WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE status)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "meson ${command} failed")
    endif()
endforeach()
foreach(file include/agi/agi.hpp share/licenses/agi/LICENSE share/pkgconfig/agi.pc share/pkgconfig/agi-fmt.pc
        share/pkgconfig/agi-fastagi.pc share/pkgconfig/agi-asyncagi.pc share/pkgconfig/agi-tls.pc)
    if(NOT EXISTS ${FOLDER}/prefix/${file})
        message(FATAL_ERROR "meson install does not install ${file}")
    endif()
endforeach()
