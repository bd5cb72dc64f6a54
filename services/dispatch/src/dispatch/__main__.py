"""`python -m dispatch`: runs the service, or with `--migrate` brings its tables up to date."""

from chassis.service import main
from dispatch.app import service

main(service)
