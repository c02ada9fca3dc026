"""Under MicroPython: run every test_* function of the module named on the command line."""

import sys


def run(name):
    module = __import__(name)
    tests = [word for word in sorted(dir(module)) if word.startswith("test_")]
    failed = 0
    for word in tests:
        try:
            getattr(module, word)()
        except Exception as error:
            failed += 1
            print("FAILED", word)
            sys.print_exception(error)
    print(len(tests) - failed, "passed,", failed, "failed")
    return 1 if failed or not tests else 0


sys.exit(run(sys.argv[1]))
