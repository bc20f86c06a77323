"""LangChain as its documentation has it: a splitter, HuggingFaceEmbeddings, FAISS.

Chunks of 1,000 characters with 200 of overlap are its tutorial's on semantic search; the separators
are those its splitter's page gives for languages without spaces between words; an IndexFlatL2 with
an in-memory docstore, saved and loaded as a folder, is its FAISS page's.
"""

from __future__ import annotations

from pathlib import Path

import faiss
from langchain_community.docstore.in_memory import InMemoryDocstore
from langchain_community.document_loaders import DirectoryLoader, TextLoader
from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from serving import Search, run

SEPARATORS = ["\n\n", "\n", " ", ".", ",", "\u200b", "\uff0c", "\u3001", "\uff0e", "\u3002", ""]


def make_embeddings(model: Path) -> HuggingFaceEmbeddings:
    """Return the model with the prefixes E5 was trained with."""
    return HuggingFaceEmbeddings(
        model_name=str(model),
        encode_kwargs={"prompt": "passage: "},
        query_encode_kwargs={"prompt": "query: "},
    )


def build(documents: Path, index: Path, model: Path) -> int:
    """Load, split, embed and save."""
    loader = DirectoryLoader(
        str(documents), glob="*.txt", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}
    )
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=1000, chunk_overlap=200, add_start_index=True, separators=SEPARATORS
    )
    chunks = splitter.split_documents(loader.load())
    embeddings = make_embeddings(model)
    store = FAISS(
        embedding_function=embeddings,
        index=faiss.IndexFlatL2(len(embeddings.embed_query("hello world"))),
        docstore=InMemoryDocstore(),
        index_to_docstore_id={},
    )
    store.add_documents(chunks)
    store.save_local(str(index))
    return len(chunks)


def load(index: Path, model: Path) -> Search:
    """Open the saved folder."""
    store = FAISS.load_local(
        str(index), make_embeddings(model), allow_dangerous_deserialization=True
    )

    def search(question: str, hits: int) -> list[str]:
        found = store.similarity_search(question, k=hits)
        return [Path(item.metadata["source"]).stem for item in found]

    return search


run(build, load)
