locals {
  condition = "@Environment[isPrivateLink] BoolEquals true"
}

output "holds" {
  value = {
    private = provider::gallery::condition_evaluate(local.condition, { environment = { isPrivateLink = true } })
    public  = provider::gallery::condition_evaluate(local.condition, { environment = { isPrivateLink = false } })
    unknown = provider::gallery::condition_evaluate(local.condition, null) # null: it cannot be told
  }
}
