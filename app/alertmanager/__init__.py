"""Alertmanager: what it tells of alerts, kept and put beside the incidents they are about."""
