//! Reads one response in every way.

use super::super::answer::Answer;
use super::super::exchange::Http;
use super::super::link;
use super::{PendingOperation, PollTarget, status};

/// Reads the response as a poll of an operation, and as that of a write and a delete. A stored address
/// belongs to the endpoint, and a stored operation can be written and read back.
pub(in crate::arm) fn read_polls(http: &Http, answer: &Answer) {
    for look in [status::async_operation, status::location, status::object] {
        if let Err(error) = look(answer) {
            assert!(!error.report().is_empty());
        }
    }
    // Both ways to the state agree on everything that both can read.
    if let Ok(body) = answer.object() {
        assert_eq!(status::provisioning_state_of(answer), Some(status::provisioning_state(&body)));
    }
    let started = [
        PendingOperation::of_write(http, answer, None, "/x"),
        PendingOperation::of_delete(http, answer, "/x"),
    ];
    for pending in started.into_iter().filter_map(|started| started.ok().flatten()) {
        if let PollTarget::AsyncOperation(path) | PollTarget::Location(path) = &pending.by {
            let url = link::follow(&http.cloud, &answer.request, path, "2024-03-03").expect("was checked");
            assert!(http.cloud.owns(&url), "{url}");
        }
        let stored = serde_json::to_vec(&pending).expect("small");
        assert_eq!(serde_json::from_slice::<PendingOperation>(&stored).expect("our own"), pending);
    }
}
