//! Chat engines: a small local model, OpenAI-compatible servers, Anthropic.
