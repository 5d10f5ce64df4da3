"""The gateway's transcript files, followed while it writes them: where February's thoughts are."""

from propactor.adapters.transcript.follow import Follow
from propactor.adapters.transcript.tail import Tail
from propactor.adapters.transcript.transcripts import Transcripts

__all__ = ["Follow", "Tail", "Transcripts"]
