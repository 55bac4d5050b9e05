"""Whether everything that the service needs can be reached and used, and what to do where it cannot."""
