add_library(usermod_romcode INTERFACE)
target_sources(usermod_romcode INTERFACE ${CMAKE_CURRENT_LIST_DIR}/romcode.c)
target_include_directories(usermod_romcode INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(usermod INTERFACE usermod_romcode)
