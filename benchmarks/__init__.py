"""What the budgets are measured with: ``python -m benchmarks`` prints one table, each row beside its reference."""
