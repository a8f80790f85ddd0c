"""Which features this extranet has: the one place that knows them all. `flask run` and gunicorn find `create_app`."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, cast

from extranet import config, serving

if TYPE_CHECKING:
    from extranet.app import Extranet, Feature

_NEVER_MIND = 3
"""The status with which gunicorn ends too; after any other it would try again for ever."""


def features() -> "Sequence[Feature]":
    """The features, in the order in which they are installed; imported here, since `flask serve` needs none of them."""
    import directory.feature
    import extranet.accounts.feature
    import extranet.moderation.feature
    import extranet.search.feature
    import workspaces.feature

    return (
        extranet.accounts.feature,
        extranet.moderation.feature,
        extranet.search.feature,
        directory.feature,
        workspaces.feature,
    )


def create_app(environment: Mapping[str, str] | None = None) -> "Extranet":
    """The app, as the environment variables say. Ends the process with a sentence if one of them is impossible."""
    if environment is None and serving.is_all_that_is_asked(sys.argv):
        return cast("Extranet", serving.launcher())
    from sqlalchemy.exc import SQLAlchemyError

    from extranet import migrating
    from extranet.app import assemble

    try:
        settings = config.read(os.environ if environment is None else environment)
        app = assemble(settings, features())
    except config.BadSetting as error:
        _end(str(error))
    with app.app_context():
        try:
            migrating.make_if_empty(settings.data_dir)
        except SQLAlchemyError as error:
            _end(f"DATABASE_URL: the database cannot be used: {getattr(error, 'orig', None) or error}")
    return app


def _end(sentence: str) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(_NEVER_MIND)
