"""Which features this extranet has: the one place that knows them all. `flask run` and gunicorn find `create_app`."""

import os
import sys
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

import directory.feature
import extranet.accounts.feature
import extranet.moderation.feature
import extranet.search.feature
import workspaces.feature
from extranet import config, migrating
from extranet.app import Extranet, Feature, assemble

FEATURES: tuple[Feature, ...] = (
    extranet.accounts.feature,
    extranet.moderation.feature,
    extranet.search.feature,
    directory.feature,
    workspaces.feature,
)


def create_app(environment: Mapping[str, str] | None = None) -> Extranet:
    """The app, as the environment variables say. Ends the process with a sentence if one of them is impossible."""
    try:
        settings = config.read(os.environ if environment is None else environment)
        app = assemble(settings, FEATURES)
    except config.BadSetting as error:
        sys.exit(str(error))
    with app.app_context():
        try:
            migrating.make_if_empty(settings.data_dir)
        except SQLAlchemyError as error:
            sys.exit(f"DATABASE_URL: the database cannot be used: {getattr(error, 'orig', None) or error}")
    return app
