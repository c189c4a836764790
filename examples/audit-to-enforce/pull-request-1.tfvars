# Watch. No rules yet, and nothing is denied: the machines write down who calls what.
mode           = "Audit"
default_access = "Allow"
