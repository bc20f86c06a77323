"""Stands in for the process that is connected to Ray: every vector is its text's length."""

import sys
from multiprocessing.connection import Connection

import numpy as np

from rag.embedding.cluster.messages import Connected, Failure, Note, Result, Task

connection = Connection(int(sys.argv[1]))
job = connection.recv()
if job.model == "none":
    connection.send(Failure("no machine of the Ray cluster has 1 processors for a worker"))
else:
    connection.send(Connected(3))
while True:
    try:
        task: Task = connection.recv()
    except EOFError:
        break
    if task.texts == ("end",):
        sys.exit("Fatal: GCS may have been killed")
    if task.texts == ("fail",):
        connection.send(Failure("the Ray worker on node-7 cannot embed: no memory"))
        continue
    connection.send(Note("a Ray worker was lost"))
    lengths = np.array([[len(text)] * 384 for text in task.texts], np.float32)
    connection.send(Result(task.number, lengths))
