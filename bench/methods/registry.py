"""The methods that are measured, ours first."""

from collections.abc import Mapping

from bench.methods.coroot import COROOT
from bench.methods.deriv import DERIV
from bench.methods.leakwatch import LEAKWATCH
from bench.methods.least_squares import LEAST_SQUARES
from bench.methods.mann_kendall import HAMED_RAO, MANN_KENDALL
from bench.methods.method import Method
from bench.methods.precog import PRECOG
from bench.methods.predict_linear import PREDICT_LINEAR

METHODS: Mapping[str, Method] = {
    method.name: method
    for method in (LEAKWATCH, PREDICT_LINEAR, DERIV, LEAST_SQUARES, MANN_KENDALL, HAMED_RAO, COROOT, PRECOG)
}
