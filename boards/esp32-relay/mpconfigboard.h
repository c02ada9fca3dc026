#define MICROPY_HW_BOARD_NAME               "Nuanbu esp32-relay"
#define MICROPY_HW_MCU_NAME                 "ESP32"

// The installer's cable is a serial adapter on UART 0.
#define MICROPY_HW_ENABLE_UART_REPL         (1)

#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "nuanbu"
#define MICROPY_PY_BLUETOOTH                (0)
#define MICROPY_PY_ESPNOW                   (0)
#define MICROPY_PY_NETWORK_LAN              (0)
