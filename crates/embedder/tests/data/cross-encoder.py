"""A cross-encoder of a few numbers, as transformers writes one, and what sentence-transformers makes of some pairs with it.

    python cross-encoder.py        writes cross-encoder/

Python 3.11; torch 2.15.0, transformers 5.24.0, sentence-transformers 6.2.0.
"""

import json
from pathlib import Path

import torch
from sentence_transformers import CrossEncoder
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

FOLDER = Path(__file__).parent / "cross-encoder"
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "tea", "cup", "##s", "hot", "where", "is", "the", "river", "a", "of", "?", "."]
PAIRS = [
    ["tea", "hot tea"],
    ["where is the river ?", "the river is hot ."],
    ["where is the river ?", "cups of tea"],
    ["Where is the tea?", "A cup."],
    ["hot hot hot", "river"],
    ["unknown words", "of a kind"],
    ["tea", "the cup of tea is hot . " * 10],
]

torch.manual_seed(7)
config = BertConfig(
    vocab_size=len(WORDS),
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=1,
    intermediate_size=48,
    max_position_embeddings=48,
    num_labels=1,
    initializer_range=0.3,
)
model = BertForSequenceClassification(config).eval()
with torch.no_grad():
    for parameter in model.parameters():
        # No two alike, biases and norms too.
        parameter.add_(torch.randn_like(parameter) * 0.1)
tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
tokenizer.post_processor = processors.TemplateProcessing(
    single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
)
names = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]"}
fast = PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, model_max_length=48, model_input_names=["input_ids", "token_type_ids", "attention_mask"], **names
)
model.save_pretrained(FOLDER)
fast.save_pretrained(FOLDER)
judge = CrossEncoder(str(FOLDER), device="cpu")
scores = judge.predict(PAIRS, batch_size=1)
cases = [{"query": query, "text": text, "score": float(score)} for (query, text), score in zip(PAIRS, scores)]
(FOLDER / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
