"""LLM-assisted hybrid labeling and review: a policy and a pile of content become a labelled data set you can defend."""

__version__ = "0.1.0"
