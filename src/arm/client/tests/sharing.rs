use super::*;

fn profile(number: usize) -> ProfileId {
    gallery_id().profile(format!("p{number}").parse().unwrap())
}

fn version(profile: &ProfileId, number: usize) -> VersionId {
    profile.version(format!("1.0.{number}").parse().unwrap())
}

fn list(profile: &ProfileId) -> String {
    format!("{profile}/versions")
}

/// A version with this many privileges.
fn entry(number: usize, rules: usize) -> Value {
    let privilege = |rule| {
        json!({"name": format!("privilege-{rule}"), "path": format!("/metadata/instance/{number}/{rule}"),
               "queryParameters": {"api-version": "2021-02-01", "resource": format!("https://{rule}.example")}})
    };
    json!({
        "name": format!("1.0.{number}"), "location": "westus", "tags": {"number": number.to_string()},
        "properties": {
            "mode": "Audit", "defaultAccess": "Deny", "provisioningState": "Succeeded",
            "rules": {
                "privileges": (0..rules).map(privilege).collect::<Vec<_>>(), "roles": [], "identities": [],
                "roleAssignments": []
            }
        }
    })
}

impl Azure {
    /// Serves the list of a profile's versions in pages, and reads of each.
    async fn family(&self, profile: &ProfileId, pages: &[std::ops::Range<usize>]) {
        let at = list(profile);
        for (number, page) in pages.iter().enumerate() {
            let mut body = json!({"value": page.clone().map(|n| entry(n, 1)).collect::<Vec<_>>()});
            if number + 1 < pages.len() {
                body["nextLink"] = format!("{at}?page={}", number + 1).into();
            }
            let mock = Mock::given(method("GET")).and(path(&at));
            let mock = match number {
                0 => mock.and(wiremock::matchers::query_param_is_missing("page")),
                _ => mock.and(wiremock::matchers::query_param("page", number.to_string())),
            };
            mock.respond_with(ok(body)).mount(&self.server).await;
        }
        for number in pages.iter().cloned().flatten() {
            let id = version(profile, number).to_string();
            Mock::given(method("GET"))
                .and(path(id))
                .respond_with(ok(entry(number, 1)))
                .mount(&self.server)
                .await;
        }
    }

    /// Reads a version as a refresh does; returns whether a list served it.
    async fn refresh(&self, id: &VersionId) -> (Version, bool) {
        let versions = self.client.versions();
        match versions.shared(id, &call()).await {
            Some(version) => (version, true),
            None => (versions.get(id, &call()).await.unwrap(), false),
        }
    }

    async fn refresh_all(&self, profile: &ProfileId, numbers: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut listed = Vec::new();
        for number in numbers {
            let (version, by_list) = self.refresh(&version(profile, number)).await;
            assert_eq!(version, serde_json::from_value(entry(number, 1)).unwrap());
            listed.push(by_list);
        }
        listed
    }

    /// The requests so far: single reads and pages of lists.
    async fn counts(&self) -> (usize, usize) {
        let lines = self.lines().await;
        let lists = lines.iter().filter(|line| line.ends_with("/versions")).count();
        (lines.len() - lists, lists)
    }
}

#[tokio::test]
async fn the_first_read_is_single_and_the_second_reads_a_list() {
    let azure = Azure::start().await;
    let p = profile(0);
    azure.family(&p, std::slice::from_ref(&(0..10))).await;
    assert_eq!(azure.refresh_all(&p, [3]).await, [false]);
    assert_eq!(azure.counts().await, (1, 0), "a lone object is one request");
    let rest = [7, 0, 1, 2, 4, 5, 6, 8, 9];
    assert_eq!(azure.refresh_all(&p, rest).await, [true; 9]);
    assert_eq!(azure.counts().await, (1, 1));
    assert_eq!(azure.client.inner.sharing.versions.used_memory(), 0, "everything was taken away");
    assert_eq!(azure.refresh_all(&p, [7]).await, [false], "an entry answers once");
}

#[tokio::test]
async fn readers_who_come_together_wait_for_one_page() {
    let azure = Azure::start().await;
    let p = profile(0);
    azure.family(&p, std::slice::from_ref(&(0..50))).await;
    let ids: Vec<_> = (0..50).map(|number| version(&p, number)).collect();
    let read = futures::future::join_all(ids.iter().map(|id| azure.refresh(id))).await;
    assert_eq!(read.iter().filter(|(_, listed)| *listed).count(), 49);
    assert_eq!(azure.counts().await, (1, 1));
}

