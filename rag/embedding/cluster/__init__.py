"""Passages embedded on the workers of a Ray cluster.

Ray runs in a process of its own (``process.py``), which ``batches.py`` starts and speaks to: where
a cluster is lost, Ray ends the process that is connected to it, and a connection that does not come
about cannot be broken off otherwise.
"""

from rag.embedding.cluster.batches import RayBatches

__all__ = ["RayBatches"]
