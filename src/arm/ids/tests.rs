use super::*;
use proptest::prelude::*;
use std::collections::HashSet;

const SUB: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";

fn gallery_text() -> String {
    format!("/subscriptions/{SUB}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g")
}

fn profile_text() -> String {
    format!("{}/inVMAccessControlProfiles/p", gallery_text())
}

fn version_text() -> String {
    format!("{}/versions/1.2.3", profile_text())
}

#[test]
fn reads_and_writes_the_canonical_form() {
    assert_eq!(gallery_text().parse::<GalleryId>().unwrap().to_string(), gallery_text());
    assert_eq!(profile_text().parse::<ProfileId>().unwrap().to_string(), profile_text());
    assert_eq!(version_text().parse::<VersionId>().unwrap().to_string(), version_text());
}

#[test]
fn fixed_segments_become_canonical_but_names_keep_their_spelling() {
    let text = format!(
        "/SUBSCRIPTIONS/{SUB}/resourcegroups/My-RG/Providers/microsoft.compute/Galleries/G_1/\
         INVMACCESSCONTROLPROFILES/Web.Prod/VERSIONS/1.0.0/"
    );
    let id: VersionId = text.parse().unwrap();
    assert_eq!(
        id.to_string(),
        format!(
            "/subscriptions/{SUB}/resourceGroups/My-RG/providers/Microsoft.Compute/galleries/G_1/\
             inVMAccessControlProfiles/Web.Prod/versions/1.0.0"
        )
    );
    assert_eq!(id.profile().gallery().resource_group().as_str(), "My-RG");
    assert_eq!(id.profile().name(), &"web.PROD".parse::<ProfileName>().unwrap());
}

#[test]
fn portal_links_are_read() {
    let encoded = version_text().replace('/', "%2F");
    for link in [
        format!("https://portal.azure.com/#@contoso.onmicrosoft.com/resource{}/overview", version_text()),
        format!("https://portal.azure.com/#@contoso/resource{}", version_text()),
        format!("https://portal.azure.us/#resource{}/overview", version_text()),
        format!("https://portal.azure.cn/?feature=x#@t/resource{}/properties", version_text()),
        format!("https://ms.portal.azure.com/#@t/resource{encoded}%2Foverview"),
        format!("https://portal.azure.com/#view/Microsoft_Azure_Compute/Page.ReactView/resourceId/{encoded}"),
        format!("https://portal.azure.com/#view/X/Page/~/overview/id/{}", encoded.replace('%', "%25")),
        format!("HTTPS://Portal.Azure.com/#@t/resource{}/overview?tab=1", version_text().to_lowercase()),
        format!("https://management.azure.com{}?api-version=2024-03-03", version_text()),
    ] {
        assert_eq!(link.parse::<VersionId>().unwrap(), version_text().parse().unwrap(), "{link}");
    }
    let page = format!("https://portal.azure.com/#@t/resource{}/versions", profile_text());
    assert_eq!(page.parse::<ProfileId>().unwrap(), profile_text().parse().unwrap());
}

#[test]
fn a_wrong_id_says_what_is_wrong() {
    let sub = format!("/subscriptions/{SUB}");
    let cases: &[(String, &str)] = &[
        (String::new(), "the id is empty"),
        ("gallery".into(), "an id starts with \"/subscriptions/\", found \"gallery\""),
        (profile_text()[1..].into(), "an id starts with"),
        (sub.clone(), "this is the id of a subscription"),
        (format!("{sub}/resourceGroups/rg"), "this is the id of a resource group"),
        (gallery_text(), "this is the id of a gallery"),
        (version_text(), "this is the id of an in-VM access control profile version"),
        (
            profile_text().replace("galleries", "gallery"),
            "this is the id of a resource of type Microsoft.Compute/gallery/",
        ),
        (
            profile_text().replace("resourceGroups", "groups"),
            "segment 3 of the id must be \"resourceGroups\", found \"groups\"",
        ),
        (
            profile_text().replace("inVMAccessControlProfiles", "inVMProfiles"),
            "segment 9 of the id must be \"inVMAccessControlProfiles\", found \"inVMProfiles\"",
        ),
        (
            profile_text().replace("inVMAccessControlProfiles", "images"),
            "this is the id of a resource of type Microsoft.Compute/galleries/images",
        ),
        (
            format!("{}/versions", profile_text()),
            "the id ends after segment 11, where \"versions\" and the name of a version",
        ),
        (format!("{}/extra", profile_text()), "the id should end before segment 11, \"extra\""),
        (format!("{}//", profile_text()), "the id should end before segment 11, \"\""),
        (profile_text().replace("/g/", "/g 1/"), "segment 8 of the id: \"g 1\" is not a gallery name"),
        (
            profile_text().replace(SUB, "1234"),
            "segment 2 of the id: \"1234\" is not a subscription id: it must be a GUID",
        ),
        (
            format!("{}/inVMAccessControlProfiles/-p", gallery_text()),
            "segment 10 of the id: \"-p\" is not a profile name",
        ),
        (
            format!("{}/inVMAccessControlProfiles/", gallery_text()),
            "where \"inVMAccessControlProfiles\" and the name of a profile should follow",
        ),
        (
            format!("{sub}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a"),
            "type Microsoft.Storage/storageAccounts",
        ),
        (
            "https://example.com/#resource/subscriptions/x".into(),
            "leads to \"example.com\", which is not an Azure portal",
        ),
        ("https://portal.azure.com/#home".into(), "the link holds no resource id"),
        (
            format!("https://portal.azure.com/#@t/resource{}/overview", gallery_text()),
            "this is the id of a gallery",
        ),
        (
            format!("https://portal.azure.com/#@t/resource{}/overview", version_text()),
            "this is the id of an in-VM access control profile version",
        ),
    ];
    for (text, expected) in cases {
        let error = text.parse::<ProfileId>().unwrap_err().to_string();
        assert!(error.contains(expected), "{text}\n  gave     {error}\n  expected {expected}");
    }
    let error = format!("{}/versions/1.0", profile_text()).parse::<VersionId>().unwrap_err().to_string();
    assert!(
        error.contains("segment 12 of the id: \"1.0\" is not a version name: it must be three numbers"),
        "{error}"
    );
}