#[tokio::test]
async fn a_repeated_pattern_of_reads_is_noticed() {
    let azure = Azure::start().await;
    let families: Vec<_> = (0..4).map(profile).collect();
    for family in &families {
        azure.family(family, std::slice::from_ref(&(0..3))).await;
    }
    assert_eq!(azure.refresh_all(&families[0], 0..2).await, [false, true]);
    assert_eq!(azure.refresh_all(&families[1], 0..2).await, [false, true]);
    assert_eq!(azure.refresh_all(&families[2], 0..3).await, [true; 3], "the third begins with the list");
    assert_eq!(azure.refresh_all(&families[3], 2..3).await, [true], "which costs no more than a read");
    assert_eq!(azure.counts().await, (2, 4));
}

#[tokio::test]
async fn a_reader_reads_one_page_at_most() {
    let azure = Azure::start().await;
    let p = profile(0);
    azure.family(&p, &[0..2, 2..4, 4..6]).await;
    // Singly; then page one, without it; page two, with it; page three; the rest of pages one and three.
    assert_eq!(azure.refresh_all(&p, [5, 4, 3, 0, 1, 2]).await, [false, false, true, true, true, true]);
    assert_eq!(azure.counts().await, (2, 2), "of four and five nobody needed the page");
    // An object on no page has to be read.
    assert!(azure.client.versions().shared(&version(&p, 99), &call()).await.is_none());
    assert!(azure.client.versions().shared(&version(&p, 99), &call()).await.is_none());
    assert_eq!(azure.counts().await, (2, 3));
    assert_eq!(azure.client.inner.sharing.versions.used_memory(), 0, "nobody waits for what was read alone");
}

#[tokio::test]
async fn a_write_discards_the_list_of_its_parent() {
    let azure = Azure::start().await;
    let (p, q) = (profile(0), profile(1));
    azure.family(&p, std::slice::from_ref(&(0..6))).await;
    azure.family(&q, std::slice::from_ref(&(0..6))).await;
    assert_eq!(azure.refresh_all(&p, 0..2).await, [false, true]);
    assert_eq!(azure.refresh_all(&q, 0..2).await, [false, true]);
    azure.answer("DELETE", &version(&p, 5).to_string(), 1, ResponseTemplate::new(204)).await;
    azure.client.versions().delete(&version(&p, 5), &call()).await.unwrap();
    assert_eq!(azure.refresh_all(&p, 2..4).await, [false; 2], "the earlier list is not used");
    assert_eq!(azure.refresh_all(&q, 2..4).await, [true; 2], "others are not concerned");
}

#[tokio::test]
async fn a_page_that_was_requested_before_a_write_is_not_used() {
    let azure = Azure::start().await;
    let p = profile(0);
    let slow = ok(json!({"value": [entry(0, 1), entry(1, 1)]})).set_delay(Duration::from_millis(150));
    azure.answer("GET", &list(&p), 9, slow).await;
    azure.family(&p, std::slice::from_ref(&(0..2))).await;
    azure.refresh(&version(&p, 0)).await;
    azure.answer("DELETE", &version(&p, 1).to_string(), 1, ResponseTemplate::new(204)).await;
    let (call, id) = (call(), version(&p, 1));
    let read = azure.client.versions().shared(&id, &call);
    let write = async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        azure.client.versions().delete(&id, &call).await.unwrap();
    };
    let (read, ()) = futures::future::join(read, write).await;
    assert!(read.is_none(), "{read:?}");
}

#[tokio::test]
async fn a_write_to_a_profile_discards_the_list_of_its_gallery() {
    let azure = Azure::start().await;
    let name = |number: usize| {
        json!({"name": format!("p{number}"), "location": "westus",
               "properties": {"osType": "Linux", "applicableHostEndpoint": "IMDS"}})
    };
    let gallery = format!("{GALLERY}/inVMAccessControlProfiles");
    azure.answer("GET", &gallery, 9, ok(json!({"value": [name(0), name(1), name(2), name(3)]}))).await;
    let get_shared = async |number| azure.client.profiles().shared(&profile(number), &call()).await;
    assert!(get_shared(0).await.is_none());
    assert_eq!(get_shared(1).await.unwrap().name.as_deref(), Some("p1"));
    // A version of a profile is not the profile.
    azure.answer("DELETE", &version(&profile(2), 0).to_string(), 1, ResponseTemplate::new(204)).await;
    azure.client.versions().delete(&version(&profile(2), 0), &call()).await.unwrap();
    assert!(get_shared(2).await.is_some());
    azure.answer("DELETE", &profile(2).to_string(), 1, ResponseTemplate::new(204)).await;
    azure.client.profiles().delete(&profile(2), &call()).await.unwrap();
    assert!(get_shared(3).await.is_none());
}

