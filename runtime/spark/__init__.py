"""The generated Spark transforms, from one machine to a cluster.

java       a Java that can run Spark
session    the session: every setting in one place
prune      the part of a schema that some tables read
captures   responses of this process as Spark gets them
walk       in Python workers: the account of each response, and what Spark must not read of it
documents  a batch, walked and parsed once: accounts, tables, what is beside the tables
engine     tables read back into this process
"""
