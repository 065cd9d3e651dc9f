"""REST API under /api/v1: one file per group, each with an `APIRouter` named `router`; found by being here."""
