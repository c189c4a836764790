# Two spellings of one condition become the same text.
output "same" {
  value = (
    provider::gallery::condition_format("@Resource[a] stringequals 'x'") ==
    provider::gallery::condition_format("(@Resource[a]   StringEquals 'x')")
  )
}
