output "condition" {
  # (!(ActionMatches{'a/b'})) OR (Exists @Request[x])
  value = provider::gallery::condition_format("not actionmatches{'a/b'} || exists @request[x]")
}
