include(${CMAKE_CURRENT_LIST_DIR}/romclass/micropython.cmake)
