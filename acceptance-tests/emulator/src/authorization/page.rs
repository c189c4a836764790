//! Lists, page by page.

use serde_json::{Value, json};

use super::ok;
use crate::arm::Call;
use crate::emulator::Emulator;
use crate::exchange::Reply;
use crate::settings::NextLink;

/// One page of a list, starting at the request's `$skiptoken`.
pub(super) fn page(emulator: &Emulator, call: &Call<'_>, items: Vec<Value>) -> Reply {
    let request = call.request;
    let from: usize = request.parameter("$skiptoken").and_then(|token| token.parse().ok()).unwrap_or(0);
    let size = emulator.settings.page_size;
    let total = items.len();
    let value: Vec<Value> = items.into_iter().skip(from).take(size).collect();
    let mut body = json!({ "value": value });
    let next = from.saturating_add(size);
    if let (true, Value::Object(members)) = (next < total, &mut body) {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &request.query {
            let is_version = name.eq_ignore_ascii_case("api-version");
            if name != "$skiptoken" && (!is_version || emulator.settings.next_link == NextLink::Full) {
                query.append_pair(name, value);
            }
        }
        let query = query.append_pair("$skiptoken", &next.to_string()).finish();
        let base = match emulator.settings.next_link {
            NextLink::Foreign => "http://svchost:99",
            _ => &request.base,
        };
        members.insert("nextLink".to_owned(), json!(format!("{base}{}?{query}", request.path)));
    }
    ok(&body)
}
