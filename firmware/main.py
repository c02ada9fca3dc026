# Hands over to the application. It returns only for service: the port is the REPL's then.

from heater import app

app.run()
