"""`reconcile`: whose consent at Bluecore is not what the topics say, and how it becomes so."""
