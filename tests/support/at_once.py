"""Several things at the same time."""

import threading


def at_once(*acts):
    """Do them in threads that begin together; what each returned, in order. Fails where one raises."""
    barrier, failures, results = threading.Barrier(len(acts), timeout=30), [], [None] * len(acts)

    def run(number, act):
        try:
            barrier.wait()
            results[number] = act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    return results
