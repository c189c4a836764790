//! Roles as a domain: permission patterns, operations, the condition language. Pure.
