//! Sentence embeddings by BERT models.
