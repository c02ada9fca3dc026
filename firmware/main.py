# Hands over to the application, which never returns.

from heater import app

app.run()
