"""`run`: the service, once its mapping has been compared with the schemas that can be had."""
