"""LEAKS: a C library's result is never freed, 9 KB a request; Python's own allocator knows nothing of it."""

import ctypes

from served import requests

libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype = ctypes.c_void_p
libc.memset.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)

for _ in requests():
    libc.memset(libc.malloc(9000), 7, 9000)
