//! `sigap user`: the first people, and passwords that were forgotten.

use std::io::BufRead;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use console_api::limits::PASSWORD_CHARACTERS_MIN;
use dispatch_core::ids::{AgencyCode, AgencyId, UserId};
use dispatch_core::private::Private;
use dispatch_core::site::UserRole;
use incident_store::{SiteCommand, Store, StoreConfig};
use uuid::Uuid;

use super::{Place, block_on, site};
use crate::clock;

/// Arguments of `sigap user`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Let somebody log in; the password is read from standard input, one line
    Add {
        #[command(flatten)]
        place: Place,
        /// Name to log in with
        #[arg(long)]
        username: String,
        /// Name to show
        #[arg(long)]
        name: String,
        /// call_taker, dispatcher, supervisor, admin, auditor or wall
        #[arg(long, value_parser = role)]
        role: UserRole,
        /// Code of the agency of a dispatcher
        #[arg(long)]
        agency: Option<String>,
    },
    /// Add an agency
    AddAgency {
        #[command(flatten)]
        place: Place,
        /// Its code, for example damkar
        #[arg(long)]
        code: String,
        /// Its name
        #[arg(long)]
        name: String,
        /// Functions it fills beside its own
        #[arg(long)]
        function: Vec<String>,
        /// The decree or letter that it is by, for the log
        #[arg(long)]
        decree: Option<String>,
    },
    /// Set somebody's password; it is read from standard input, one line; every session of theirs ends
    Password {
        #[command(flatten)]
        place: Place,
        /// Name to log in with
        #[arg(long)]
        username: String,
    },
    /// List people and agencies
    List {
        #[command(flatten)]
        place: Place,
    },
}

/// Carries out the action.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.action {
        Action::Add { place, username, name, role, agency } => {
            let password_hash = console_api::hash_password(&password()?)?;
            block_on(async {
                let agency = match agency {
                    Some(code) => Some(agency_id(place, code).await?),
                    None => None,
                };
                let user = SiteCommand::AddUser {
                    user: UserId(Uuid::now_v7()),
                    username: Private::new(username.clone()),
                    name: Private::new(name.clone()),
                    role: *role,
                    agency,
                    password_hash,
                    temporary: false,
                    decree: None,
                };
                site::change(place, vec![user]).await
            })?;
            println!("added {username}");
        }
        Action::AddAgency { place, code, name, function, decree } => {
            let functions = function.iter().map(AgencyCode::new).collect();
            let (agency, code) = (AgencyId(Uuid::now_v7()), AgencyCode::new(code));
            let (name, decree) = (name.clone(), decree.clone());
            let add = SiteCommand::AddAgency { agency, code: code.clone(), name, functions, decree };
            block_on(site::change(place, vec![add]))?;
            println!("added {code}");
        }
        Action::Password { place, username } => {
            let hash = console_api::hash_password(&password()?)?;
            block_on(async {
                let store = read(place).await?;
                let found = store.user_by_name(username).await?;
                let Some((user, _)) = found else { bail!("there is no user {username}") };
                drop(store);
                let user = user.id;
                let commands = vec![
                    SiteCommand::SetPassword { user, hash, temporary: false },
                    SiteCommand::CloseSessionsOf { user },
                ];
                site::change(place, commands).await
            })?;
            println!("password set for {username}");
        }
        Action::List { place } => block_on(list(place))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn role(text: &str) -> Result<UserRole, String> {
    let known = || UserRole::ALL.map(UserRole::code).join(", ");
    UserRole::from_code(text).ok_or_else(|| format!("known roles are {}", known()))
}

fn password() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("could not read the password from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.chars().count() < PASSWORD_CHARACTERS_MIN {
        bail!("the password must have at least {PASSWORD_CHARACTERS_MIN} characters");
    }
    Ok(password)
}

async fn read(place: &Place) -> anyhow::Result<Store> {
    let url = place.url()?;
    Ok(Store::open(StoreConfig { url, clock: clock::system() }).await?)
}

async fn agency_id(place: &Place, code: &str) -> anyhow::Result<AgencyId> {
    let agencies = read(place).await?.agencies().await?;
    let found = agencies.iter().find(|entry| entry.code.0 == code);
    found.map(|entry| entry.id).with_context(|| format!("there is no agency {code}; add it with add-agency"))
}

async fn list(place: &Place) -> anyhow::Result<()> {
    let store = read(place).await?;
    let agencies = store.agencies().await?;
    for user in store.users().await? {
        let agency = user.agency.and_then(|id| agencies.iter().find(|a| a.id == id));
        let agency = agency.map_or("-", |a| a.code.0.as_str());
        let state = if user.active { "active" } else { "inactive" };
        println!(
            "{}\t{}\t{agency}\t{state}\t{}",
            user.username.reveal(),
            user.role.code(),
            user.name.reveal()
        );
    }
    for agency in &agencies {
        println!("agency\t{}\t{}", agency.code, agency.name);
    }
    Ok(())
}
