"""Client: SESSIONS sessions that last; each line is asked in all of them, but a line `CREATE ...` only in the first."""

import subprocess
import sys
import time

psql = ["psql", "-qh", sys.argv[1], "-U", "postgres"]
while subprocess.run([*psql, "-c", ""], capture_output=True, check=False).returncode:
    time.sleep(0.3)
sessions = [subprocess.Popen(psql, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(int(sys.argv[2]))]
for line in sys.stdin:
    for session in sessions[:1] if line.startswith("CREATE") else sessions:
        session.stdin.write(line.encode())
        session.stdin.flush()
    if line.startswith("CREATE"):
        time.sleep(0.05)
