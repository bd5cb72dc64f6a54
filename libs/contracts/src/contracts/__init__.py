"""What services promise each other: facts, topics, words and refusals. It imports nothing but pydantic."""
