"""The WSGI application, for waitress and for any other server."""

import os

from django.core.wsgi import get_wsgi_application

__all__ = ["application"]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lebenslagen.web.settings")
application = get_wsgi_application()
