"""Pages and REST API. The one place that knows FastAPI, Starlette and uvicorn."""
