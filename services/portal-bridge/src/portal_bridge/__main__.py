"""`python -m portal_bridge`: runs the service, or with `--migrate` brings its tables up to date."""

from chassis.service import main
from portal_bridge.app import service

main(service)
