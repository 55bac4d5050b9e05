"""Who got what: the receipts of one customer."""
