"""What `make bench` measures; docs/scale.md holds the tables and says on what they were measured."""
