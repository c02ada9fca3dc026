include(${CMAKE_CURRENT_LIST_DIR}/romcode/micropython.cmake)
