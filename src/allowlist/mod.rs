//! The allowlist as a domain: rules, references, grants, decisions, findings. Pure: no I/O, no Terraform, no Azure.
