"""What faces say: texts in the reader's language, errors worded from their codes, the glossary."""
