//! On whose behalf a request is made: one more word in the user agent, for as long as a piece of work lasts.

tokio::task_local! {
    static WORD: String;
}

/// Does this work, with this word in the user agent of every request that it makes itself. Work that is handed to another
/// task goes without. Characters that a header cannot hold are left out.
pub async fn on_behalf_of<F: Future>(word: &str, work: F) -> F::Output {
    let word: String = word.chars().filter(char::is_ascii_graphic).collect();
    if word.is_empty() { work.await } else { WORD.scope(word, work).await }
}

/// The user agent with the word of the work at hand, if there is one.
pub(super) fn with_word(agent: &str) -> Option<String> {
    WORD.try_with(|word| format!("{agent} {word}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_word_lasts_as_long_as_the_work() {
        assert_eq!(with_word("agent/1"), None);
        let inside = on_behalf_of("allow list\n/1.0", async { with_word("agent/1") }).await;
        assert_eq!(inside.as_deref(), Some("agent/1 allowlist/1.0"));
        assert_eq!(on_behalf_of("\n", async { with_word("agent/1") }).await, None);
        assert_eq!(with_word("agent/1"), None);
    }
}
