"""`python -m intake`: runs the service, or with `--migrate` brings its tables up to date."""

from chassis.service import main
from intake.app import service

main(service)
