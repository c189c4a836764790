# Each file here is one way to sign in. No resource uses them.
rule "terraform_unused_declarations" {
  enabled = false
}
