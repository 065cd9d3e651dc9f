"""What reports say, as (English, Simplified Chinese)."""
