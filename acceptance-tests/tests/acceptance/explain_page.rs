//! The page of `explain --format html` in a real browser: its script runs and decides, nothing of the rules
//! runs, and it fits a desktop and a phone. Without a browser on the PATH the test is skipped, and says so.
#![cfg(unix)] // `timeout` ends a browser that hangs.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance_tests::binaries::binaries;

/// The names of a browser of this kind.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .flat_map(|folder| BROWSERS.map(|name| folder.join(name)))
        .find(|one| one.is_file());
    if found.is_none() {
        drop(writeln!(
            io::stderr(),
            "not tested: the page of explain in a browser; none of {} is on the PATH",
            BROWSERS.join(", ")
        ));
    }
    found
}

/// The page of a fixture, or of two that are compared.
fn page(files: &[&str]) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/explain");
    let mut command = Command::new(&binaries().unwrap().provider);
    command.args(["explain", "--format", "html", "--endpoint", "IMDS", "--os", "Linux"]).env_clear();
    if files.len() > 1 {
        command.arg("--diff");
    }
    let output = command.args(files.iter().map(|file| fixtures.join(file))).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The page with a script of the test at its end, which its own policy would not let run.
fn probed(page: &str, script: &str) -> String {
    let (before, rest) = page.split_once("<meta http-equiv=\"Content-Security-Policy\"").unwrap();
    let (_, after) = rest.split_once(">\n").unwrap();
    format!("{before}{}", after.replace("</body>", &format!("<script>{script}</script></body>")))
}

/// The result of a page in a browser, from a file and without a network.
fn dom(browser: &Path, folder: &Path, page: &str) -> String {
    let file = folder.join("page.html");
    fs::write(&file, page).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("timeout")
        .arg("120")
        .arg(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"])
        .args(["--virtual-time-budget=4000", "--window-size=1440,1000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("</html>"), "{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn its_script_runs_under_its_own_policy_and_answers() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = page(&["fleet.json"]);
    let seen = dom(&browser, folder.path(), &page);
    let form = seen.split("id=\"v0-tester\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(!form.contains("hidden"), "the script made the form visible: {form}");
    let ask = |path: &str| {
        let script = format!(
            "const form = document.getElementById('v0-tester'); form.querySelector('input').value = {path:?};\
             form.querySelector('button').click();"
        );
        let seen = dom(&browser, folder.path(), &probed(&page, &script));
        seen.split("id=\"v0-result\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned()
    };
    let token =
        ask("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net");
    assert!(
        token.contains(
            "api, nginx, scheduler, worker</strong>: allowed through role web-app by privilege token-vault"
        ),
        "{token}"
    );
    assert!(
        token.contains("guest-agent</strong>: allowed through role platform by privilege token-any"),
        "{token}"
    );
    assert!(token.split("<li class=\"no\">").nth(1).unwrap().contains("kubelet"), "{token}");
    let broad = ask("http://169.254.169.254/METADATA/instance/compute/userData");
    assert!(
        broad.contains("guest-agent</strong>: allowed through role platform by privilege instance"),
        "{broad}"
    );
    assert!(ask("/metadata//instance").contains("refused before any rule"));
    assert!(ask("/nothing").contains("default access decides"));
}

#[test]
fn nothing_in_the_rules_runs_even_without_the_pages_policy() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    // Whatever hostile names would set is read once everything has loaded and the tester has shown them all.
    let script = "document.getElementById('v0-tester').querySelector('button').click();\
                  document.querySelectorAll('*').forEach(one => one.dispatchEvent(new Event('mouseover')));\
                  setTimeout(() => { document.title = 'hacked: ' + window.hacked; }, 500);";
    for files in [&["hostile.json"][..], &["hostile.json", "fleet.json"], &["fleet.json", "hostile.json"]] {
        let page = page(files);
        let seen = dom(&browser, folder.path(), &probed(&page, script));
        assert!(seen.contains("<title>hacked: undefined</title>"), "{files:?}");
        assert_eq!(seen.matches("<script").count(), page.matches("<script").count() + 1, "{files:?}");
        assert!(!seen.contains("<img") && !seen.contains("onmouseover=\""), "{files:?}");
    }
}

#[test]
fn the_page_fits_a_desktop_and_a_phone() {
    let Some(browser) = browser() else { return };
    let folder = tempfile::tempdir().unwrap();
    let measure = "const wide = document.documentElement, first = document.querySelector('.card').getBoundingClientRect();\
                   const cells = Array.from(document.querySelectorAll('td.yes')).filter(one => one.offsetHeight > 0).length;\
                   parent.postMessage([wide.scrollWidth, wide.clientWidth, Math.round(first.top), cells], '*');";
    for (files, first) in
        [(&["fleet.json"][..], 500), (&["hostile.json"], 500), (&["fleet.json", "fleet-changed.json"], 9_999)]
    {
        for width in [1_400, 390] {
            fs::write(folder.path().join("inner.html"), probed(&page(files), measure)).unwrap();
            let outer = format!(
                "<!DOCTYPE html><html><body><iframe src=\"inner.html\" width=\"{width}\" height=\"900\"></iframe><p id=\"sizes\"></p>\
                 <script>addEventListener('message', one => {{ document.getElementById('sizes').textContent = one.data.join(' '); }})\
                 </script></body></html>"
            );
            let seen = dom(&browser, folder.path(), &outer);
            let sizes = seen.split("id=\"sizes\">").nth(1).unwrap().split('<').next().unwrap();
            let sizes: Vec<i64> = sizes.split(' ').map(|one| one.parse().unwrap()).collect();
            let [scroll, client, top, cells] = sizes[..] else { panic!("{sizes:?}") };
            assert!(scroll <= client, "{files:?} at {width}: {scroll} of {client} pixels");
            assert!(top < first, "who gets a token is at {top}");
            assert!(cells > 0, "{files:?} at {width}: who may is not to be seen");
        }
    }
}
