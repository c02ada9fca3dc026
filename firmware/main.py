# Hands over to the application. It returns only for service: the port is the REPL's then.

import gc

# Where the application lies as files its code fills the heap, with garbage of the import between:
# collected early, a large piece stays free at the end. `run` sets it back.
gc.threshold(32_768)

from heater import app  # noqa: E402

app.run()
