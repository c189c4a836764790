# A holder of a role with this condition may assign these two roles and no others.
output "condition" {
  value = provider::gallery::condition_for_roles([
    "1c0163c0-47e6-4577-8991-ea5c82e286e4",
    "fb879df8-f326-4884-b1cf-06f3ad86be52",
  ])
}