#[tokio::test]
async fn a_list_that_fails_is_not_requested_again() {
    let azure = Azure::start().await;
    for (number, refusal) in [
        status(403, arm_error("AuthorizationFailed", "no")),
        status(429, json!({})).insert_header("retry-after", "3600"),
        ok(json!({"items": []})),
        ok(json!({"value": [entry(0, 1)]})).set_delay(Duration::from_secs(3)),
        ok(json!({"value": []})),
    ]
    .into_iter()
    .enumerate()
    {
        // A client of its own, since three in a row are enough.
        let mut settings = settings(&azure.server.uri(), &azure.server.uri());
        settings.pace.listing = Duration::from_millis(if number == 3 { 1_500 } else { 5_000 });
        let client = ArmClient::new(settings).unwrap();
        let p = profile(number);
        azure.answer("GET", &list(&p), 99, refusal).await;
        for version_number in 0..4 {
            assert!(client.versions().shared(&version(&p, version_number), &call()).await.is_none());
        }
        let lists = azure.lines().await.iter().filter(|line| line.contains(&format!("/p{number}/"))).count();
        assert_eq!(lists, 1, "{number}");
    }
}

#[tokio::test]
async fn after_three_refusals_no_list_is_tried() {
    let azure = Azure::start().await;
    for number in 0..5 {
        let p = profile(number);
        azure.answer("GET", &list(&p), 9, status(403, arm_error("AuthorizationFailed", "no"))).await;
        for version_number in 0..3 {
            assert!(azure.client.versions().shared(&version(&p, version_number), &call()).await.is_none());
        }
    }
    assert_eq!(azure.counts().await, (0, 3));
}

#[tokio::test]
async fn a_page_is_used_only_for_a_while() {
    let azure = Azure::start().await;
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    settings.pace.shared = Duration::ZERO;
    let azure = Azure { client: ArmClient::new(settings).unwrap(), ..azure };
    let p = profile(0);
    azure.family(&p, std::slice::from_ref(&(0..6))).await;
    assert_eq!(azure.refresh_all(&p, 0..4).await, [false, true, true, true]);
    assert_eq!(azure.counts().await, (1, 3), "each by a new list");
}

#[tokio::test]
async fn an_incomplete_entry_is_not_used() {
    let azure = Azure::start().await;
    let p = profile(0);
    let without = |number: usize, pointer: &str, member: &str| {
        let mut entry = entry(number, 1);
        entry.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(member);
        entry
    };
    let mut elsewhere = entry(5, 1);
    elsewhere["id"] = format!("{p}/versions/1.0.5").into();
    elsewhere.as_object_mut().unwrap().remove("name");
    let page = json!({"value": [
        entry(0, 1), without(1, "/properties", "rules"), without(2, "/properties/rules", "roleAssignments"),
        without(3, "", "location"), json!({"name": "1.0.4"}), elsewhere, "nonsense", null
    ]});
    azure.answer("GET", &list(&p), 9, ok(page)).await;
    let get_shared =
        async |number| azure.client.versions().shared(&version(&p, number), &call()).await.is_some();
    let mut answers = Vec::new();
    for number in [9, 0, 1, 2, 3, 4, 5] {
        answers.push(get_shared(number).await);
    }
    assert_eq!(answers, [false, true, false, false, false, false, true]);
}

#[tokio::test]
async fn a_cancelled_reader_does_not_end_the_list_of_others() {
    let azure = Azure::start().await;
    let p = profile(0);
    let slow = ok(json!({"value": [entry(1, 1), entry(2, 1)]})).set_delay(Duration::from_millis(100));
    azure.answer("GET", &list(&p), 9, slow).await;
    assert!(azure.client.versions().shared(&version(&p, 0), &call()).await.is_none());
    let token = CancellationToken::new();
    let stopped = Call::new(Duration::from_secs(5), token.clone());
    let (first, second) = (version(&p, 1), version(&p, 2));
    let stop = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        token.cancel();
    };
    let other = call();
    let (one, two, ()) = futures::join!(
        azure.client.versions().shared(&first, &stopped),
        azure.client.versions().shared(&second, &other),
        stop
    );
    assert!(one.is_none() && two.is_some());
}

#[tokio::test]
async fn refresh_by_list_can_be_switched_off() {
    let azure = Azure::start().await;
    let mut settings = settings(&azure.server.uri(), &azure.server.uri());
    settings.share_reads = false;
    let azure = Azure { client: ArmClient::new(settings).unwrap(), ..azure };
    let p = profile(0);
    azure.family(&p, std::slice::from_ref(&(0..4))).await;
    assert_eq!(azure.refresh_all(&p, 0..4).await, [false; 4]);
    assert_eq!(azure.counts().await, (4, 0));
}
