add_library(usermod_romclass INTERFACE)
target_sources(usermod_romclass INTERFACE ${CMAKE_CURRENT_LIST_DIR}/romclass.c)
target_include_directories(usermod_romclass INTERFACE ${CMAKE_CURRENT_LIST_DIR})
target_link_libraries(usermod INTERFACE usermod_romclass)
