//! The architecture as a test: who may know whom, what the pure crates may not know, and a few ratchets.
//!
//! A red test here is a question, not a nuisance: either the code took a shortcut, or the architecture has
//! changed; then ARCHITECTURE.md, docs/adr/ and the list below change with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// For each of our crates, the ones of ours that it may name. Arrows point down only.
const ARROWS: &[(&str, &[&str])] = &[
    ("dispatch-core", &[]),
    ("supervision-log", &[]),
    ("official-documents", &[]),
    ("electronic-seal", &["official-documents"]),
    ("call-link", &["dispatch-core"]),
    ("call-media", &["call-link", "dispatch-core"]),
    ("sip-trunk", &["call-link", "call-media", "dispatch-core"]),
    ("incident-store", &["dispatch-core", "supervision-log"]),
    ("agency-channels", &["dispatch-core"]),
    (
        "console-api",
        &[
            "call-link",
            "dispatch-core",
            "electronic-seal",
            "incident-store",
            "official-documents",
            "supervision-log",
        ],
    ),
    ("simulator", &["dispatch-core"]),
    ("load-tests", &["dispatch-core", "simulator"]),
    ("sigap-verify", &["electronic-seal", "supervision-log"]),
    (
        "sigap",
        &[
            "agency-channels",
            "call-link",
            "call-media",
            "console-api",
            "dispatch-core",
            "electronic-seal",
            "incident-store",
            "simulator",
            "sip-trunk",
            "supervision-log",
        ],
    ),
];

/// The crates that do no I/O and read neither clock nor chance: replaying the log must give the same state.
const PURE: &[&str] = &["dispatch-core", "electronic-seal", "official-documents", "supervision-log"];

/// What a pure crate may not name, not even for its tests: the tests of a pure crate are pure too.
const NOT_IN_PURE: &[&str] = &[
    "axum",
    "chrono",
    "futures-util",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "rand_core",
    "reqwest",
    "rsipstack",
    "socket2",
    "sqlx",
    "time",
    "tokio",
    "tokio-tungstenite",
    "tokio-util",
    "tracing-subscriber",
];

/// A foreign crate that shapes everything around it is known by one of ours only.
const KNOWN_BY_ONE: &[(&str, &str)] = &[
    ("rsipstack", "sip-trunk"),
    ("str0m", "call-media"),
    ("sqlx", "incident-store"),
    ("axum", "console-api"),
    ("utoipa", "console-api"),
    ("rust-embed", "console-api"),
];

/// What the sources of a pure crate may not say outside a comment.
const NOT_SAID_IN_PURE: &[&str] = &[
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "getrandom",
    "rand::",
    "thread_rng",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
];

/// A file longer than this has more than one subject.
const SOURCE_LINES_MAX: usize = 600;

#[test]
fn every_arrow_between_our_crates_is_allowed() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let crates = our_crates();
    let known: BTreeSet<&str> = crates.keys().map(String::as_str).collect();
    let listed: BTreeSet<&str> = allowed.keys().copied().collect();
    assert_eq!(known, listed, "a crate was added or removed: draw its arrows in ARROWS");

    let mut forbidden = Vec::new();
    for (name, manifest) in &crates {
        for dependency in dependencies(manifest) {
            let ours = known.contains(dependency.as_str());
            if ours && dependency != *name && !allowed[name.as_str()].contains(&dependency.as_str()) {
                forbidden.push(format!("{name} -> {dependency}"));
            }
        }
    }
    assert_eq!(forbidden, Vec::<String>::new());
}

#[test]
fn the_allowed_arrows_have_no_circle() {
    // Take away, again and again, the crates whose arrows all point to crates already taken.
    let mut left: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    loop {
        let free: Vec<&str> = left
            .iter()
            .filter(|(_, below)| below.iter().all(|name| !left.contains_key(name)))
            .map(|(name, _)| *name)
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|name, _| !free.contains(name));
    }
    assert!(left.is_empty(), "these depend on one another: {:?}", left.keys());
}

#[test]
fn pure_crates_name_no_io_no_clock_and_no_chance() {
    let crates = our_crates();
    let mut named = Vec::new();
    for pure in PURE {
        for dependency in dependencies(&crates[*pure]) {
            if NOT_IN_PURE.contains(&dependency.as_str()) {
                named.push(format!("{pure} -> {dependency}"));
            }
        }
    }
    assert_eq!(named, Vec::<String>::new());
}

#[test]
fn pure_sources_read_no_clock_and_no_chance() {
    let mut said = Vec::new();
    for pure in PURE {
        let sources = root().join("services").join(pure).join("src");
        let files = files_under(&sources, &["rs"]);
        assert!(!files.is_empty(), "no sources under {}", sources.display());
        for file in files {
            for (number, line) in read(&file).lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                if let Some(word) = NOT_SAID_IN_PURE.iter().find(|word| says(code, word)) {
                    said.push(format!("{}:{} says {word}", shown(&file), number + 1));
                }
            }
        }
    }
    assert_eq!(said, Vec::<String>::new());
}

