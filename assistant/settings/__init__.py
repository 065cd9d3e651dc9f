"""Settings of a deployment and of its projects: what there is, and how the files and the environment are read."""

from assistant.settings.load import (
    PROJECTS_FOLDER,
    SETTINGS_FILE,
    STATE,
    load_settings,
    project_file,
    project_folders,
    use_project,
    used_project,
)
from assistant.settings.sections import (
    ModelSettings,
    ReviewSettings,
    RoutingSettings,
    ServerSettings,
    Settings,
    StorageSettings,
)

__all__ = [
    "PROJECTS_FOLDER",
    "SETTINGS_FILE",
    "STATE",
    "ModelSettings",
    "ReviewSettings",
    "RoutingSettings",
    "ServerSettings",
    "Settings",
    "StorageSettings",
    "load_settings",
    "project_file",
    "project_folders",
    "use_project",
    "used_project",
]
