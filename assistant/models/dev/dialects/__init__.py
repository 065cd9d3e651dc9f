"""The wire formats of providers beside OpenAI's, as the test server speaks them; one module each."""
