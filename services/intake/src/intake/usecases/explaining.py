"""Why a complaint may be about what: its words stay here, so whoever asks gets them from here (rules 3.1, 7)."""

from dataclasses import dataclass
from uuid import UUID

from chassis.security import Principal
from chassis.work import Work
from contracts.vocabulary import Purpose
from intake.domain.ranking import Candidate
from intake.usecases import complaints, ranking
from intake.usecases.kit import Kit


@dataclass(frozen=True, slots=True)
class Explained:
    """What a complaint may be about as the newest model ranks it, with the words that counted."""

    complaint_id: UUID
    ranked_by: int | None
    candidates: tuple[Candidate, ...]


async def explain(work: Work[Kit], principal: Principal, complaint_id: UUID, purpose: Purpose, limit: int) -> Explained:
    """Rank a complaint's own text again and say why, after it was written down who looks and what for (rules 7).

    Raises Refused: `principal.not-allowed`, `complaint.unknown`.
    """
    said = (await complaints.open_one(work, principal, complaint_id, purpose)).content
    ranker, version = await ranking.newest(work)
    found = ranker.rank(said["subject"], said["text"], limit, said.get("place_code"))
    return Explained(complaint_id, version, tuple(found))
