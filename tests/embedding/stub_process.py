"""Stands in for the process that is connected to Ray: every vector is its text's length."""

import sys
from multiprocessing.connection import Connection

import numpy as np

from rag.embedding.cluster.messages import Connected, Failure, Note, Result, Task

connection = Connection(int(sys.argv[1]))
job = connection.recv()
if job.model == "none":
    connection.send(Failure("no machine of the cluster has a processor for a worker", "Name fewer"))
elif job.model == "secret":
    print("Unauthenticated: RPC error: InvalidAuthToken", file=sys.stderr, flush=True)  # noqa: T201
else:
    connection.send(Connected(3))
while True:
    try:
        task: Task = connection.recv()
    except EOFError:
        break
    if task.texts == ("end",):
        time = "2031-05-05 09:21:11,828 E 22800 23072"
        sys.exit(f"[{time}] rpc_client.h:204: Failed to connect to GCS within 60 seconds. It may")
    if task.texts == ("fail",):
        connection.send(Failure("the Ray worker on node-7 cannot embed: no memory"))
        continue
    connection.send(Note("a Ray worker was lost"))
    lengths = np.array([[len(text)] * 384 for text in task.texts], np.float32)
    connection.send(Result(task.number, lengths))
