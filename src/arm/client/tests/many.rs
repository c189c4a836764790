use super::*;
use tokio::time::Instant;

fn version_body() -> VersionBody {
    VersionBody {
        location: Location::new("westus"),
        tags: None,
        properties: VersionSettings {
            mode: Mode::Audit.into(),
            default_access: DefaultAccess::Allow.into(),
            rules: crate::allowlist::Lists::default(),
            target_locations: None,
            exclude_from_latest: None,
        },
    }
}

async fn create(azure: &Azure, ids: &[VersionId]) -> Duration {
    for id in ids {
        let mut body = version_json(id.name().as_str(), "Succeeded");
        body["id"] = id.to_string().into();
        let slow = status(201, body).set_delay(Duration::from_millis(60));
        Mock::given(method("PUT")).and(path(id.to_string())).respond_with(slow).mount(&azure.server).await;
    }
    let (call, body, before) = (call(), version_body(), Instant::now());
    let writes = ids.iter().map(async |id| azure.client.versions().begin_create(id, &body, &call).await);
    for result in futures::future::join_all(writes).await {
        assert_eq!(expect_started(result.unwrap()).operation, None);
    }
    before.elapsed()
}

#[tokio::test]
async fn versions_are_written_singly_in_a_profile_and_in_parallel_across_profiles() {
    let azure = Azure::start().await;
    let of_one: Vec<_> = (0..5).map(|n| profile_id().version(format!("1.0.{n}").parse().unwrap())).collect();
    let one = create(&azure, &of_one).await;
    let of_many: Vec<_> = (0..5)
        .map(|n| gallery_id().profile(format!("p{n}").parse().unwrap()).version("1.0.0".parse().unwrap()))
        .collect();
    let many = create(&azure, &of_many).await;
    assert!(one >= Duration::from_millis(300), "{one:?}");
    assert!(many < one, "{many:?} is not less than {one:?}");
}
