"""The generated Spark transforms, from one machine to a cluster.

java      a Java that can run Spark
session   the session: every setting in one place
prune     the part of a schema that some tables read
engine    responses of this process -> rows, as the local engine returns them
"""
