"""Programs that run on the JVM."""

from demo.recorder.catalogue.commands import java
from demo.recorder.program import Leak, Program
from demo.recorder.traffic import Traffic, constant, daily

PROGRAMS = [
    Program(
        family="jvm_direct_buffers",
        runtime="jvm",
        limit_mib=224,
        base_mib=16,
        traffic=Traffic(2, constant),
        command=java("DirectBuffers", "-XX:+UseSerialGC", "-Xmx64m", "-XX:MaxDirectMemorySize=400m"),
        note="direct buffers outside the heap",
        leak=Leak(8350),
    ),
    Program(
        family="jvm_class_loaders",
        runtime="jvm",
        limit_mib=224,
        base_mib=20,
        traffic=Traffic(2, daily(6)),
        command=java("ClassLoaders", "-XX:+UseSerialGC", "-Xmx64m"),
        note="class loaders that stay referenced: metaspace; daily load",
        leak=Leak(),
    ),
    Program(
        family="jvm_sessions",
        runtime="jvm",
        limit_mib=256,
        base_mib=24,
        traffic=Traffic(6, constant),
        command=java("Sessions", "-XX:+UseG1GC", "-Xms16m", "-Xmx128m"),
        note="sessions that never expire in a heap that grows",
        leak=Leak(1640),
        held_back=True,
    ),
    Program(
        family="jvm_g1_commits",
        runtime="jvm",
        limit_mib=256,
        base_mib=16,
        traffic=Traffic(5, daily(13)),
        command=java("BoundedCache", "-XX:+UseG1GC", "-Xms16m", "-Xmx128m", arguments=["4000", "300000"]),
        note="a bounded cache under G1, which commits the heap by and by; daily load",
    ),
    Program(
        family="jvm_serial_commits",
        runtime="jvm",
        limit_mib=224,
        base_mib=8,
        traffic=Traffic(8, constant),
        command=java("BoundedCache", "-XX:+UseSerialGC", "-Xms8m", "-Xmx96m", arguments=["8000", "50000"]),
        note="a bounded cache under the serial collector, which commits the heap by and by",
        held_back=True,
    ),
]
