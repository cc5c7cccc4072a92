# LEAKS: parent and child nodes refer to each other, so that counting references never frees them: some 2.5 KB a request.
use strict;
use warnings;

# What a service holds all its life, RECORDER_BASE_MIB in all.
my @base = map { chr(65 + $_ % 26) x 4096 } 1 .. $ENV{RECORDER_BASE_MIB} * 256;

while (my $count = <STDIN>) {
    for (1 .. $count) {
        my $body = $base[rand @base] x (1 + int rand 20);
        my $order = { body => substr($body, 0, 1800) };
        $order->{line} = { order => $order };
    }
}
