"""What sla-monitor adds to the operator's command: `bbcs calendar`, and `bbcs alerts`."""
