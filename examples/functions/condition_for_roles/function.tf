output "condition" {
  # For the `condition` of a role assignment: its holder may assign and unassign these two roles only.
  value = provider::gallery::condition_for_roles([
    "1c0163c0-47e6-4577-8991-ea5c82e286e4", # Virtual Machine Administrator Login
    "fb879df8-f326-4884-b1cf-06f3ad86be52", # Virtual Machine User Login
  ])
}
