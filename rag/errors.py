"""Every error that Yinju raises on purpose, in one tree.

YinjuError
├── UsageError          what was asked for makes no sense (exit status 2)
│   └── SettingsError   a setting is unknown or has a value it cannot have (exit status 2)
├── SourceError         a file cannot be read as documents
├── ModelError          an embedding model is missing, damaged or not installable here
├── LLMError            a language model cannot be opened, or did not answer
├── ClusterError        a Ray cluster cannot be reached, or not embed as this machine does
└── IndexFolderError    an index folder cannot be used
    ├── IndexMissingError
    ├── IndexDamagedError
    ├── IndexVersionError
    ├── IndexModelError
    ├── IndexLockedError
    └── IndexServerError

A message says what was found, what was expected and what to do. Errors of libraries are
translated where the library is called, with the cause chained.
"""


class YinjuError(Exception):
    """The root of all errors a caller may want to catch."""


class UsageError(YinjuError):
    """The request itself is wrong: an empty question, an option that does not fit."""


class SettingsError(UsageError):
    """A setting is unknown or has a value it cannot have."""


class SourceError(YinjuError):
    """A file cannot be read as documents."""


class ModelError(YinjuError):
    """A model is missing, damaged, or cannot be run here."""


class LLMError(YinjuError):
    """A language model cannot be opened, or did not answer."""


class ClusterError(YinjuError):
    """A Ray cluster cannot be reached, was lost, or cannot embed as this machine does."""


class IndexFolderError(YinjuError):
    """An index folder cannot be used."""


class IndexMissingError(IndexFolderError):
    """There is no index in the folder."""


class IndexDamagedError(IndexFolderError):
    """A file of the index is missing, cut short or altered."""


class IndexVersionError(IndexFolderError):
    """The index was written in a format this version does not read."""


class IndexModelError(IndexFolderError):
    """The index was built with another embedding model."""


class IndexLockedError(IndexFolderError):
    """Another process is writing to the index."""


class IndexServerError(IndexFolderError):
    """The server that holds the index cannot be reached, is too slow, or refuses."""
