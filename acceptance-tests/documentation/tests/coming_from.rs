//! The guides for users of other tools omit no command, argument, cmdlet or property of those.
//!
//! The lists are those of the tools: the proposal of Azure/azure-cli#31626, `--help` of az 2.91.0, the help
//! of Az.Compute, and the REST model of api-version 2024-03-03.

// clippy.toml allows panics in tests; shared test code needs it here.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

fn guide(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guides").join(name)).unwrap()
}

/// The text from a heading to the next one.
fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    rest.split("\n#").next().unwrap()
}

/// The rows of a table.
fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| line.starts_with('|')).map(|line| line.trim_matches('|').split('|').collect())
}

const PROFILE: &str = "az sig in-vm-access-control-profile";
const VERSION: &str = "az sig in-vm-access-control-profile-version";
/// The arguments that name an object.
const NAMED: &str = "--resource-group --gallery-name --name";
const VERSIONED: &str = "--resource-group --gallery-name --profile-name --profile-version --version-name";
const GENERIC: &str = "--set --add --remove --force-string";
const WAIT: &str = "--created --updated --deleted --exists --custom --interval --timeout";

#[test]
fn every_command_of_az_has_its_arguments() {
    let text = guide("az-cli.md");
    let commands = [
        (
            PROFILE,
            "create",
            vec![NAMED, "--location --os-type --applicable-host-endpoint --description --no-wait"],
        ),
        (PROFILE, "update", vec![NAMED, "--description --applicable-host-endpoint --no-wait", GENERIC]),
        (PROFILE, "show", vec![NAMED]),
        (PROFILE, "list", vec!["--resource-group --gallery-name --max-items --next-token"]),
        (PROFILE, "delete", vec![NAMED, "--yes --no-wait"]),
        (PROFILE, "wait", vec![NAMED, WAIT]),
        (
            VERSION,
            "config create",
            vec!["--name --mode --default-access --target-regions --exclude-from-latest"],
        ),
        (VERSION, "config privilege add", vec!["--profile-version --name --path --query-parameter"]),
        (VERSION, "config privilege remove", vec!["--profile-version --name"]),
        (VERSION, "config role add", vec!["--profile-version --name --privileges"]),
        (VERSION, "config role remove", vec!["--profile-version --name"]),
        (VERSION, "config identity add", vec!["--name --user-name --group-name --exe-path --process-name"]),
        (VERSION, "config identity remove", vec!["--profile-version --name"]),
        (VERSION, "config role-assignment add", vec!["--profile-version --role --identities"]),
        (VERSION, "config role-assignment remove", vec!["--profile-version --role --identities"]),
        (
            VERSION,
            "create",
            vec![
                VERSIONED,
                "--location --mode --default-access --target-regions --exclude-from-latest --rules --no-wait",
            ],
        ),
        (
            VERSION,
            "update",
            vec![
                VERSIONED,
                "--mode --default-access --target-regions --exclude-from-latest --no-wait",
                GENERIC,
            ],
        ),
        (VERSION, "show", vec![VERSIONED]),
        (VERSION, "list", vec!["--resource-group --gallery-name --profile-name --max-items --next-token"]),
        (VERSION, "delete", vec![VERSIONED, "--yes --no-wait"]),
        (VERSION, "wait", vec![VERSIONED, WAIT]),
    ];
    for (group, command, arguments) in commands {
        let section = section(&text, &format!("### `{group} {command}`"));
        for argument in arguments.iter().flat_map(|some| some.split(' ')) {
            let row = rows(section).find(|row| {
                row.first().unwrap().split('`').any(|word| word.split(' ').next() == Some(argument))
            });
            let row = row.unwrap_or_else(|| panic!("{group} {command} {argument} has no row"));
            assert!(
                !row.last().unwrap().trim().is_empty(),
                "{group} {command} {argument} has no \
                                                             counterpart"
            );
        }
    }
    let common = section(&text, "## Arguments of every command");
    for argument in
        ["--ids", "--subscription", "--output", "--query", "--debug", "--verbose", "--only-show-errors"]
    {
        assert!(common.contains(&format!("`{argument}`")), "{argument}");
    }
}

