"""`python -m sla_monitor`: runs the service, or with `--migrate` brings its tables up to date."""

from chassis.service import main
from sla_monitor.app import service

main(service)