#[test]
fn each_outside_world_is_known_by_one_crate() {
    let mut elsewhere = Vec::new();
    for (name, manifest) in our_crates() {
        for dependency in dependencies(&manifest) {
            for (foreign, owner) in KNOWN_BY_ONE {
                if dependency == *foreign && name != *owner {
                    elsewhere.push(format!("{name} -> {foreign} (belongs to {owner})"));
                }
            }
        }
    }
    assert_eq!(elsewhere, Vec::<String>::new());
}

#[test]
fn every_crate_inherits_the_workspace_lints() {
    let without: Vec<String> = our_crates()
        .into_iter()
        .filter(|(_, manifest)| {
            manifest.get("lints").and_then(|lints| lints.get("workspace")) != Some(&Value::Boolean(true))
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(without, Vec::<String>::new());
}

#[test]
fn every_dependency_takes_its_version_from_the_workspace() {
    let mut own = Vec::new();
    for (name, manifest) in our_crates() {
        for table in dependency_tables(&manifest) {
            for (dependency, value) in table {
                if value.get("workspace") != Some(&Value::Boolean(true)) {
                    own.push(format!("{name} -> {dependency}"));
                }
            }
        }
    }
    assert_eq!(
        own,
        Vec::<String>::new(),
        "one version and one feature set: declare it in the root Cargo.toml"
    );
}

#[test]
fn no_source_names_a_package_host() {
    // Written in two parts, so that this file does not find itself.
    let hosts: Vec<String> = [
        ("registry.npmjs", ".org"),
        ("registry.yarnpkg", ".com"),
        ("index.crates", ".io"),
        ("static.crates", ".io"),
        ("pypi", ".org/"),
        ("files.python", "hosted.org"),
        ("proxy.golang", ".org"),
        ("deb.debian", ".org"),
        ("\"resolved\": \"", "http"),
    ]
    .iter()
    .map(|(left, right)| format!("{left}{right}"))
    .collect();
    let mut named = Vec::new();
    for file in files_under(
        &root(),
        &[
            "rs", "toml", "ts", "js", "mjs", "json", "svelte", "html", "css", "sh", "sql", "py", "cfg",
            "xml", "npmrc", "lock", "md", "Makefile", "run",
        ],
    ) {
        for (number, line) in read(&file).lines().enumerate() {
            if let Some(host) = hosts.iter().find(|host| line.contains(host.as_str())) {
                named.push(format!("{}:{} names {host}", shown(&file), number + 1));
            }
        }
    }
    assert_eq!(named, Vec::<String>::new());
}

#[test]
fn no_source_file_outgrows_the_ratchet() {
    let mut long = Vec::new();
    for file in files_under(&root(), &["rs", "ts", "svelte"]) {
        let generated = file.file_name().is_some_and(|name| name.to_string_lossy().contains(".gen."));
        let lines = read(&file).lines().count();
        if !generated && lines > SOURCE_LINES_MAX {
            long.push(format!("{}: {lines} lines, {SOURCE_LINES_MAX} allowed", shown(&file)));
        }
    }
    assert_eq!(long, Vec::<String>::new());
}

/// The manifests of the workspace members, by crate name.
fn our_crates() -> BTreeMap<String, Table> {
    let mut manifests = vec![root().join("load-tests/Cargo.toml")];
    for entry in fs::read_dir(root().join("services")).expect("services/ can be listed") {
        manifests.push(entry.expect("an entry of services/").path().join("Cargo.toml"));
    }
    manifests.retain(|path| path.is_file());
    manifests
        .iter()
        .map(|path| {
            let manifest: Table = read(path).parse().expect("a manifest is TOML");
            let name = manifest["package"]["name"].as_str().expect("a crate has a name").to_owned();
            (name, manifest)
        })
        .collect()
}

/// Every dependency that a manifest names: normal, for tests, for the build, and for some targets only.
fn dependencies(manifest: &Table) -> BTreeSet<String> {
    dependency_tables(manifest)
        .into_iter()
        .flatten()
        .map(|(name, value)| value.get("package").and_then(Value::as_str).unwrap_or(name).to_owned())
        .collect()
}

fn dependency_tables(manifest: &Table) -> Vec<&Table> {
    const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
    let mut holders = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(Value::as_table) {
        holders.extend(targets.values().filter_map(Value::as_table));
    }
    holders
        .into_iter()
        .flat_map(|holder| KINDS.iter().filter_map(|kind| holder.get(*kind)?.as_table()))
        .collect()
}

/// Whether the code says the word, not merely a longer one that ends in it (`operand::` is not `rand::`).
fn says(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        !code[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_')
    })
}

/// The files below a folder whose extension (or whole name) is one of these, without what is built or fetched.
fn files_under(folder: &Path, kinds: &[&str]) -> Vec<PathBuf> {
    const NOT_OURS: [&str; 6] = ["target", "node_modules", "dist", ".git", "data", ".stamps"];
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry of a folder").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_symlink() || NOT_OURS.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(files_under(&path, kinds));
        } else if kinds.iter().any(|kind| name == *kind || name.ends_with(&format!(".{kind}"))) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace has a root")
}
