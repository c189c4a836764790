# In Azure for the US government; `china` is the other one.
provider "gallery" {
  alias       = "usgovernment"
  environment = "usgovernment"
}
