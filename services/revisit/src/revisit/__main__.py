"""`python -m revisit`: runs the service, or with `--migrate` brings its tables up to date."""

from chassis.service import main
from revisit.app import service

main(service)