#[test]
fn names_follow_their_rules() {
    let long = "a".repeat(81);
    for (ok, bad) in
        [("a", ""), ("a-b.c_d9", "a--b"), ("A1", "a_"), ("x.y", ".x"), ("a", "ä"), ("a", long.as_str())]
    {
        assert!(ok.parse::<ProfileName>().is_ok(), "{ok}");
        assert!(bad.parse::<ProfileName>().is_err(), "{bad}");
    }
    for gallery in ["my.gallery", "_g", "a-b", "G_1"] {
        assert!(gallery.parse::<GalleryName>().is_ok(), "{gallery}");
    }
    assert!("a/b".parse::<GalleryName>().is_err());
    assert!("gruppe-ä(1)".parse::<ResourceGroupName>().is_ok());
    assert!("rg.".parse::<ResourceGroupName>().is_err());
    assert_eq!("GRUPPE-Ä".parse::<ResourceGroupName>().unwrap(), "gruppe-ä".parse().unwrap());
}

#[test]
fn version_names_follow_their_rules() {
    let version = |text: &str| text.parse::<VersionName>().unwrap();
    assert!(version("1.10.0") > version("1.9.9"));
    assert!(version("2.0.0") > version("1.2147483647.2147483647"));
    assert_ne!(version("1.0.01"), version("1.0.1"));
    assert_eq!(version("1.0.01").as_str(), "1.0.01");
    assert_eq!(version("1.0.9").next(), Some(version("1.0.10")));
    assert_eq!(version("1.0.2147483647").next(), Some(version("1.1.0")));
    assert_eq!(version("1.2147483647.2147483647").next(), Some(version("2.0.0")));
    assert_eq!(version("2147483647.2147483647.2147483647").next(), None);
    for bad in [
        "",
        "1",
        "1.2",
        "1.2.3.4",
        "1..3",
        "1.2.3-rc",
        "v1.2.3",
        "1.2.2147483648",
        "1.2.99999999999999999999",
        " 1.2.3",
        "+1.2.3",
        "latest",
    ] {
        assert!(bad.parse::<VersionName>().is_err(), "{bad}");
    }
}

prop_compose! {
    fn version_ids()(
        rg in "[a-zA-Z0-9_()-]{1,20}",
        gallery in "[a-zA-Z0-9][a-zA-Z0-9_.]{0,20}",
        profile in "[a-zA-Z0-9]{1,5}([-._][a-zA-Z0-9]{1,5}){0,3}",
        numbers in [0u32..=i32::MAX as u32, 0..=i32::MAX as u32, 0..=i32::MAX as u32],
    ) -> VersionId {
        let [a, b, c] = numbers;
        GalleryId::new(SUB.parse().unwrap(), rg.parse().unwrap(), gallery.parse().unwrap())
            .profile(profile.parse().unwrap())
            .version(VersionName::from_numbers(a, b, c).unwrap())
    }
}

proptest! {
    #[test]
    fn written_ids_read_back(id in version_ids()) {
        let text = id.to_string();
        let back: VersionId = text.parse().unwrap();
        prop_assert_eq!(&back, &id);
        prop_assert_eq!(back.to_string(), text);
        let link = format!("https://portal.azure.com/#@t/resource{id}/overview");
        prop_assert_eq!(link.parse::<VersionId>().unwrap(), id);
    }

    #[test]
    fn case_does_not_matter(id in version_ids(), flips in prop::collection::vec(any::<bool>(), 300)) {
        let text: String = id
            .to_string()
            .chars()
            .zip(flips.iter().cycle())
            .map(|(c, flip)| if *flip { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        let other: VersionId = text.parse().unwrap();
        prop_assert_eq!(&other, &id);
        prop_assert_eq!(HashSet::from([other, id]).len(), 1);
    }

    #[test]
    fn any_text_is_an_id_or_an_error(text in "\\PC{0,80}", link in "[%/a-z0-9#?]{0,60}") {
        let _ = text.parse::<VersionId>();
        let _ = format!("{}/{text}", profile_text()).parse::<ProfileId>();
        let _ = format!("https://portal.azure.com/#{link}/subscriptions/{text}").parse::<GalleryId>();
    }

    #[test]
    fn next_is_above(a in 0u32..=i32::MAX as u32, b in 0u32..=i32::MAX as u32, c in 0u32..=i32::MAX as u32) {
        let version = VersionName::from_numbers(a, b, c).unwrap();
        if let Some(next) = version.next() {
            prop_assert!(next > version);
        }
    }
}
