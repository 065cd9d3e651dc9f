"""Pages: one file per group, each with an `APIRouter` named `router`; the app finds them by being here."""
