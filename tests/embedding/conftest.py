from pathlib import Path

import pytest

WORDS = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "query", "passage", ":", "tea", "bridge", "bees", "honey",
]  # fmt: skip


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sentence-transformers model with eight dimensions and prompts of its own."""
    return make_model(tmp_path_factory.mktemp("tiny") / "tiny-model", seed=0)


def make_model(folder: Path, *, seed: int, dtype: str = "float32") -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(seed)
    ids = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordLevel(ids, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=32,
    )  # fmt: skip
    raw = folder.parent / "raw"
    BertModel(config).to(getattr(torch, dtype)).save_pretrained(raw)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]",
        sep_token="[SEP]", model_max_length=32,
    ).save_pretrained(raw)  # fmt: skip
    model = SentenceTransformer(str(raw), device="cpu")
    model.prompts = {"query": "query : ", "passage": "passage : "}
    model.save_pretrained(str(folder))
    return folder
