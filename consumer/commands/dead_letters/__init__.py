"""What came of records that no retry could help: to be counted, looked at, and sent again."""
