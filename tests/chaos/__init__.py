"""Apache Kafka, real processes of the service and a Bluecore that misbehaves: what a user's worst week looks like."""
