//! The guide to the findings: the catalogue as a page.

use terraform_provider_gallery::allowlist::{CATALOG, CatalogEntry, Needs};

use super::front_matter::front_matter;

const HEADINGS: [&str; 4] =
    ["Shape and references", "Privileges", "Identities", "The rules as a whole, and their history"];

/// The page.
pub(crate) fn page() -> String {
    let mut text = front_matter(
        "Findings about rules",
        Some(""),
        "Every finding that the provider reports about the rules of an allowlist, with its reason and what \
         to do.",
    );
    text.push_str(
        "
# Findings about rules

The guest proxy agent does not check the rules of a profile: it drops what it cannot use and reports nothing. So the
provider checks them, at `terraform validate` and `terraform plan`, without asking Azure. Terraform shows errors and
warnings. A finding marked *info* is only returned by the function
[`rules_findings`](../functions/rules_findings.md), unless a version's `lint` argument raises it.

An *error* fails a plan that creates a version. At `validate`, which does not know whether the version exists, and for a
version that exists, it is a warning: rules that Azure holds can be imported and kept as they are.

Every finding has an id that is never used for another one. The `lint` argument of a version sets the level of a finding:

```terraform
lint = {
  L04 = \"off\"     # this privilege is meant to close its path
  L21 = \"error\"   # nobody here uses Allow; also at validate, and for a version that exists
}
```

The provider block has a `lint` too, for all versions. What a version says of a finding counts for more.

A suggestion writes texts as a configuration does, so that it can be pasted. A check that depends on an unknown value
reports nothing until the value is known.

| id | severity | finding |
|---|---|---|
",
    );
    for entry in entries() {
        text.push_str(&format!(
            "| [{}](#{}) | {} | {} |\n",
            entry.id,
            entry.id.to_string().to_lowercase(),
            severities(entry),
            entry.title
        ));
    }
    for (heading, entries) in HEADINGS.into_iter().zip(CATALOG) {
        text.push_str(&format!("\n## {heading}\n"));
        for entry in entries {
            text.push_str(&section(entry));
        }
    }
    text
}

fn entries() -> impl Iterator<Item = &'static CatalogEntry> {
    CATALOG.iter().copied().flatten()
}

fn section(entry: &CatalogEntry) -> String {
    let id = entry.id.to_string();
    let needs = match entry.needs {
        Needs::Rules => "",
        Needs::Access => " Needs the mode or the default access.",
        Needs::OsType => " Needs the profile's operating system.",
        Needs::Endpoint => " Needs the profile's endpoint.",
        Needs::History => {
            " Not a finding of the linter: it needs an older version of the rules or an audit log."
        }
    };
    format!(
        "\n<a id=\"{}\"></a>\n### {id}: {}\n\n*{}.*{needs}\n\n{}\n\n**What to do:** {}\n",
        id.to_lowercase(),
        entry.title,
        capitalised(&severities(entry)),
        entry.explanation,
        entry.advice
    )
}

fn severities(entry: &CatalogEntry) -> String {
    let words: Vec<_> = entry.severities.iter().map(|severity| severity.as_str()).collect();
    let grave = if entry.high { " (grave)" } else { "" };
    format!("{}{grave}", words.join(" or "))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_a_row_and_a_section_under_a_heading() {
        let page = page();
        for entry in entries() {
            let id = entry.id.to_string();
            assert!(page.contains(&format!("| [{id}](#{}) |", id.to_lowercase())), "{id}");
            assert!(page.contains(&format!("### {id}: {}\n", entry.title)), "{id}");
        }
        assert_eq!(HEADINGS.len(), CATALOG.len());
    }
}
