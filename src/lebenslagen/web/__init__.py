"""The workplace in the browser: people, decisions and the audit trail around a project directory."""
