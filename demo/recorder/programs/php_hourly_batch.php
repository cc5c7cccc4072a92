<?php
// Healthy: an hourly report gathers 100 KB a row and drops all when it is done; eight quiet ticks mean done.
$base = [];
for ($i = getenv('RECORDER_BASE_MIB') * 256; $i > 0; $i--) $base[] = random_bytes(4096);

$rows = [];
$quiet = 0;
while (($line = fgets(STDIN)) !== false) {
    $count = (int) $line;
    $quiet = $count > 1 ? 0 : $quiet + 1;
    if ($quiet === 8) $rows = [];
    for (; $count > 0; $count--) $rows[] = random_bytes(random_int(20000, 180000));
}
