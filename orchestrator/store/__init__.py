"""Every query, by aggregate. A query is a sentence, and says what it locks."""
