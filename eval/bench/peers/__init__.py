"""Yinju beside what people would use instead: `python -m eval.bench.peers --data DIR`."""
