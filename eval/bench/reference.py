"""The bundled weights as a sentence-transformers model in fp32: what a peer would run.

    python eval/bench/reference.py

compares its embeddings with the bundled encoder's and prints the cosines.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from rag.encoder.weights import Vocabulary, WeightFile, locate

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_NORMS = ("aln", "oln")


def make_reference() -> SentenceTransformer:
    """Return a SentenceTransformer: BERT in fp32, mean pooling, length one."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import (
        Normalize,
        Pooling,
        Transformer,
    )

    file = WeightFile.open(locate())
    with tempfile.TemporaryDirectory() as folder:
        _make_model(file).save_pretrained(folder)
        _make_tokenizer(file).save_pretrained(folder)
        transformer = Transformer(
            folder,
            max_seq_length=file.sizes.positions,
            model_kwargs={"add_pooling_layer": False},
        )
    pooling = Pooling(file.sizes.hidden, pooling_mode="mean")
    return SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu")


def _make_model(file: WeightFile) -> Any:  # noqa: ANN401
    from transformers import BertConfig, BertModel

    sizes = file.sizes
    config = BertConfig(
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner,
        max_position_embeddings=sizes.positions,
        type_vocab_size=2,
        layer_norm_eps=sizes.epsilon,
        hidden_act="gelu",
    )
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(_state(file), strict=True)
    return model.eval()


def _state(file: WeightFile) -> dict[str, Any]:
    """Return the weights under BERT's names."""
    import numpy as np
    import torch

    sizes = file.sizes
    arrays: dict[str, Any] = {
        "embeddings.word_embeddings.weight": file.matrix("emb.word", sizes.hidden),
        "embeddings.position_embeddings.weight": file.tensor("emb.pos").reshape(-1, sizes.hidden),
        "embeddings.token_type_embeddings.weight": file.tensor("emb.type").reshape(
            -1, sizes.hidden
        ),
        "embeddings.LayerNorm.weight": file.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": file.tensor("emb.ln.b"),
    }
    for layer in range(sizes.layers):
        for short, name in _LAYER.items():
            columns = sizes.inner if short == "fo" else sizes.hidden
            source, target = f"l{layer}.{short}", f"encoder.layer.{layer}.{name}"
            weight = (
                file.tensor(f"{source}.w")
                if short in _NORMS
                else file.matrix(f"{source}.w", columns)
            )
            arrays[f"{target}.weight"] = weight
            arrays[f"{target}.bias"] = file.tensor(f"{source}.b")
    return {name: torch.from_numpy(np.array(value)) for name, value in arrays.items()}


def _make_tokenizer(file: WeightFile) -> Any:  # noqa: ANN401
    from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
    from tokenizers.models import Unigram
    from transformers import PreTrainedTokenizerFast

    words: Vocabulary = file.vocabulary()
    scores = zip(words.pieces, words.scores.tolist(), strict=True)
    tokenizer = Tokenizer(Unigram(list(scores), unk_id=words.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    bos, eos = words.pieces[words.bos], words.pieces[words.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, words.bos), (eos, words.eos)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=bos,
        eos_token=eos,
        cls_token=bos,
        sep_token=eos,
        pad_token=words.pieces[words.pad],
        unk_token=words.pieces[words.unknown],
        model_max_length=file.sizes.positions,
    )


def main() -> None:
    """Print how near the bundled encoder is to this reference."""
    from rag.encoder import Encoder
    from rag.settings import Settings

    texts = [
        "query: how much did Guangxi recover",
        "query: 2023年山东破获多少起电诈案件",
        "passage: 广西打好“组合拳”，电诈治理成效大。追回近3亿元。",
        "passage: Telecom network fraud cases fell 37.2% year on year.",
    ]
    exact = make_reference().encode(texts)
    found = Encoder.open(Settings.load().cache).embed(texts)
    for text, one, other in zip(texts, exact, found, strict=True):
        print(f"{float(one @ other):.4f}  {text}")


if __name__ == "__main__":
    main()
