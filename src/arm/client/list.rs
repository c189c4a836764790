//! Lists, page by page.

use super::super::call::Call;
use super::super::error::Error;
use super::super::link;
use super::super::models::Resource;
use super::ArmClient;
use serde::Deserialize;
use std::collections::HashSet;

/// A page as every list of ARM has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: Resource")]
struct Page<T> {
    value: Option<Vec<Option<T>>>,
    next_link: Option<String>,
}

impl ArmClient {
    /// Gives everything at a path, following the links to further pages on the configured host only. A page that was
    /// given before ends the list with an error, since it would never end by itself.
    pub(super) async fn list<T: Resource>(&self, path: &str, call: &Call) -> Result<Vec<T>, Error> {
        let http = self.http();
        let mut url = http.url_of(path)?;
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        loop {
            seen.insert(url.clone());
            let (page, answer) = self.read::<Page<T>>(&url, call).await?;
            let value = page.value.ok_or_else(|| answer.unreadable("the list has no \"value\""))?;
            all.extend(value.into_iter().flatten());
            let Some(next) = page.next_link.filter(|link| !link.trim().is_empty()) else { return Ok(all) };
            url = link::follow(&http.cloud, &answer.request, &next, &http.api_version)?;
            if seen.contains(&url) {
                return Err(answer.unreadable("its next page is one that was read already"));
            }
        }
    }
}
