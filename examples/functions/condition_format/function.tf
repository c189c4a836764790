# Two spellings of one condition give the same text.
output "same" {
  value = (
    provider::gallery::condition_format("@Resource[a] stringequals 'x'") ==
    provider::gallery::condition_format("(@Resource[a]   StringEquals 'x')")
  )
}
