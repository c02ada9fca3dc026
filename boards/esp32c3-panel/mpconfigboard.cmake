# Without sdkconfig.ble: Bluetooth is not used, and without it the image fits its slot with margin.
set(IDF_TARGET esp32c3)

# The name of a partition table outside the port must be absolute, which a static file cannot be.
file(WRITE ${CMAKE_BINARY_DIR}/sdkconfig.partitions
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/partitions-4MiB-ota.csv\"\n"
)

set(SDKCONFIG_DEFAULTS
    boards/sdkconfig.base
    boards/sdkconfig.riscv
    ${MICROPY_BOARD_DIR}/sdkconfig.board
    ${CMAKE_BINARY_DIR}/sdkconfig.partitions
)

# Newer ports have a file of work-arounds for this chip.
if(EXISTS ${CMAKE_SOURCE_DIR}/boards/sdkconfig.c3)
    list(APPEND SDKCONFIG_DEFAULTS boards/sdkconfig.c3)
endif()

set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