#[test]
fn every_cmdlet_has_its_parameters() {
    let text = guide("azapi-bicep-powershell.md");
    let name = "GalleryInVMAccessControlProfile";
    let rules = |verb: &str, what: &str| format!("{verb}-Az{name}VersionRules{what}");
    let ids = "-ResourceGroupName -GalleryName -GalleryInVMAccessControlProfileName";
    let cmdlets = [
        (format!("New-Az{name}"), format!("{ids} -Location -OsType -ApplicableHostEndPoint -Description")),
        (format!("Update-Az{name}"), format!("{ids} -ApplicableHostEndPoint -Description")),
        (format!("Get-Az{name}"), ids.to_owned()),
        (format!("Remove-Az{name}"), ids.to_owned()),
        (
            format!("New-Az{name}VersionConfig"),
            "-Name -Location -Mode -DefaultAccess -TargetLocation -ExcludeFromLatest".to_owned(),
        ),
        (rules("Add", "Privilege"), "-PrivilegeName -Path -QueryParameter".to_owned()),
        (rules("Add", "Role"), "-RoleName -Privilege".to_owned()),
        (rules("Add", "Identity"), "-IdentityName -UserName -GroupName -ExePath -ProcessName".to_owned()),
        (rules("Add", "RoleAssignment"), "-Role -Identity".to_owned()),
        (rules("Remove", "Privilege"), "-PrivilegeName".to_owned()),
        (rules("Remove", "Role"), "-RoleName".to_owned()),
        (rules("Remove", "Identity"), "-IdentityName".to_owned()),
        (rules("Remove", "RoleAssignment"), "-Role".to_owned()),
        (format!("New-Az{name}Version"), format!("{ids} -GalleryInVmAccessControlProfileVersion")),
        (
            format!("Update-Az{name}Version"),
            format!(
                "{ids} -GalleryInVMAccessControlProfileVersionName -Mode -DefaultAccess -TargetRegion -ExcludeFromLatest"
            ),
        ),
        (format!("Get-Az{name}Version"), format!("{ids} -GalleryInVMAccessControlProfileVersionName")),
        (format!("Remove-Az{name}Version"), format!("{ids} -GalleryInVMAccessControlProfileVersionName")),
    ];
    for (cmdlet, parameters) in cmdlets {
        let of_it: Vec<_> = rows(&text)
            .filter(|row| row.first().is_some_and(|cell| cell.trim() == format!("`{cmdlet}`")))
            .collect();
        assert!(!of_it.is_empty(), "{cmdlet} has no row");
        for parameter in parameters.split(' ') {
            let row = of_it
                .iter()
                .find(|row| row.get(1).is_some_and(|cell| cell.contains(&format!("`{parameter}`"))));
            let row = row.unwrap_or_else(|| panic!("{cmdlet} {parameter} has no row"));
            assert!(!row.last().unwrap().trim().is_empty(), "{cmdlet} {parameter} has no counterpart");
        }
    }
    let common = section(&text, "Parameters of several cmdlets:");
    for parameter in
        "-GalleryInVmAccessControlProfileVersion -ResourceId -InputObject -WhatIf -Confirm -Force -AsJob \
        -DefaultProfile"
            .split_whitespace()
    {
        assert!(common.contains(&format!("`{parameter}`")), "{parameter}");
    }
}

#[test]
fn every_property_of_the_rest_model_has_a_row() {
    let text = guide("azapi-bicep-powershell.md");
    let properties = "location tags properties.osType properties.applicableHostEndpoint properties.description \
        properties.provisioningState properties.mode properties.defaultAccess properties.targetLocations[].name \
        properties.excludeFromLatest properties.publishedDate properties.replicationStatus systemData \
        properties.rules.privileges[].name properties.rules.privileges[].path \
        properties.rules.privileges[].queryParameters properties.rules.roles[].name \
        properties.rules.roles[].privileges properties.rules.identities[].name \
        properties.rules.identities[].userName properties.rules.identities[].groupName \
        properties.rules.identities[].exePath properties.rules.identities[].processName \
        properties.rules.roleAssignments[].role properties.rules.roleAssignments[].identities";
    for property in properties.split_whitespace() {
        let row =
            rows(&text).find(|row| row.first().is_some_and(|cell| cell.contains(&format!("`{property}`"))));
        assert!(row.is_some(), "{property} has no row");
    }
}
